"""Where the words of a text stand on their pages: one box a word, found by the offsets of a quote."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from domain.source import Box


@dataclass(frozen=True)
class Place:
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
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))
