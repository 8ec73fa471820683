"""What reading a document yields: its text with pages and boxes, its clauses and tables, its terms and warnings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from domain.amendments import Amendment
from domain.canonical import plain
from domain.masters import Bearing
from domain.terms import Term
from domain.terms import Warning as Notice
from sow.pdf_boxes import Places

LONGEST_CHANGE = 120  # characters of a change that are shown


@dataclass(frozen=True)
class Info:
    """The document itself. `kind` is pdf, docx, email, markdown or text; `language` an ISO 639-1 code or "und"."""

    name: str
    sha256: str
    pages: int
    kind: str
    language: str


@dataclass(frozen=True)
class Attached:
    """A file in a message; `data` as the sender attached it."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Page:
    """A page's range of the text, and its size as shown in PDF points (0 for documents without pages of their own).

    `left` and `bottom` are where what is shown begins, `turned` how far it is then turned clockwise (0, 90, 180, 270):
    boxes count before either.
    """

    number: int
    start: int
    end: int
    width: float = 0.0
    height: float = 0.0
    left: float = 0.0
    bottom: float = 0.0
    turned: int = 0


@dataclass(frozen=True)
class Clause:
    """A numbered or titled part of the text: what full-text search answers with."""

    number: str
    title: str
    start: int
    end: int
    page: int


@dataclass(frozen=True)
class Cell:
    """One cell of a table; `start`/`end` count characters of the document's text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Table:
    """Rows of cells, the header (if any) first; rows need not have equally many cells."""

    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Pending:
    """A tracked change: `inserted` stands in the text at `start`/`end`, `deleted` stood there and is left out."""

    start: int
    end: int
    inserted: str
    deleted: str
    author: str
    date: str

    def told(self) -> str:
        """Who proposed what, in words."""
        when = f", {self.date}" if self.date else ""
        old, new = _short(self.deleted), _short(self.inserted)
        what = f"“{old}” becomes “{new}”" if old and new else f"“{new}” is added" if new else f"“{old}” is deleted"
        return f"{what} ({self.author}{when})"


@dataclass(frozen=True)
class Layout:
    """What a reader of one file format yields; `boxes` are those of its words, none for a text without pages."""

    kind: str
    text: str
    pages: tuple[Page, ...]
    boxes: Places = field(default_factory=Places)
    tables: tuple[Table, ...] = ()
    warnings: tuple[Notice, ...] = ()
    recognised: tuple[tuple[int, float], ...] = ()  # pages whose text was recognised on a picture, and how surely
    pending: tuple[Pending, ...] = ()  # changes that someone proposed and nobody accepted yet

    def page_at(self, offset: int) -> int:
        """The number of the page that holds this character."""
        return next((page.number for page in self.pages if offset < page.end), len(self.pages) or 1)


@dataclass(frozen=True)
class Reading:
    """All that was read. `text` is what `countersign text` prints and what every evidence counts in."""

    document: Info
    text: str
    pages: tuple[Page, ...]
    clauses: tuple[Clause, ...]
    tables: tuple[Table, ...]
    terms: tuple[Term, ...]
    warnings: tuple[Notice, ...] = field(default=())
    amendment: Amendment | None = None
    bearing: Bearing = field(default_factory=Bearing)

    def json(self) -> dict[str, Any]:
        """The object that `countersign extract` prints for this document."""
        return {
            "id": self.document.name.rsplit(".", 1)[0],
            "document": plain(self.document),
            "terms": [_term(term) for term in self.terms],
            "warnings": [_without_none(plain(warning)) for warning in self.warnings],
            **({"amendment": plain(self.amendment)} if self.amendment else {}),
        }


def _short(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= LONGEST_CHANGE else joined[:LONGEST_CHANGE] + "…"


def _term(term: Term) -> dict[str, Any]:
    shown = plain(term)
    del shown["master"]
    for evidence in shown["evidence"]:
        del evidence["document"]
    return shown


def _without_none(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value is not None}
