"""PDF to text with a box for every character, by PDFium; what a page does not show is kept out of the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domain.errors import DocumentEmpty, DocumentEncrypted, DocumentError, DocumentTooLarge
from domain.source import Box
from domain.terms import Warning as Notice
from sow.document import Layout, Page
from sow.pdf_boxes import Places
from sow.pdf_hyphens import settled
from sow.pdf_page import WORD, Sheet, read_page
from sow.pdf_pictures import words_on
from sow.pdf_structure import Structure, structure
from sow.pdf_tables import tables
from sow.recognised import Recognised
from sow.recognition import TO_INSTALL

MOST_PAGES = 2_000
MOST_CHARACTERS = 4_000_000
LONG = 600  # characters of a page that is no picture, whatever they are
FEWEST_LETTERS = 100  # on a page that is a picture: fewer are a stamp or a page number


@dataclass
class _Paper:
    """The text under construction."""

    parts: list[str] = field(default_factory=list[str])
    places: list[Places] = field(default_factory=list[Places])
    pages: list[Page] = field(default_factory=list[Page])
    warnings: list[Notice] = field(default_factory=list[Notice])
    recognised: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    length: int = 0

    def write(self, text: str, places: Places | None = None) -> None:
        """Append text; its places count from the start of the whole."""
        if places is not None:
            self.places.append(places)
        self.parts.append(text)
        self.length += len(text)


def read_pdf(data: bytes, password: str | None = None, recognised: tuple[Recognised, ...] = ()) -> Layout:
    """Read a PDF; `recognised` is the text of pages that are pictures.

    Raises DocumentEncrypted, DocumentEmpty, DocumentTooLarge or DocumentError.
    """
    document = open_pdf(data, password)
    try:
        found = structure(data, password)
        return _layout(document, found, {page.page: page for page in recognised})
    finally:
        document.close()


def open_pdf(data: bytes, password: str | None = None) -> pdfium.PdfDocument:
    """Open a PDF that has between one and MOST_PAGES pages. Raises as `read_pdf` does."""
    try:
        document = pdfium.PdfDocument(data, password=password)
    except pdfium.PdfiumError as error:
        if pdfium_c.FPDF_GetLastError() == pdfium_c.FPDF_ERR_PASSWORD:
            detail = DocumentEncrypted.WRONG if password else None
            raise DocumentEncrypted(detail) from error
        raise DocumentError(
            "The PDF is damaged and cannot be opened. Ask for a new copy, or print it to a PDF again."
        ) from error
    if len(document) == 0:
        raise DocumentEmpty("The PDF has no pages.")
    if len(document) > MOST_PAGES:
        raise DocumentTooLarge(f"The PDF has {len(document)} pages; the limit is {MOST_PAGES}. Upload its parts.")
    return document


def _layout(document: pdfium.PdfDocument, found: Structure, recognised: dict[int, Recognised]) -> Layout:
    paper = _Paper(warnings=list(found.warnings))
    for index in range(len(document)):
        start = paper.length
        shown = _write_page(document, index, recognised.get(index + 1), paper)
        for name, value, box in found.fields.get(index, ()):
            line = f"\n{name}: {value}"
            paper.write(line, _line_places(line, paper.length, box) if box else Places())
        paper.write("\n\f" if index + 1 < len(document) else "\n")
        paper.pages.append(Page(index + 1, start, paper.length, **shown))
        if paper.length > MOST_CHARACTERS:
            raise DocumentTooLarge(f"The PDF holds more than {MOST_CHARACTERS} characters.")
    text = settled("".join(paper.parts))
    places = Places.joined(paper.places)
    rest = (tables(text, places, paper.pages), tuple(paper.warnings), tuple(paper.recognised))
    return Layout("pdf", text, tuple(paper.pages), places, *rest)


def _line_places(line: str, at: int, box: Box) -> Places:
    """All words of a line in one place."""
    spans = [match.span() for match in WORD.finditer(line)]
    return Places.of([at + start for start, _ in spans], [at + end for _, end in spans], [box] * len(spans))


def _write_page(
    document: pdfium.PdfDocument, index: int, recognised: Recognised | None, paper: _Paper
) -> dict[str, Any]:
    """How a page is shown; adds to the paper what it shows, and warns of what it hides and what it lacks."""
    try:
        page = document[index]
    except pdfium.PdfiumError:
        paper.warnings.append(Notice("page_damaged", "This page cannot be read.", index + 1))
        return {}
    try:
        sheet = read_page(page, paper.length)
        paper.write(sheet.text, sheet.places)
        if sheet.hidden:
            paper.warnings.append(Notice("hidden_text", hidden_message(sheet.hidden), index + 1))
        if recognised is not None and recognised.words:
            gap = "\n" * bool(sheet.text.strip())
            paper.write(gap)
            paper.write(*words_on(page, recognised, paper.length))
        paper.warnings += _picture(sheet, index + 1, recognised)
        if recognised is not None:
            paper.recognised.append((index + 1, recognised.sure))
        left, bottom, _, _ = page.get_bbox()
        turned = page.get_rotation()
        return {"width": sheet.width, "height": sheet.height, "left": left, "bottom": bottom, "turned": turned}
    finally:
        page.close()


def _picture(sheet: Sheet, number: int, recognised: Recognised | None) -> list[Notice]:
    """What is said of a page without text of its own."""
    if recognised is not None and recognised.words:
        sure = f"{recognised.sure:.0%}"
        said = f"The text of this page was recognised on a picture ({sure} sure); compare what matters with the page."
        return [Notice("recognised_text", said, number)]
    if len(sheet.text) > LONG:
        return []
    letters = sum(character.isalnum() for character in sheet.text)
    if letters >= FEWEST_LETTERS or (letters and not sheet.scanned):
        return []
    if not sheet.pictured:
        return [Notice("empty_page", "This page is empty.", number)]
    if recognised is not None:
        return [Notice("no_text_layer", "This page is a picture on which no text was recognised.", number)]
    said = f"This page is a picture without text of its own. For it to be read, {TO_INSTALL}."
    return [Notice("no_text_layer", said, number)]


def hidden_message(hidden: str) -> str:
    """What is said of text that a document holds but does not show; it begins with the text itself."""
    shown = " ".join(hidden.split())
    excerpt = shown if len(shown) <= 200 else shown[:200] + "…"  # noqa: PLR2004 - enough to judge it by
    return f"“{excerpt}” — {len(shown)} characters that a reader does not see were left out."
