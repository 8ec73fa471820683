"""Where the quotes of a document's terms stand: boxes over a page's image, or marked stretches of its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.source import Box
from domain.terms import TermStatus
from store.documents import DocumentRow, TermRow

Rectangle = tuple[float, float, float, float]  # x, y, width, height in points, origin top left


@dataclass(frozen=True)
class Mark:
    """A term's quote on a page image."""

    term: str
    field: str
    boxes: tuple[Rectangle, ...]


@dataclass(frozen=True)
class Stretch:
    """A piece of text; `term` names the terms that it is a quote of, separated by spaces."""

    text: str
    term: str = ""


@dataclass(frozen=True)
class Sheet:
    """What is shown of a document beside its terms: one page's image with marks, or all of its text."""

    number: int
    width: float = 0.0
    height: float = 0.0
    marks: tuple[Mark, ...] = ()
    text: tuple[Stretch, ...] = ()


def sheet(document: DocumentRow, terms: Sequence[TermRow], number: int, body: str) -> Sheet:
    """The sheet with this number (from 1); a document without pages of its own is one sheet of text."""
    held = [term for term in terms if term.status is not TermStatus.REJECTED]
    if document.kind != "pdf":
        return Sheet(number, text=_stretches(body, held))
    width, height = page_size(document, number)
    return Sheet(number, width, height, _marks(held, number, height))


def page_size(document: DocumentRow, number: int) -> tuple[float, float]:
    """Width and height of a page (from 1) in points; an A4 page's where the file does not say."""
    page = document.pages[number - 1] if 0 < number <= len(document.pages) else {}
    return float(page.get("width", 0)) or 595.0, float(page.get("height", 0)) or 842.0


def _marks(terms: Sequence[TermRow], number: int, height: float) -> tuple[Mark, ...]:
    marks = [
        Mark(term.id, term.field, tuple(flipped(box, height) for box in evidence.boxes))
        for term in terms
        for evidence in term.evidence
        if evidence.page == number and evidence.boxes
    ]
    return tuple(marks)


def flipped(box: Box, height: float) -> Rectangle:
    """A box of evidence (origin bottom left) as a page's picture of this height has it, with a little air."""
    x0, y0, x1, y1 = box
    return round(x0 - 1, 1), round(height - y1 - 1, 1), round(x1 - x0 + 2, 1), round(y1 - y0 + 2, 1)


def _stretches(body: str, terms: Sequence[TermRow]) -> tuple[Stretch, ...]:
    """The text cut wherever a quote begins or ends; a piece belongs to every term whose quote covers it."""
    spans = [(e.start, e.end, term.id) for term in terms for e in term.evidence if e.end > e.start]
    cuts = sorted({0, len(body), *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    return tuple(
        Stretch(body[one:other], " ".join(dict.fromkeys(id_ for start, end, id_ in spans if start <= one < end)))
        for one, other in pairwise(cuts)
        if body[one:other]
    )
