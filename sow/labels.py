"""Labelled values: forms and cover tables say "End date | 31 January 2027" where prose needs a sentence.

A pair is a line "label: value", a table row that begins with a label, or a label alone on a line above its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sow.rules import rule
from sow.view import View

LONGEST_VALUE = 160
PAIR = 2
SAME_LINE = rule(
    r"(?:^|\n)[ \t*#-]*(?:\d{1,2}(?:\.\d)?[.)] )?(?P<label>[A-Z][^\n:|]{1,48}?)[ *]*[:|][ \t*]*(?P<value>[^\n|]{1,160})"
)
OWN_LINE = rule(r"(?:^|(?<=\n))(?P<label>[A-Z][^\n:|]{1,48}?)[ \t*]*:?[ ]?\n(?P<value>[^\n]{1,160})(?=\n|$)")


@dataclass(frozen=True)
class Pair:
    """A label and its value; the range covers both, in the folded text."""

    label: str
    value: str
    start: int
    end: int


def pairs(view: View) -> list[Pair]:
    """All pairs of a document."""
    return view.once("labelled pairs", lambda seen: [*_lines(seen), *_cells(seen)])


def labelled(found: Iterable[Pair], labels: re.Pattern[str]) -> Iterator[Pair]:
    """The pairs whose whole label matches."""
    return (pair for pair in found if labels.fullmatch(pair.label))


def _lines(view: View) -> Iterator[Pair]:
    text = view.text
    ends = [match.start() for match in re.finditer("\n", text)]
    for pattern, begins in ((SAME_LINE, {0, *ends}), (OWN_LINE, {0, *(end + 1 for end in ends)})):
        for at in sorted(begins):  # each line by itself: a value may be the next pair's label
            if match := pattern.match(text, at):
                yield _pair(match["label"], match["value"], match.start("label"), match.end("value"))


def _cells(view: View) -> Iterator[Pair]:
    for table in view.tables:
        for row in table.rows:
            said = [cell for cell in row if cell.text]  # of a wide table the label and the last column
            for label, value in [(said[0], said[1])] if len(said) == PAIR else zip(row[::2], row[1::2], strict=False):
                if value.text and len(value.text) <= LONGEST_VALUE:
                    start, end = view.flat.offset(label.start), view.flat.offset(value.end - 1) + 1
                    if start < end:
                        yield _pair(label.text, value.text, start, end)


def _pair(label: str, value: str, start: int, end: int) -> Pair:
    return Pair(" ".join(label.split()).strip(" :*"), " ".join(value.split()).strip(" *|"), start, end)
