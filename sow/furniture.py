"""Page headers and footers: first and last lines that repeat from page to page, apart from their numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sow.document import Layout, Page

EDGE_LINES = 2
FEWEST_PAGES = 3

Span = tuple[int, int]


def furniture(layout: Layout) -> tuple[Span, ...]:
    """The ranges of repeated edge lines; the head of the first page stays: a letterhead may be all that names us."""
    edges = [span for page in layout.pages for span in set(_edges(layout.text, page))]
    counted = Counter(_shape(layout.text, span) for span in edges)
    enough = max(FEWEST_PAGES, len(layout.pages) // 2)
    letterhead = {span for page in layout.pages[:1] for span in list(_edges(layout.text, page))[:EDGE_LINES]}
    return tuple(sorted(s for s in edges if s not in letterhead and counted[_shape(layout.text, s)] >= enough))


def _edges(text: str, page: Page) -> Iterator[Span]:
    lines = [
        (page.start + match.start(), page.start + match.end())
        for match in re.finditer(r"[^\n\f]*\S[^\n\f]*", text[page.start : page.end])
    ]
    yield from lines[:EDGE_LINES]
    yield from lines[-EDGE_LINES:]


def _shape(text: str, span: Span) -> str:
    return re.sub(r"\d+", "#", " ".join(text[span[0] : span[1]].split()).casefold())
