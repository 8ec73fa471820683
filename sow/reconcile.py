"""From all grounded candidates to one term per value: repeated values support each other, different ones conflict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from domain.canonical import canonical
from domain.source import Evidence
from domain.terms import FIELDS, SEVERAL, Term, TermStatus

MOST_EVIDENCE = 4
CERTAIN = 0.97
SUPPORT = 0.02  # what each further place that states the same value adds
LEAST = 0.5
RIVAL = 0.08  # a different value this close in confidence is a conflict, not noise


@dataclass(frozen=True)
class Grounded:
    """A candidate with its evidence."""

    field: str
    value: Any
    confidence: float
    evidence: Evidence
    method: str = "rules"


Rank = Callable[[int], int]


def reconcile(candidates: Iterable[Grounded], rank: Rank = lambda _start: 0) -> tuple[Term, ...]:
    """Terms in the order of the catalogue. `rank` says of a place in the text how far its part prevails over others."""
    by_field: dict[str, list[Grounded]] = {}
    for candidate in candidates:
        by_field.setdefault(candidate.field, []).append(candidate)
    return tuple(term for field in FIELDS for term in _terms(field, by_field.get(field, []), rank))


def _terms(field: str, candidates: list[Grounded], rank: Rank) -> Iterator[Term]:
    merged = sorted(_merge(candidates), key=lambda term: (-term.confidence, term.evidence[0].start))
    kept = [term for term in merged if term.confidence >= LEAST]
    if not kept:
        return
    if field in SEVERAL:
        yield from sorted(kept, key=lambda term: term.evidence[0].start)
        return
    close = [term for term in kept if term.confidence >= kept[0].confidence - RIVAL]
    best = max(close, key=lambda term: _rank(term, rank))
    others = [term for term in kept if term is not best]
    rivals = [term for term in close if term is not best and _rank(term, rank) == _rank(best, rank)]
    status = TermStatus.CONFLICT if rivals else TermStatus.PROPOSED
    alternatives = tuple(term.value for term in others)
    evidence = best.evidence + tuple(item for rival in rivals for item in rival.evidence[:1])
    yield Term(field, best.value, evidence, best.confidence, best.method, status, alternatives)


def _rank(term: Term, rank: Rank) -> int:
    return max(rank(item.start) for item in term.evidence)


def _merge(candidates: list[Grounded]) -> Iterator[Term]:
    same: dict[bytes, list[Grounded]] = {}
    for candidate in candidates:
        same.setdefault(canonical(_key(candidate)), []).append(candidate)
    for group in same.values():
        group.sort(key=lambda item: (-item.confidence, item.evidence.start))
        evidence = _distinct([item.evidence for item in group])
        confidence = max(group[0].confidence, min(CERTAIN, group[0].confidence + SUPPORT * (len(evidence) - 1)))
        yield Term(group[0].field, group[0].value, evidence, round(confidence, 2), group[0].method)


def _key(candidate: Grounded) -> Any:
    """Rates are the same when role, amount and unit are; names whatever their case."""
    value = candidate.value
    if isinstance(value, str):
        return " ".join(value.casefold().replace(",", " ").replace(".", " ").split())
    if isinstance(value, dict) and candidate.field == "milestones":
        return {"name": " ".join(str(value["name"]).casefold().split()[:4]), "amount": value["amount"]}
    return value


def _distinct(evidence: list[Evidence]) -> tuple[Evidence, ...]:
    kept: list[Evidence] = []
    for item in evidence:
        if not any(item.start < other.end and other.start < item.end for other in kept):
            kept.append(item)
    return tuple(kept[:MOST_EVIDENCE])
