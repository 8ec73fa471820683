"""What reading a document yields: its text with pages and boxes, its clauses and tables, its terms and warnings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from domain.amendments import Amendment
from domain.canonical import plain
from domain.source import Box
from domain.terms import Term
from domain.terms import Warning as Notice


@dataclass(frozen=True)
class Info:
    """The document itself. `kind` is pdf, docx, markdown or text; `language` an ISO 639-1 code or "und"."""

    name: str
    sha256: str
    pages: int
    kind: str
    language: str


@dataclass(frozen=True)
class Page:
    """A page's range of the text, and its size in PDF points (0 for documents without pages of their own)."""

    number: int
    start: int
    end: int
    width: float = 0.0
    height: float = 0.0


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
class Layout:
    """What a reader of one file format yields; `boxes` holds one box per character, or nothing."""

    kind: str
    text: str
    pages: tuple[Page, ...]
    boxes: tuple[Box | None, ...] = ()
    tables: tuple[Table, ...] = ()
    warnings: tuple[Notice, ...] = ()

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

    def json(self) -> dict[str, Any]:
        """The object that `countersign extract` prints for this document."""
        return {
            "id": self.document.name.rsplit(".", 1)[0],
            "document": plain(self.document),
            "terms": [_term(term) for term in self.terms],
            "warnings": [_without_none(plain(warning)) for warning in self.warnings],
            **({"amendment": plain(self.amendment)} if self.amendment else {}),
        }


def _term(term: Term) -> dict[str, Any]:
    shown = plain(term)
    for evidence in shown["evidence"]:
        del evidence["document"]
    return shown


def _without_none(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value is not None}
