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
from sow.pdf_hyphens import BROKEN
from sow.pdf_objects import Inventory, inventory

SIGNS = {ord("\x02"): BROKEN, ord("\r"): None, 0: "\ufffd", **{n: " " for n in range(1, 32) if n not in {2, 10, 13}}}
WORD = re.compile(r"\S+")
Edges = tuple[ctypes.c_double, ctypes.c_double, ctypes.c_double, ctypes.c_double]


@dataclass(frozen=True)
class Sheet:
    """A page as it is read; `places` count characters from where the page was said to begin."""

    width: float
    height: float
    text: str
    places: tuple[Place, ...]
    hidden: str = ""
    pictured: bool = False  # there is something to see that is no text
    scanned: bool = False  # a picture covers much of the page


def read_page(page: pdfium.PdfPage, at: int = 0) -> Sheet:
    """A page's text in the order that PDFium gives it, from an offset. Raises PdfiumError for a damaged one."""
    found = inventory(page)
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range(0, -1) if textpage.count_chars() else ""
        plain = not found.doubtful and len(text) == textpage.count_chars() and _ends_lines_as_expected(text)
        size = (page.get_width(), page.get_height())
        if plain:
            places = tuple(_places(textpage, text, at))
            return Sheet(*size, text.translate(SIGNS), places, "", found.pictured, found.scanned)
        return _careful(page, textpage, (size, at), found)
    finally:
        textpage.close()


def _ends_lines_as_expected(text: str) -> bool:
    """Whether a character's number in the text without carriage returns follows from its line."""
    return text.count("\r\n") == text.count("\r") == text.count("\n")


def _places(textpage: pdfium.PdfTextPage, text: str, at: int) -> Iterator[Place]:
    measure = _measure()
    handle = ctypes.cast(textpage.raw, ctypes.c_void_p).value
    first, last = (ctypes.c_float * 4)(), (ctypes.c_float * 4)()  # left, top, right, bottom
    begin, end = ctypes.addressof(first), ctypes.addressof(last)
    line = 0
    for number, row in enumerate(text.split("\r\n")):
        place = at + line - number
        for match in WORD.finditer(row):
            start, stop = match.span()
            if not measure(handle, line + start, begin):
                continue
            left, top, right, bottom = first
            if stop - start > 1 and measure(handle, line + stop - 1, end):
                box = union((left, bottom, right, top), (last[0], last[3], last[2], last[1]))
            else:
                box = (left, bottom, right, top)
            yield Place(place + start, place + stop, box)
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


def _careful(
    page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, begin: tuple[tuple[float, float], int], found: Inventory
) -> Sheet:
    glyphs = list(_glyphs(page, textpage))
    hidden = "".join(glyph.text for glyph in glyphs if glyph.hidden).replace(BROKEN, "-").strip()
    shown = [glyph for glyph in glyphs if not glyph.hidden]
    text = "".join(glyph.text for glyph in shown)
    size, at = begin
    return Sheet(*size, text, tuple(_words(text, shown, at)), hidden, found.pictured, found.scanned)


def _words(text: str, glyphs: Sequence[Glyph], at: int) -> Iterator[Place]:
    boxes = [glyph.box for glyph in glyphs for _ in glyph.text]
    for match in WORD.finditer(text):
        drawn = [box for box in boxes[match.start() : match.end()] if box]
        if drawn:
            around = drawn[0]
            for box in drawn[1:]:
                around = union(around, box)
            yield Place(at + match.start(), at + match.end(), around)


def _glyphs(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage) -> Iterator[Glyph]:
    ink = Ink(page)
    paints: dict[int, Paint] = {}
    edges: Edges = (ctypes.c_double(), ctypes.c_double(), ctypes.c_double(), ctypes.c_double())
    hidden = False
    for index in range(textpage.count_chars()):
        character = _character(textpage, index)
        if pdfium_c.FPDFText_IsGenerated(textpage, index) == 1:
            yield Glyph(character, None, hidden)
            continue
        box = _box(textpage, index, edges)
        hidden = hidden if character.isspace() else is_hidden(textpage, index, paints, box, ink)
        yield Glyph(character, box, hidden)


def _character(textpage: pdfium.PdfTextPage, index: int) -> str:
    code = pdfium_c.FPDFText_GetUnicode(textpage, index)
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:  # noqa: PLR2004 - not characters
        return "\ufffd"
    return chr(code).translate(SIGNS)


def _box(textpage: pdfium.PdfTextPage, index: int, edges: Edges) -> Box:
    left, right, bottom, top = edges
    pdfium_c.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
    return (left.value, bottom.value, right.value, top.value)
