"""The demonstration: an embedded database, a real ERP, the API and the worker, started and stopped as one."""
