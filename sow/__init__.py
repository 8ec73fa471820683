"""Statements of work to terms: every value stands verbatim in the document."""
