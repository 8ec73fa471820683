"""An attacker who owns the model, the documents and the ERP's names, against the real service; and a judge.

Read `runs.py` for what a run is, `moves/` for what is tried, `oracle.py` for what counts as a violation.
"""
