"""What is remembered: PostgreSQL, reached only through named SQL and typed rows, each tenant behind row security."""

import os

# The embedding's matrices are small: BLAS threads would only wait for each other (ten times slower on busy machines).
# It must stand in the environment before NumPy is imported for the first time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
