"""Making many records at once without Python's cycle collector: it would look through all of them again and again.

Records are frozen and hold no cycles, so they go when nobody refers to them. Judging 500 projects with 100,000 time
entries took 3.3 s of computing with the collector and 1.8 s without.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Generator[None]:
    """Put the collector off; what became garbage in cycles meanwhile is found when it goes on."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
