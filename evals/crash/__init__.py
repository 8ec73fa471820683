"""Kill the worker at every step, in bad weather, and count what was written twice or lost: see harness.py."""
