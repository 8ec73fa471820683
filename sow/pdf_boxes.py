"""Where the words of a text stand on their pages: one box a word, found by the offsets of a quote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from domain.source import Box

Offsets = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
SPACES = np.array([chr(code).isspace() for code in range(0x3002)])  # U+3000 is the last one; U+3001 stands for the rest


def _offsets() -> Offsets:
    return np.empty(0, np.int64)


def _numbers() -> Numbers:
    return np.empty((0, 4))


@dataclass(frozen=True, eq=False)
class Places:
    """The words of a text in order: where each starts and ends, and a row of four numbers with its box.

    A box is in PDF points, origin bottom left. Arrays, for a long document has a million words.
    """

    starts: Offsets = field(default_factory=_offsets)
    ends: Offsets = field(default_factory=_offsets)
    boxes: Numbers = field(default_factory=_numbers)

    @classmethod
    def of(cls, starts: Sequence[int], ends: Sequence[int], boxes: Sequence[Box]) -> Places:
        """The same from a few words at a time."""
        numbers = np.array(boxes, np.float64).reshape(-1, 4)
        return cls(np.array(starts, np.int64), np.array(ends, np.int64), numbers)

    @classmethod
    def joined(cls, parts: Iterable[Places]) -> Places:
        """Those of a whole text from those of its parts, in order."""
        known = [Places(), *parts]
        starts, ends = (np.concatenate([getattr(part, name) for part in known]) for name in ("starts", "ends"))
        return cls(starts, ends, np.concatenate([part.boxes for part in known]))

    def within(self, start: int, end: int) -> tuple[Box, ...]:
        """The boxes of the words that a range of the text touches."""
        first, last = np.searchsorted(self.ends, start, "right"), np.searchsorted(self.starts, end, "left")
        return tuple((left, bottom, right, top) for left, bottom, right, top in self.boxes[first:last].tolist())

    def __len__(self) -> int:
        return len(self.starts)


def codes_of(text: str) -> npt.NDArray[np.uint32]:
    """The number of each character of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def words_of(codes: npt.NDArray[np.uint32]) -> tuple[Offsets, Offsets]:
    """Where each run of characters that are no white space (as `re` has it) starts and ends."""
    filled = ~SPACES[np.minimum(codes, len(SPACES) - 1)]
    edges = np.flatnonzero(np.diff(filled, prepend=False, append=False))
    return edges[::2], edges[1::2]


def union(one: Box, other: Box) -> Box:
    """The smallest box around both."""
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
