"""A document as finders see it: folded text, tables, and patterns that know nothing of line breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sow.document import Layout, Table
from sow.flat import Flat, flatten
from sow.normal import day
from sow.words import Words

T = TypeVar("T")


@dataclass(frozen=True)
class Candidate:
    """A possible value of a field; `start`/`end` count characters of the folded text."""

    field: str
    value: Any
    start: int
    end: int
    confidence: float


@dataclass(frozen=True)
class View:
    """What finders search: the folded text and the tables of one layout."""

    text: str
    flat: Flat
    tables: tuple[Table, ...]
    _made: dict[str, Any] = field(default_factory=dict[str, Any], repr=False, compare=False)

    def sentence(self, at: int, limit: int = 400) -> str:
        """The sentence around a folded position, at most `limit` characters to either side."""
        return self.text[self.sentence_start(at, limit) : self.sentence_end(at, limit)]

    def sentence_start(self, at: int, limit: int = 400) -> int:
        """Where the sentence around a folded position begins."""
        low = max(0, at - limit)
        breaks = [match.end() for match in SENTENCE_BREAK.finditer(self.text, low, at)]
        return breaks[-1] if breaks else low

    def sentence_end(self, at: int, limit: int = 400) -> int:
        """Where the sentence around a folded position ends."""
        match = SENTENCE_BREAK.search(self.text, at, min(len(self.text), at + limit))
        return match.start() + 1 if match else min(len(self.text), at + limit)

    @cached_property
    def words(self) -> Words:
        """The folded text with an index of its words."""
        return Words(self.text)

    def day(self, text: str) -> str | None:
        """An ISO 8601 date, numbers in slashes read in the order that the document uses."""
        return day(text, day_first="/" in text and self.once("day first", day_first))

    def once(self, name: str, make: Callable[[View], T]) -> T:
        """What several finders need of this view, made when the first one asks."""
        if name not in self._made:
            self._made[name] = make(self)
        return self._made[name]

    def search(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """All matches of a pattern in the folded text; tried only around the words that the pattern needs."""
        return self.words.finditer(pattern)


SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(?:\d{4}|\d{2})\b")
# where contracts are dated month first, and where day first
MONTH_FIRST = re.compile(r"\bState of [A-Z]|\bU\.?S\.?A?\b|\bInc\b|\bLLC\b|\bUSD\b|(?<![A-Z])\$")
DAY_FIRST = re.compile(
    r"[£€₹]|\b(?:VAT|GST|GBP|EUR|AUD|NZD|INR|SGD|ZAR|CHF|ABN|Pty|plc|GmbH|DAC|Pte)\b|A\$|NZ\$|S\$"
    r"|\b(?:England|Scotland|Wales|Ireland|Australia|India|New Zealand|Singapore|South Africa|Spain|France|Germany)\b"
)
ENOUGH = 12  # months of a year: a larger number is a day


def day_first(seen: View) -> bool:
    """Whether 3/4/2025 is the third of April here: what its other dates show, else whose ways the text follows."""
    pairs = [(int(match[1]), int(match[2])) for match in SLASHED.finditer(seen.text)]
    if not pairs or any(second > ENOUGH for _, second in pairs):
        return False
    if any(first > ENOUGH for first, _ in pairs):
        return True
    return len(DAY_FIRST.findall(seen.text)) > len(MONTH_FIRST.findall(seen.text))


SENTENCE_BREAK = re.compile(
    r"\n\n|(?<![A-Z])(?<!No)(?<!Inc)(?<!Corp)(?<!Ltd)(?<!Co)[.;]\s+(?=[A-Z(\"]|[-*•]\s|\d{1,2}\.(?:\d{1,2}\.?)?\s+[A-Z])"
)


def view(layout: Layout, furniture: tuple[tuple[int, int], ...] = ()) -> View:
    """The view of a layout without its page headers and footers."""
    flat = flatten(layout.text, furniture)
    return View(flat.text, flat, layout.tables)


def candidate(field: str, value: Any, match: re.Match[str], confidence: float, group: int | str = 0) -> Candidate:
    """A candidate whose quote is a group of the match."""
    return Candidate(field, value, match.start(group), match.end(group), confidence)
