"""Are values that are given at 0.9 right nine times in ten? Counted on labelled contracts and CUAD.

The demo firm's documents are left out: rules were written for them, so they would flatter. What is shown for a half of
the documents uses shares that were counted on the other half alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.terms import Term, TermStatus
from evals.reading import cuad, labels
from evals.reading.halves import HALVES, half
from evals.reading.papers import Read
from evals.reading.scorer import rules, script
from sow.calibration import EDGES, Calibration, band

BANDS = len(EDGES) + 1
PRIOR = 6  # as many values of all fields stand beside those of one field
CUAD_FIELDS = {
    "effective_date": ("agreement_date", "effective_date"),
    "end_date": ("expiration_date",),
}
SHOWN = (0.5, 0.6, 0.7, 0.8, 0.9, 1.01)


@dataclass(frozen=True)
class Outcome:
    """One value that was given: as how sure, and whether it is right."""

    document: str
    field: str
    stated: float
    conflict: bool
    right: bool


def measure(data: Path) -> dict[str, Any]:
    """Bands of given confidence: how many values, what was given on average, and the share that is right."""
    if not (data / "labels").is_dir() or not (data / "cuad").is_dir() or not script(data).is_file():
        return {"skipped": "no labels, no cuad, or no scorer beside the data"}
    found = outcomes(data)
    crossed: list[tuple[Outcome, float]] = []
    for which in HALVES:
        by = fitted([item for item in found if half(item.document) != which])
        crossed += [(item, _given(by, item)) for item in found if half(item.document) == which]
    return {"values": len(found), "bands": list(_bands(crossed)), "error": _error(crossed)}


def fit(data: Path, target: Path) -> None:
    """Count on all documents and write the shares to `target`."""
    by = fitted(outcomes(data))
    lines = [f"{field} = [{_row(shares)}]" for field, shares in sorted(by.fields.items())]
    head = "# Counted by `countersign evals run reading --only calibration --fit`: the share of right values by band of"
    body = [f"all = [{_row(by.all)}]", f"conflict = {by.conflict:.3f}", "", "[fields]", *lines]
    target.write_text("\n".join([head, "# stated confidence: below 0.6, 0.7, 0.8, 0.9, and above.", *body]) + "\n")
    print(f"  written to {target}", file=sys.stderr)


def _row(shares: Iterable[float]) -> str:
    return ", ".join(f"{share:.3f}" for share in shares)


def outcomes(data: Path) -> list[Outcome]:
    """All values given where the right answer is known; readings must not be calibrated."""
    judge = rules(script(data))
    found: list[Outcome] = []
    for read in labels.from_texts(data):
        for field, entry in labels.answers(data)[read.id].items():
            gold = judge.values(field, entry)
            found += _judged(read, field, lambda v, f=field, g=gold: _is_right(judge, f, g, v), skip=judge.SKIP)
    for row, read in zip(cuad.rows(data), cuad.readings(data), strict=True):
        found += _of_cuad(judge, row, read)
    return found


def _is_right(judge: Any, field: str, gold: Sequence[str], value: Any) -> bool:
    return any(judge.same(field, stated, judge.normal(field, value)) for stated in gold)


def _of_cuad(judge: Any, row: dict[str, Any], read: Read) -> Iterable[Outcome]:
    for field, asked in CUAD_FIELDS.items():
        written = [name for name in asked if row["flags"].get(name) == "date_written_in_span"]
        dates = {str(value) for name in written for value in row["answers"][name]}
        if written:
            yield from _judged(read, field, dates.__contains__)
    law = [judge.normal("governing_law", place) for place in row["answers"].get("governing_law") or []]
    yield from _judged(read, "governing_law", lambda value: _is_right(judge, "governing_law", law, value))
    free = bool(row["answers"]["termination_for_convenience"])
    yield from _judged(read, "termination_convenience_days", lambda _days: free)  # whether at all; not how long
    names = [judge.name(party["name"]) for party in row["answers"]["parties"]]
    for field in ("client", "provider"):
        yield from _judged(read, field, lambda value, f=field: _is_right(judge, f, names, value))


def _judged(read: Read, field: str, right: Callable[[Any], bool], *, skip: Iterable[str] = ()) -> Iterable[Outcome]:
    """Fields of free text are judged by presence alone, as the scorer does."""
    for term in read.terms:
        if term.field == field and field not in skip:
            yield Outcome(read.id, field, term.confidence, _conflict(term), right(term.value))


def _conflict(term: Term) -> bool:
    return term.status is TermStatus.CONFLICT


def fitted(found: Sequence[Outcome]) -> Calibration:
    """Shares by band; a field with few values leans on all of them, and more confidence is never worth less."""
    agreed = [item for item in found if not item.conflict]
    whole = _shares(agreed, (0.5,) * BANDS)
    fields = {item.field for item in agreed}
    shares = {field: _shares([item for item in agreed if item.field == field], whole) for field in fields}
    rivals = [item.right for item in found if item.conflict]
    return Calibration(shares, whole, (sum(rivals) + 1) / (len(rivals) + 2))


def _shares(found: Sequence[Outcome], prior: Sequence[float]) -> tuple[float, ...]:
    rights = [[item.right for item in found if band(item.stated) == n] for n in range(BANDS)]
    raw = [(sum(r) + PRIOR * p) / (len(r) + PRIOR) for r, p in zip(rights, prior, strict=True)]
    return _rising(raw, [len(r) + PRIOR for r in rights])


def _rising(shares: Sequence[float], weights: Sequence[float]) -> tuple[float, ...]:
    """The nearest sequence that never falls (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []
    for share, weight in zip(shares, weights, strict=True):
        pools.append((share, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, w1, n1), (two, w2, n2) = pools[-2:]
            pools[-2:] = [((one * w1 + two * w2) / (w1 + w2), w1 + w2, n1 + n2)]
    return tuple(share for share, _, count in pools for _ in range(count))


def _given(by: Calibration, item: Outcome) -> float:
    return by.confidence(item.field, item.stated, conflict=item.conflict)


def _bands(found: Sequence[tuple[Outcome, float]]) -> Iterable[dict[str, Any]]:
    for low, high in zip((0.0, *SHOWN[:-1]), SHOWN, strict=True):
        inside = [(item.right, given) for item, given in found if low <= given < high]
        if inside:
            yield {
                "from": low,
                "values": len(inside),
                "given": round(sum(given for _, given in inside) / len(inside), 3),
                "right": round(sum(right for right, _ in inside) / len(inside), 3),
            }


def _error(found: Sequence[tuple[Outcome, float]]) -> float:
    """The expected calibration error: how far given and right are apart, by bands, weighted by their values."""
    rows = list(_bands(found))
    total = sum(row["values"] for row in rows)
    return round(sum(row["values"] * abs(row["given"] - row["right"]) for row in rows) / total, 3) if total else 0.0
