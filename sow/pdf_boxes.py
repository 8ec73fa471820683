"""Where the words of a text stand on their pages: one box a word, found by the offsets of a quote."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import compress

from domain.source import Box


class Places:
    """The words of a text in order: where each starts and ends, and its box in PDF points, origin bottom left.

    Three lists, not one of records: a long document has a million words.
    """

    def __init__(self, starts: Iterable[int] = (), ends: Iterable[int] = (), boxes: Iterable[Box] = ()) -> None:
        self.starts = list(starts)
        self.ends = list(ends)
        self.boxes = list(boxes)

    def extend(self, other: Places) -> None:
        """Append the words of what follows."""
        self.starts += other.starts
        self.ends += other.ends
        self.boxes += other.boxes

    def only(self, kept: Sequence[object]) -> Places:
        """The words whose mark is true."""
        return Places(compress(self.starts, kept), compress(self.ends, kept), compress(self.boxes, kept))

    def within(self, start: int, end: int) -> tuple[Box, ...]:
        """The boxes of the words that a range of the text touches."""
        return tuple(self.boxes[bisect_right(self.ends, start) : bisect_left(self.starts, end)])

    def __len__(self) -> int:
        return len(self.starts)


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
