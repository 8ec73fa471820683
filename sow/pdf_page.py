"""One page of a PDF: the text that it shows, a box for each word, and what it hides.

Most pages hide nothing, which their few page objects tell at once; such a page is read in one piece, and only the edges
of words are asked for their place. Where anything could be hidden, every character is looked at.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import repeat

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domain.source import Box
from sow.pdf_boxes import Places, codes_of, union, words_of
from sow.pdf_calls import address_of, by_address
from sow.pdf_columns import in_columns
from sow.pdf_hidden import Ink, Paint, is_hidden
from sow.pdf_hyphens import BROKEN
from sow.pdf_objects import Inventory, inventory

SIGNS = {ord("\x02"): BROKEN, ord("\r"): None, 0: "\ufffd", **{n: " " for n in range(1, 32) if n not in {2, 10, 13}}}
SIGN = re.compile(r"[\x00-\x09\x0b-\x1f]")
WORD = re.compile(r"\S+")
RETURN = ord("\r")
RECTANGLE = ctypes.sizeof(pdfium_c.FS_RECTF)
Edges = tuple[ctypes.c_double, ctypes.c_double, ctypes.c_double, ctypes.c_double]


@dataclass(frozen=True)
class Sheet:
    """A page as it is read; `places` count characters from where the page was said to begin."""

    width: float
    height: float
    text: str
    places: Places
    hidden: str = ""
    pictured: bool = False  # there is something to see that is no text
    scanned: bool = False  # a picture covers much of the page


def read_page(page: pdfium.PdfPage, at: int = 0) -> Sheet:
    """A page's text in the order in which it is read, from an offset. Raises PdfiumError for a damaged one."""
    found = inventory(page)
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range(0, -1) if textpage.count_chars() else ""
        plain = not found.doubtful and len(text) == textpage.count_chars() and _ends_lines_as_expected(text)
        size = (page.get_width(), page.get_height())
        if plain:
            ordered = in_columns(_readable(text), _places(textpage, text, at), at)
            return Sheet(*size, *ordered, "", found.pictured, found.scanned)
        return _careful(page, textpage, (size, at), found)
    finally:
        textpage.close()


def _readable(text: str) -> str:
    shown = text.replace("\r", "")
    return shown.translate(SIGNS) if SIGN.search(shown) else shown


def _ends_lines_as_expected(text: str) -> bool:
    """Whether a character's number in the text without carriage returns follows from its line."""
    return text.count("\r\n") == text.count("\r") == text.count("\n")


def _places(textpage: pdfium.PdfTextPage, text: str, at: int) -> Places:
    """The words of a page whose lines end as expected: the loose boxes of their first and last characters joined."""
    codes = codes_of(text)
    starts, ends = words_of(codes)
    edges = np.zeros((2, len(starts), 4), np.float32)  # of each word's two ends: left, top, right, bottom
    handle, measure = address_of(textpage.raw), by_address("FPDFText_GetLooseCharBox", 3)
    for part, indices in zip(edges, (starts, ends - 1), strict=True):
        begin = part.ctypes.data
        known = map(measure, repeat(handle), indices.tolist(), range(begin, begin + part.nbytes, RECTANGLE))
        part[~np.fromiter(known, np.bool_, len(indices))] = np.nan
    first, last = edges.astype(np.float64)
    lower, upper = np.fmin(first, last), np.fmax(first, last)
    boxes = np.column_stack((lower[:, 0], lower[:, 3], upper[:, 2], upper[:, 1]))
    shown = ~np.isnan(first[:, 0])
    ended = np.searchsorted(np.flatnonzero(codes == RETURN), starts) - at  # lines before each word
    return Places((starts - ended)[shown], (ends - ended)[shown], boxes[shown])


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
    ordered = in_columns(text, _words(text, shown, at), at)
    return Sheet(*size, *ordered, hidden, found.pictured, found.scanned)


def _words(text: str, glyphs: Sequence[Glyph], at: int) -> Places:
    boxes = [glyph.box for glyph in glyphs for _ in glyph.text]
    spans = [match.span() for match in WORD.finditer(text)]
    drawn = [(start, end, [box for box in boxes[start:end] if box]) for start, end in spans]
    words = [(at + start, at + end, reduce(union, found)) for start, end, found in drawn if found]
    return Places.of([start for start, _, _ in words], [end for _, end, _ in words], [box for _, _, box in words])


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
