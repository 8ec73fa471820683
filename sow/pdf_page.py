"""One page of a PDF: the text that it shows, a box for each word, and what it hides.

Most pages hide nothing, which their few page objects tell at once; such a page is read in one piece, and only the edges
of words are asked for their place. Where anything could be hidden, every character is looked at.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domain.source import Box
from sow.pdf_boxes import Place, union
from sow.pdf_hidden import Ink, Paint, is_hidden
from sow.pdf_objects import Inventory, inventory

BROKEN = "\ufffe"  # what PDFium writes for the hyphen of a word that it joined across a line end
SIGNS = {ord("\x02"): BROKEN, ord("\r"): None, 0: "\ufffd", **{n: " " for n in range(1, 32) if n not in {2, 10, 13}}}
WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Sheet:
    """A page as it is read; `places` count characters of its own text."""

    width: float
    height: float
    text: str
    places: tuple[Place, ...]
    hidden: str = ""
    pictured: bool = False  # there is something to see that is no text
    scanned: bool = False  # a picture covers much of the page


def read_page(page: pdfium.PdfPage) -> Sheet:
    """A page's text in the order that PDFium gives it. Raises PdfiumError for a damaged one."""
    found = inventory(page)
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range(0, -1) if textpage.count_chars() else ""
        plain = not found.doubtful and len(text) == textpage.count_chars() and _ends_lines_as_expected(text)
        size = (page.get_width(), page.get_height())
        if plain:
            places = tuple(_places(textpage, text))
            return Sheet(*size, text.translate(SIGNS), places, "", found.pictured, found.scanned)
        return _careful(page, textpage, size, found)
    finally:
        textpage.close()


def _ends_lines_as_expected(text: str) -> bool:
    """Whether a character's number in the text without carriage returns follows from its line."""
    return text.count("\r\n") == text.count("\r") == text.count("\n")


def _places(textpage: pdfium.PdfTextPage, text: str) -> Iterator[Place]:
    measure = _measure()
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    first, last = (ctypes.c_float * 4)(), (ctypes.c_float * 4)()  # left, top, right, bottom
    begin, end = ctypes.addressof(first), ctypes.addressof(last)
    line = 0
    for number, row in enumerate(text.split("\r\n")):
        for match in WORD.finditer(row):
            start, stop = match.span()
            if measure(handle, line + start, begin) and measure(handle, line + stop - 1, end):
                box = union((first[0], first[3], first[2], first[1]), (last[0], last[3], last[2], last[1]))
                yield Place(line + start - number, line + stop - number, box)
        line += len(row) + 2


@cache
def _measure() -> Callable[[int | None, int, int], int]:
    """FPDFText_GetLooseCharBox by address: the binding's own conversion of its arguments takes twice its time."""
    address = ctypes.cast(pdfium_c.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(address)


@dataclass(frozen=True)
class Glyph:
    """One character of a page and where it stands; no box for white space that PDFium inferred."""

    text: str
    box: Box | None
    hidden: bool


def _careful(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, size: tuple[float, float], found: Inventory) -> Sheet:
    glyphs = list(_glyphs(page, textpage))
    hidden = "".join(glyph.text for glyph in glyphs if glyph.hidden).replace(BROKEN, "-").strip()
    shown = [glyph for glyph in glyphs if not glyph.hidden]
    text = "".join(glyph.text for glyph in shown)
    return Sheet(*size, text, tuple(_words(text, shown)), hidden, found.pictured, found.scanned)


def _words(text: str, glyphs: Sequence[Glyph]) -> Iterator[Place]:
    boxes = [glyph.box for glyph in glyphs for _ in glyph.text]
    for match in WORD.finditer(text):
        drawn = [box for box in boxes[match.start() : match.end()] if box]
        if drawn:
            around = drawn[0]
            for box in drawn[1:]:
                around = union(around, box)
            yield Place(match.start(), match.end(), around)


def _glyphs(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage) -> Iterator[Glyph]:
    ink = Ink(page)
    paints: dict[int, Paint] = {}
    hidden = False
    for index in range(textpage.count_chars()):
        character = _character(textpage, index)
        if pdfium_c.FPDFText_IsGenerated(textpage, index) == 1:
            yield Glyph(character, None, hidden)
            continue
        box = _box(textpage, index)
        hidden = hidden if character.isspace() else is_hidden(textpage, index, paints, box, ink)
        yield Glyph(character, box, hidden)


def _character(textpage: pdfium.PdfTextPage, index: int) -> str:
    code = pdfium_c.FPDFText_GetUnicode(textpage, index)
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:  # noqa: PLR2004 - not characters
        return "\ufffd"
    return chr(code).translate(SIGNS)


def _box(textpage: pdfium.PdfTextPage, index: int) -> Box:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium_c.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
    return (left.value, bottom.value, right.value, top.value)
