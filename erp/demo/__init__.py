"""The demo firm: who works there, for whom, on what, and the real ERP and the real papers that say so."""
