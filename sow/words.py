"""A text with an index of its words, in which a pattern is tried only where the words that it needs stand."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

from sow.anchors import DIGIT, EDGE, Anchor, Need, ends, needs

WORD = re.compile(r"[^\W\d_]+")
SPARSE = 0.6  # of the text: with wider windows than that, one pass over the whole is cheaper

Window = tuple[int, int]


class Words:
    """A text to be searched by many patterns."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[tuple[str, ...], list[int]] = {}

    def finditer(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """What `pattern.finditer(text)` gives, as far as unbounded repeats reach no further than `sow.anchors` says."""
        windows = None if ends(pattern) else self._windows(needs(pattern))
        if windows is None:
            yield from pattern.finditer(self.text)
            return
        done = 0
        for low, high in windows:
            at = max(low, done)
            while at < high and (match := pattern.search(self.text, at, high)):
                yield match
                at = done = match.end() + (match.end() == match.start())

    def search(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What `pattern.search(text)` gives."""
        return next(self.finditer(pattern), None)

    def places(self, words: tuple[str, ...]) -> list[int]:
        """Where any of these begins in the text, in order."""
        if words not in self._found:
            lists = [self._places(word) for word in words]
            self._found[words] = lists[0] if len(lists) == 1 else sorted(set().union(*lists))
        return self._found[words]

    def _places(self, word: str) -> list[int]:
        known = self._found.get((word,))
        if known is None:
            known = sorted(self._spelled(word)) if word.strip(EDGE).isalpha() else self._signed(word)
            self._found[word,] = known
        return known

    def _signed(self, sign: str) -> list[int]:
        return [match.start() for match in re.finditer(r"\d" if sign == DIGIT else re.escape(sign), self.text)]

    def _spelled(self, word: str) -> Iterator[int]:
        """The places of all words that hold this one, at their edge where it says so."""
        vocabulary, lead = self._vocabulary, word.startswith(EDGE)
        at = vocabulary.find(word)
        while at >= 0:
            begin = at + 1 if lead else vocabulary.rfind(EDGE, 0, at) + 1
            full = vocabulary[begin : vocabulary.index(EDGE, begin)]
            yield from (start + at + lead - begin for start in self._index[full])
            at = vocabulary.find(word, at + 1)

    @cached_property
    def _vocabulary(self) -> str:
        return EDGE + EDGE.join(self._index) + EDGE

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        lowered = self.text.lower().replace("\u017f", "s")
        if len(lowered) != len(self.text):  # a few capitals have two small letters
            lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)
        index: dict[str, list[int]] = {}
        for match in WORD.finditer(lowered):
            index.setdefault(match[0], []).append(match.start())
        return index

    def _windows(self, alternatives: Sequence[Need]) -> list[Window] | None:
        """The ranges in which matches lie, joined where they touch; None when they are most of the text."""
        found: list[Window] = []
        for needed in alternatives:
            if not needed.anchors:
                return None
            found += self._around(needed)
        windows: list[Window] = []
        for low, high in sorted(found):
            if windows and low <= windows[-1][1]:
                windows[-1] = (windows[-1][0], max(high, windows[-1][1]))
            else:
                windows.append((low, high))
        return windows if sum(high - low for low, high in windows) <= SPARSE * len(self.text) else None

    def _around(self, needed: Need) -> Iterator[Window]:
        """A window for each place of the rarest anchor that has the other anchors near it."""
        rarest = min(needed.anchors, key=self._count)
        if not self._count(rarest):
            return
        others = [(anchor, self.places(anchor.words)) for anchor in needed.anchors if anchor is not rarest]
        reach = needed.width - rarest.low
        for place in self.places(rarest.words):
            first, last = place - rarest.high, place - rarest.low
            if all(_between(places, first + other.low, last + other.high) for other, places in others):
                yield max(0, first), min(len(self.text), place + reach)

    def _count(self, anchor: Anchor) -> int:
        return sum(len(self._places(word)) for word in anchor.words)


def _between(places: Sequence[int], low: int, high: int) -> bool:
    """Whether any of these places, which are in order, lies in a range."""
    at = bisect_left(places, low)
    return at < len(places) and places[at] <= high
