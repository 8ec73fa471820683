"""Documents to terms: pages, tables and clauses, candidate values, and what of them is grounded and reconciled."""
