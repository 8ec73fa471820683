"""What a confidence means: of the values given at 0.9, about nine in ten are right.

Finders state how strongly their pattern speaks; how often such a value is right was counted on contracts with known
answers, and stands in `calibration.toml`. `countersign evals run reading --only calibration --fit FILE` counts anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from domain.terms import Term, TermStatus

FILE = Path(__file__).with_name("calibration.toml")
EDGES = (0.6, 0.7, 0.8, 0.9)  # between the bands of what finders state


@dataclass(frozen=True)
class Calibration:
    """The share of right values by band of stated confidence: of a field, of all, and of conflicts."""

    fields: Mapping[str, tuple[float, ...]]
    all: tuple[float, ...]
    conflict: float

    def confidence(self, field: str, stated: float, *, conflict: bool = False) -> float:
        """The measured share for a value that a finder states with this confidence."""
        share = self.fields.get(field, self.all)[band(stated)]
        return round(min(share, self.conflict) if conflict else share, 2)


def band(stated: float) -> int:
    """The band that a stated confidence falls in."""
    return sum(stated >= edge for edge in EDGES)


def read_calibration(path: Path) -> Calibration:
    """The shares of such a file."""
    found = tomllib.loads(path.read_text("utf-8"))
    return Calibration({k: tuple(v) for k, v in found["fields"].items()}, tuple(found["all"]), found["conflict"])


SHIPPED = read_calibration(FILE)


def calibrated(terms: tuple[Term, ...], by: Calibration) -> tuple[Term, ...]:
    """The same terms with a confidence that was measured; what a model says is left as it is."""
    return tuple(_calibrated(term, by) for term in terms)


def _calibrated(term: Term, by: Calibration) -> Term:
    if term.method != "rules":
        return term
    conflict = term.status is TermStatus.CONFLICT
    return replace(term, confidence=by.confidence(term.field, term.confidence, conflict=conflict))
