"""PDF to text with a box for every character, by PDFium; what a page does not show is kept out of the text."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domain.errors import DocumentEmpty, DocumentEncrypted, DocumentError, DocumentTooLarge
from domain.source import Box
from domain.terms import Warning as Notice
from sow.document import Layout, Page
from sow.pdf_hidden import Ink, Paint, is_hidden
from sow.pdf_structure import Structure, structure
from sow.pdf_tables import tables

MOST_PAGES = 2_000
MOST_CHARACTERS = 4_000_000
LINE_END_HYPHEN = 0xFFFE  # what PDFium writes where a word was broken at the end of a line


@dataclass(frozen=True)
class Glyph:
    """One character of a page and where it stands; no box for white space that PDFium inferred."""

    text: str
    box: Box | None
    hidden: bool


def read_pdf(data: bytes, password: str | None = None) -> Layout:
    """Read a PDF. Raises DocumentEncrypted, DocumentEmpty, DocumentTooLarge or DocumentError."""
    document = open_pdf(data, password)
    try:
        found = structure(data, password)
        return _layout(document, found)
    finally:
        document.close()


def open_pdf(data: bytes, password: str | None = None) -> pdfium.PdfDocument:
    """Open a PDF that has between one and MOST_PAGES pages. Raises as `read_pdf` does."""
    try:
        document = pdfium.PdfDocument(data, password=password)
    except pdfium.PdfiumError as error:
        if pdfium_c.FPDF_GetLastError() == pdfium_c.FPDF_ERR_PASSWORD:
            detail = "The password is wrong." if password else None
            raise DocumentEncrypted(detail) from error
        raise DocumentError("The PDF is damaged and cannot be opened.") from error
    if len(document) == 0:
        raise DocumentEmpty("The PDF has no pages.")
    if len(document) > MOST_PAGES:
        raise DocumentTooLarge(f"The PDF has {len(document)} pages; the limit is {MOST_PAGES}.")
    return document


def _layout(document: pdfium.PdfDocument, found: Structure) -> Layout:
    text: list[str] = []
    boxes: list[Box | None] = []
    pages: list[Page] = []
    warnings = list(found.warnings)
    for index in range(len(document)):
        start = len(boxes)
        width, height, glyphs = _page(document, index, warnings)
        glyphs += _fields(found, index)
        for glyph in glyphs:
            text.append(glyph.text)
            boxes.extend([glyph.box] * len(glyph.text))
        text.append("\n\f" if index + 1 < len(document) else "\n")
        boxes.extend([None] * len(text[-1]))
        pages.append(Page(index + 1, start, len(boxes), width, height))
        if len(boxes) > MOST_CHARACTERS:
            raise DocumentTooLarge(f"The PDF holds more than {MOST_CHARACTERS} characters.")
    whole = "".join(text)
    return Layout("pdf", whole, tuple(pages), tuple(boxes), tables(whole, boxes, pages), tuple(warnings))


def _page(document: pdfium.PdfDocument, index: int, warnings: list[Notice]) -> tuple[float, float, list[Glyph]]:
    """A page's size and what it shows; adds to `warnings` what it hides and what it lacks."""
    try:
        page = document[index]
    except pdfium.PdfiumError:
        warnings.append(Notice("page_damaged", "This page cannot be read.", index + 1))
        return 0.0, 0.0, []
    try:
        glyphs = list(_glyphs(page))
        hidden = "".join(glyph.text for glyph in glyphs if glyph.hidden).strip()
        shown = [glyph for glyph in glyphs if not glyph.hidden]
        if hidden:
            warnings.append(Notice("hidden_text", hidden_message(hidden), index + 1))
        if not any(glyph.text.strip() for glyph in shown):
            warnings.append(Notice("no_text_layer", "This page has no text: it is empty or a picture.", index + 1))
        return page.get_width(), page.get_height(), shown
    finally:
        page.close()


def hidden_message(hidden: str) -> str:
    """What is said of text that a document holds but does not show; it begins with the text itself."""
    shown = " ".join(hidden.split())
    excerpt = shown if len(shown) <= 200 else shown[:200] + "…"  # noqa: PLR2004 - enough to judge it by
    return f"“{excerpt}” — {len(shown)} characters that a reader does not see were left out."


def _glyphs(page: pdfium.PdfPage) -> Iterator[Glyph]:
    textpage = page.get_textpage()
    try:
        ink = Ink(page)
        paints: dict[int, Paint] = {}
        hidden = False
        for index in range(textpage.count_chars()):
            if pdfium_c.FPDFText_IsGenerated(textpage, index) == 1:
                yield Glyph(_character(textpage, index), None, hidden)
                continue
            box = _box(textpage, index)
            character = _character(textpage, index)
            hidden = hidden if character.isspace() else is_hidden(textpage, index, paints, box, ink)
            yield Glyph(character, box, hidden)
    finally:
        textpage.close()


def _character(textpage: pdfium.PdfTextPage, index: int) -> str:
    code = pdfium_c.FPDFText_GetUnicode(textpage, index)
    if code in {LINE_END_HYPHEN, 0x02}:
        return "-"
    if code == 0x0D:  # noqa: PLR2004 - carriage return: PDFium ends lines with both
        return ""
    if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:  # noqa: PLR2004 - not characters
        return "\ufffd"
    return chr(code) if code >= 0x20 or code == 0x0A else " "  # noqa: PLR2004 - control characters


def _box(textpage: pdfium.PdfTextPage, index: int) -> Box:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium_c.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
    return (left.value, bottom.value, right.value, top.value)


def _fields(found: Structure, index: int) -> list[Glyph]:
    """Filled-in form fields stand outside a page's text; each is added as a line of its own at the page's end."""
    return [
        Glyph(character, box, hidden=False)
        for name, value, box in found.fields.get(index, ())
        for character in f"\n{name}: {value}"
    ]
