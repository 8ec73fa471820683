"""Cuts clauses into passages of a sentence or two: short enough to mean one thing, and to be quoted whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 360
SHORTEST = 40
END = re.compile(
    r"(?<![A-Z])(?<!No)(?<!Inc)(?<!Ltd)(?<!Co)[.;:](?=\s+[A-Z(\"“])|\n\s*\n|\n(?=\s*(?:[-*•|]|\(?[a-z\d]{1,3}[.)]\s))"
)


@dataclass(frozen=True)
class Passage:
    """A range of the document's text without white space at its ends."""

    start: int
    end: int


def passages(text: str, start: int) -> Iterator[Passage]:
    """The passages of a clause's text that begins at `start` of its document."""
    cuts = [0, *(match.end() for match in END.finditer(text)), len(text)]
    at = 0
    for cut, following in zip(cuts[1:], [*cuts[2:], len(text)], strict=True):
        whole = cut - at >= SHORTEST and following - at > LONGEST
        if whole or cut == len(text):
            yield from _pieces(text, at, cut, start)
            at = cut


def _pieces(text: str, low: int, high: int, start: int) -> Iterator[Passage]:
    """A sentence that is too long is cut at white space."""
    while high - low > LONGEST:
        cut = max(text.rfind(" ", low + SHORTEST, low + LONGEST), text.rfind("\n", low + SHORTEST, low + LONGEST))
        cut = cut if cut > low else low + LONGEST
        yield from _trimmed(text, low, cut, start)
        low = cut
    yield from _trimmed(text, low, high, start)


def _trimmed(text: str, low: int, high: int, start: int) -> Iterator[Passage]:
    piece = text[low:high]
    if piece.strip():
        left = len(piece) - len(piece.lstrip())
        yield Passage(start + low + left, start + low + len(piece.rstrip()))
