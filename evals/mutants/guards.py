"""The guards by name. Where several layers stand behind each other, one removal takes them all and its text says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from evals.adversary.service import Service
from evals.mutants import deciding, executing, reading

Removal = Callable[[Service], Awaitable[None]]
GUARDS: Mapping[str, Removal] = {
    removal.__name__.replace("_", "-"): removal
    for removal in (*deciding.REMOVALS, *executing.REMOVALS, *reading.REMOVALS)
}
