"""What a document says twice and differently: each value with the sentence that says it, to choose between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.source import Evidence
from domain.terms import TermStatus
from store.documents import TermRow

WORD = re.compile(r"[^\W_]+(?:\.\d+)?")


@dataclass(frozen=True)
class Reading:
    """One of the values. `entry` is what a form sends to choose it, empty where only an editor can say it."""

    value: Any
    quotes: tuple[Evidence, ...]
    entry: str
    proposed: bool = False


def readings(term: TermRow) -> list[Reading]:
    """The values of a term in conflict side by side, the one that was proposed first; none for other terms.

    A quote stands beside the value with which it has most words in common, beside none where two have as many.
    """
    if term.status is not TermStatus.CONFLICT or not term.alternatives:
        return []
    values = [term.value, *term.alternatives]
    told = [_owner(one, values) for one in term.evidence]
    return [
        Reading(
            value, tuple(q for q, at in zip(term.evidence, told, strict=True) if at == index), _entry(value), not index
        )
        for index, value in enumerate(values)
    ]


def _owner(quote: Evidence, values: Sequence[Any]) -> int | None:
    said = _words(quote.quote)
    shared = [len(said & _words(str(value))) for value in values]
    best = max(shared)
    return shared.index(best) if best and shared.count(best) == 1 else None


def _words(text: str) -> frozenset[str]:
    """Words and numbers without their thousands, leading zeros and cents of nothing: "40,000.00" is "40000"."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text.casefold()).replace("-", " ")
    return frozenset(re.sub(r"^0+(?=\d)|\.0+$", "", word) for word in WORD.findall(plain))


def _entry(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int) else ""
