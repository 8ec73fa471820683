"""Splits a text into clauses at numbered and titled headings: the unit that full-text search answers with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.document import Clause, Layout

LONGEST = 2_400
HEADING = re.compile(
    r"^[ \t]*(?:"
    r"(?P<marks>#{1,6})[ \t]+(?P<marked>\S.*)"
    r"|\*{0,2}(?P<word>ARTICLE|Article|SECTION|Section|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex)[ \t]+"
    r"(?P<ordinal>[A-Z\d]+(?:\.\d+)*|[IVXLC]+)\b(?P<worded>.{0,100})"
    r"|\*{0,2}(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})(?:[.)]\s|\s)\s*\*{0,2}(?P<numbered>[A-Z“\"(].*)"
    r"|(?P<capitals>[A-Z][A-Z &,/\-]{3,60})[ \t]*:?[ \t]*"
    r")$",
    re.MULTILINE,
)
INLINE = re.compile(r"(?<=[.;:] )(?P<number>\d{1,2}(?:\.\d{1,2}){1,3})\.? +(?=[A-Z])")
INLINE_HEADING = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){1,3})\.? +(?:(?P<title>[A-Z][^.:;]{2,60})[.:])?")
TITLE = re.compile(r"(?P<title>[A-Z][^.:;]{2,60})(?:[.:]|\*\*|$)")


def clauses(layout: Layout) -> tuple[Clause, ...]:
    """Clauses in order; together they hold all of the text that is not blank."""
    text = layout.text
    starts = sorted({0, *(match.start() for match in HEADING.finditer(text))})
    parts = zip(starts, [*starts[1:], len(text)], strict=True)
    return tuple(clause for start, end in parts for clause in _clause(layout, start, end))


def _clause(layout: Layout, start: int, end: int) -> Iterator[Clause]:
    number, title = _heading(layout.text[start:end])
    for begin, stop in _pieces(layout.text, start, end):
        if layout.text[begin:stop].strip():
            if begin > start and (inline := INLINE_HEADING.match(layout.text, begin, stop)):
                number, title = inline["number"], inline["title"] or ""
            yield Clause(number, title, begin, stop, layout.page_at(begin))


def _heading(text: str) -> tuple[str, str]:
    match = HEADING.match(text)
    if match is None:
        return "", ""
    raw = match["marked"] or match["worded"] or match["numbered"] or match["capitals"] or ""
    title = raw.replace("*", "").strip(" \t:.-\u2013\u2014")
    number = match["number"] or match["ordinal"] or ""
    if match["marked"] and (inner := re.match(r"(?:ARTICLE|Article|Section)?\s*(\d+(?:\.\d+)*|[IVXLC]+)[.\s]", title)):
        number, title = inner[1], title[inner.end() :].strip(" -\u2013\u2014.")
    if match["numbered"] and (short := TITLE.match(title)):
        title = short["title"]
    return number, title[:80].strip()


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A long clause is cut at inline numbers and, where that does not help, at sentence ends."""
    cuts = [start, *(match.start() for match in INLINE.finditer(text, start, end))]
    for begin, stop in zip(cuts, [*cuts[1:], end], strict=True):
        at = begin
        while stop - at > LONGEST:
            cut = max(text.rfind("\n\n", at, at + LONGEST), text.rfind(". ", at, at + LONGEST)) + 1
            cut = cut if cut > at else at + LONGEST
            yield at, cut
            at = cut
        yield at, stop
