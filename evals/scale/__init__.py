"""What size costs: a generated firm of any size is read, judged and shown, and one changed record after that.

`countersign evals run scale [--projects N] [--entries N] [--steps] [--home DIR]`; without numbers 10,000 projects with
2,000,000 time entries. `--steps` measures a tenth of the size first, so that growth can be told.
"""

from __future__ import annotations

from evals.scale.harness import run

__all__ = ["run"]
