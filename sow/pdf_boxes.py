"""Where the words of a text stand on their pages: one box a word, found by the offsets of a quote."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from domain.source import Box


class Place(NamedTuple):  # not a dataclass: a long document has a million
    """A word of a text with its box in PDF points, origin bottom left."""

    start: int
    end: int
    box: Box


class Places:
    """The words of a whole document, in order."""

    def __init__(self, places: Iterable[Place] = ()) -> None:
        self._places = tuple(places)
        self._starts = [place.start for place in self._places]
        self._ends = [place.end for place in self._places]

    def within(self, start: int, end: int) -> tuple[Box, ...]:
        """The boxes of the words that a range of the text touches."""
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        return tuple(place.box for place in self._places[first:last])

    def __len__(self) -> int:
        return len(self._places)


def union(one: Box, other: Box) -> Box:
    """The smallest box around both."""
    left, bottom, right, top = one
    other_left, other_bottom, other_right, other_top = other
    return (
        left if left < other_left else other_left,  # noqa: FURB136 - called for every word: min() takes three times as long
        bottom if bottom < other_bottom else other_bottom,  # noqa: FURB136 - as above
        right if right > other_right else other_right,  # noqa: FURB136 - as above
        top if top > other_top else other_top,  # noqa: FURB136 - as above
    )
