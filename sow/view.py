"""A document as finders see it: folded text, tables, and patterns that know nothing of line breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from sow.document import Layout, Table
from sow.flat import Flat, flatten
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

    def once(self, name: str, make: Callable[[View], T]) -> T:
        """What several finders need of this view, made when the first one asks."""
        if name not in self._made:
            self._made[name] = make(self)
        return self._made[name]

    def search(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """All matches of a pattern in the folded text; tried only around the words that the pattern needs."""
        return self.words.finditer(pattern)


SENTENCE_BREAK = re.compile(
    r"\n\n|(?<![A-Z])(?<!No)(?<!Inc)(?<!Corp)(?<!Ltd)(?<!Co)[.;]\s+(?=[A-Z(\"]|\d{1,2}\.(?:\d{1,2}\.?)?\s+[A-Z])"
)


def view(layout: Layout, furniture: tuple[tuple[int, int], ...] = ()) -> View:
    """The view of a layout without its page headers and footers."""
    flat = flatten(layout.text, furniture)
    return View(flat.text, flat, layout.tables)


def candidate(field: str, value: Any, match: re.Match[str], confidence: float, group: int | str = 0) -> Candidate:
    """A candidate whose quote is a group of the match."""
    return Candidate(field, value, match.start(group), match.end(group), confidence)
