"""FastAPI: settings, wiring, sign-in, /v1 routes, server-rendered pages, worker entry, command line."""

import os

# Before NumPy is loaded: its threads wait busily for one another, and what they would share here is small.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
