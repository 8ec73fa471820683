"""A text with an index of its words, in which a pattern is tried only where the words that it needs stand."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import accumulate, islice

from sow.anchors import DIGIT, EDGE, Anchor, Need, needs
from sow.normal import CODES, MONTHS, SYMBOLS
from sow.rules import rule

WORD = re.compile(r"([^\W\d_]+)")
SPARSE = 0.6  # of the text: with wider windows than that, one pass over the whole is cheaper
FEW = 8  # places where a match can begin: each is tried by itself

Range = tuple[int, int]


@dataclass(frozen=True)
class Kind:
    """What an amount or a date is and can begin with; one of `signs` or `words` stands not far behind that."""

    whole: re.Pattern[str]
    begins: re.Pattern[str]
    signs: re.Pattern[str]
    words: tuple[str, ...]
    reach: int


KINDS = {
    "\x01amount": Kind(
        rule("{AMOUNT}"),
        re.compile(r"[\dA-Z$€£¥₹]"),
        re.compile(f"[{''.join(SYMBOLS)}]"),
        (
            *(code.lower() + EDGE for code in CODES.split("|")),
            *(EDGE + word + EDGE for word in ("r", "rs", "sterling", "francs", "rupees")),
            "dollars",
            "euro",
        ),
        60,
    ),
    "\x01date": Kind(
        rule("{DATE}"),
        re.compile(r"[\dA-Z]"),
        re.compile(r"\d(?=[-./] ?\d{1,2}[-./] ?\d)"),
        tuple(month + EDGE for month in MONTHS),
        30,
    ),
}


@dataclass(slots=True)
class Window:
    """A range of the text that matches lie in, and where in it they can begin: from each first to its last."""

    low: int
    high: int
    begins: list[Range]


class Words:
    """A text to be searched by many patterns."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[tuple[str, ...], list[int]] = {}
        self._known: dict[str, list[int]] = {}
        self._counted: dict[tuple[str, ...], int] = {}

    def finditer(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """What `pattern.finditer(text)` gives, as far as unbounded repeats reach no further than `sow.anchors` says."""
        needed = needs(pattern)
        windows = self._windows(needed.alternatives)
        if windows is None:
            yield from pattern.finditer(self.text)
            return
        done = 0
        for window in windows:
            for match in self._within(pattern, window, done, needed.ends):
                yield match
                done = match.end() + (match.end() == match.start())

    def _within(self, pattern: re.Pattern[str], window: Window, done: int, whole: bool) -> Iterator[re.Match[str]]:
        """The matches that begin in a window where they can, not before `done`; with `whole` they may end after it."""
        text = self.text
        high = len(text) if whole else window.high
        for first, last in window.begins:
            at = max(first, done)
            while at <= last:
                each = whole or last - at < FEW
                match = pattern.match(text, at, high) if each else pattern.search(text, at, high)
                if match:
                    yield match
                    at = done = match.end() + (match.end() == match.start())
                elif each:
                    at += 1
                else:
                    return

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
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._looked_up(word)
        return known

    def _looked_up(self, word: str) -> list[int]:
        if word in KINDS:
            return list(self._of_kind(KINDS[word]))
        if not word.strip(EDGE).isalpha():
            return self._signed(word)
        if word[0] == word[-1] == EDGE:
            return self._index.get(word.strip(EDGE), [])
        return self._begun(word.strip(EDGE)) if word[0] == EDGE else self._spelled(word)

    def _signed(self, sign: str) -> list[int]:
        return [match.start() for match in re.finditer(r"\d" if sign == DIGIT else re.escape(sign), self.text)]

    def _of_kind(self, kind: Kind) -> Iterator[int]:
        """Where each amount or date begins."""
        done, signs = 0, (match.start() for match in kind.signs.finditer(self.text))
        for place in merge(self.places(kind.words), signs):
            for match in kind.begins.finditer(self.text, max(done, place - kind.reach), place + 1):
                if kind.whole.match(self.text, match.start()):
                    yield match.start()
            done = max(done, place + 1)

    def _begun(self, letters: str) -> list[int]:
        """The places of all words that begin with these."""
        low, found = bisect_left(self._sorted, letters), list[int]()
        for word in islice(self._sorted, low, None):
            if not word.startswith(letters):
                break
            found += self._index[word]
        return sorted(found)

    def _spelled(self, word: str) -> list[int]:
        """The places of all words that hold this one, at their end where it says so."""
        vocabulary, found = self._vocabulary, list[int]()
        at = vocabulary.find(word)
        while at >= 0:
            begin = vocabulary.rfind(EDGE, 0, at) + 1
            places, into = self._index[vocabulary[begin : vocabulary.index(EDGE, begin)]], at - begin
            found += [start + into for start in places] if into else places
            at = vocabulary.find(word, at + 1)
        return sorted(found)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._index)

    @cached_property
    def _vocabulary(self) -> str:
        return EDGE + EDGE.join(self._index) + EDGE

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        lowered = small(self.text)
        if len(lowered) != len(self.text):  # a few capitals have two small letters
            lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)
        parts = WORD.split(lowered)  # between words, a word, between words
        index: dict[str, list[int]] = defaultdict(list)
        for start, word in zip(islice(accumulate(map(len, parts)), 0, None, 2), parts[1::2], strict=False):
            index[word].append(start)
        return index

    def _windows(self, alternatives: Sequence[Need]) -> list[Window] | None:
        """The ranges in which matches lie, joined where they touch; None when they are most of the text."""
        found: list[tuple[int, int, int]] = []
        for needed in alternatives:
            if not needed.anchors:
                return None
            if all(map(self._count, needed.anchors)):
                found += self._around(needed)
        windows: list[Window] = []
        for first, high, last in sorted(found):
            if windows and first <= windows[-1].high:
                windows[-1].begins.append((first, last))
                windows[-1].high = max(high, windows[-1].high)
            else:
                windows.append(Window(first, high, [(first, last)]))
        return windows if sum(window.high - window.low for window in windows) <= SPARSE * len(self.text) else None

    def _around(self, needed: Need) -> Iterator[tuple[int, int, int]]:
        """Where a match can begin, lie and begin at last, for each place of the rarest anchor with the others near."""
        rarest = min(needed.anchors, key=self._count)
        others = [
            (self.places(other.words), other.low - rarest.high, other.high - rarest.low)
            for other in needed.anchors
            if other is not rarest
        ]
        reach, size = needed.width - rarest.low, len(self.text)
        for place in self.places(rarest.words):
            for places, low, high in others:
                at = bisect_left(places, place + low)
                if at == len(places) or places[at] > place + high:
                    break
            else:
                yield max(0, place - rarest.high), min(size, place + reach), place - rarest.low

    def _count(self, anchor: Anchor) -> int:
        known = self._counted.get(anchor.words)
        if known is None:
            known = self._counted[anchor.words] = sum(len(self._places(word)) for word in anchor.words)
        return known


def small(text: str) -> str:
    """The text in the small letters that patterns are written in: `re` takes a long s and a dotless i for theirs."""
    return text.lower().replace("\u017f", "s").replace("\u0131", "i")
