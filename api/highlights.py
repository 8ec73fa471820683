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
    shown = frame(document, number)
    return Sheet(number, shown.width, shown.height, _marks(held, number, shown))


@dataclass(frozen=True)
class Frame:
    """How a page is shown: its size in points, where what is shown begins, how far it is turned clockwise."""

    width: float
    height: float
    left: float = 0.0
    bottom: float = 0.0
    turned: int = 0

    def rectangle(self, box: Box) -> Rectangle:
        """A box of evidence (origin bottom left, as the file has it) on the page's picture, with a little air."""
        one, other = self._shown(box[0], box[1]), self._shown(box[2], box[3])
        left, right = sorted((one[0], other[0]))
        top, bottom = sorted((one[1], other[1]))
        return round(left - 1, 1), round(top - 1, 1), round(right - left + 2, 1), round(bottom - top + 2, 1)

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        """A point of the file as it is seen, from the top left corner."""
        x, y = x - self.left, y - self.bottom
        match self.turned:
            case 90:
                return y, x
            case 180:
                return self.width - x, y
            case 270:
                return self.width - y, self.height - x
            case _:
                return x, self.height - y


def frame(document: DocumentRow, number: int) -> Frame:
    """How a page (from 1) is shown; an A4 page's size where the file does not say."""
    page = document.pages[number - 1] if 0 < number <= len(document.pages) else {}
    size = float(page.get("width", 0)) or 595.0, float(page.get("height", 0)) or 842.0
    return Frame(*size, float(page.get("left", 0)), float(page.get("bottom", 0)), int(page.get("turned", 0)))


def _marks(terms: Sequence[TermRow], number: int, shown: Frame) -> tuple[Mark, ...]:
    marks = [
        Mark(term.id, term.field, tuple(shown.rectangle(box) for box in evidence.boxes))
        for term in terms
        for evidence in term.evidence
        if evidence.page == number and evidence.boxes
    ]
    return tuple(marks)


def _stretches(body: str, terms: Sequence[TermRow]) -> tuple[Stretch, ...]:
    """The text cut wherever a quote begins or ends; a piece belongs to every term whose quote covers it."""
    spans = [(e.start, e.end, term.id) for term in terms for e in term.evidence if e.end > e.start]
    cuts = sorted({0, len(body), *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    return tuple(
        Stretch(body[one:other], " ".join(dict.fromkeys(id_ for start, end, id_ in spans if start <= one < end)))
        for one, other in pairwise(cuts)
        if body[one:other]
    )
