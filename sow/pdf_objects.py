"""What a PDF page is made of, by its page objects: whether any text could be hidden, and whether there are pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domain.source import Box
from sow.pdf_calls import address_of, by_address, getting

Matrix = tuple[float, float, float, float, float, float]
UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
PALE = 225  # of 255: darker than this is seen on white paper
FAINT = 40  # of 255 opacity
SMALLEST = 2.0  # points; nobody reads smaller
MOST_OBJECTS = 20_000  # on one page; with more, every character is looked at
DEEPEST = 6  # forms within forms
WIDE = 0.4  # of the page: a picture that large is what the page is about

UNSEEN = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP})
MODE = by_address("FPDFTextObj_GetTextRenderMode", 1)
COLOUR = by_address("FPDFPageObj_GetFillColor", 5)
BOUNDS = by_address("FPDFPageObj_GetBounds", 5)
SIZE = by_address("FPDFTextObj_GetFontSize", 2)
MATRIX = by_address("FPDFPageObj_GetMatrix", 2)
KIND = by_address("FPDFPageObj_GetType", 1)


@dataclass(frozen=True)
class Inventory:
    """`doubtful` when text could be hidden; `pictured` when there is more to see than text; `scanned` a whole page."""

    doubtful: bool
    pictured: bool
    scanned: bool


def inventory(page: pdfium.PdfPage) -> Inventory:
    """Look at a page's objects, those within forms too."""
    probe = Probe()
    area = page.get_cropbox() or (0.0, 0.0, *page.get_size())
    whole = max((area[2] - area[0]) * (area[3] - area[1]), 1.0)
    doubtful = pictured = scanned = False
    for count, (item, kind, depth, matrix) in enumerate(_objects(probe, address_of(page.raw), 0, UNMOVED)):
        if count > MOST_OBJECTS or depth >= DEEPEST:
            doubtful = True
            break
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            doubtful = doubtful or probe.could_hide(item, area, matrix)
        elif kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            bounds = probe.bounds(item, matrix)
            pictured = True
            scanned = scanned or (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]) > WIDE * whole
        elif kind in {pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING}:
            pictured = True
    return Inventory(doubtful, pictured, scanned)


def _objects(probe: Probe, holder: int, depth: int, matrix: Matrix) -> Iterator[tuple[int, int, int, Matrix]]:
    """Each object's address, type, depth and the matrix of the forms around it."""
    owner = "FPDFFormObj" if depth else "FPDFPage"
    get = getting(f"{owner}_GetObject")
    for index in range(max(0, by_address(f"{owner}_CountObjects", 1)(holder))):
        item = get(holder, index)
        if not item:
            continue
        kind = KIND(item)
        yield item, kind, depth, matrix
        if depth < DEEPEST and kind == pdfium_c.FPDF_PAGEOBJ_FORM:
            yield from _objects(probe, item, depth + 1, _after(probe.matrix(item), matrix))


def _after(first: Matrix, then: Matrix) -> Matrix:
    if then is UNMOVED:
        return first
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


class Probe:
    """Asks PDFium about one object after another, each answer into the same memory."""

    def __init__(self) -> None:
        self._numbers, self._colours = (ctypes.c_float * 6)(), (ctypes.c_uint * 4)()
        self._at = [ctypes.addressof(self._numbers) + 4 * index for index in range(4)]
        self._colours_at = [ctypes.addressof(self._colours) + 4 * index for index in range(4)]

    def could_hide(self, item: int, area: Box, matrix: Matrix) -> bool:
        """Whether text is painted in a way that may not be seen: invisible, pale, tiny, or not wholly on the page."""
        if MODE(item) in UNSEEN:
            return True
        if COLOUR(item, *self._colours_at):
            red, green, blue, alpha = self._colours
            if alpha < FAINT or min(red, green, blue) >= PALE:
                return True
        left, bottom, right, top = self.bounds(item, matrix)
        outside = left < area[0] or bottom < area[1] or right > area[2] or top > area[3]
        return right > left and (outside or self._size(item, matrix) < SMALLEST)

    def _size(self, item: int, matrix: Matrix) -> float:
        if not SIZE(item, self._at[0]):
            return 0.0
        size = abs(self._numbers[0])
        placed = _after(self.matrix(item), matrix)
        return size * hypot(placed[2], placed[3])

    def matrix(self, item: int) -> Matrix:
        """How an object is turned, stretched and moved within what it is part of."""
        if not MATRIX(item, self._at[0]):
            return UNMOVED
        a, b, c, d, e, f = self._numbers
        return a, b, c, d, e, f

    def bounds(self, item: int, matrix: Matrix) -> Box:
        """An object's box on the page; `matrix` is that of the forms around it."""
        if not BOUNDS(item, *self._at):
            return 0.0, 0.0, 0.0, 0.0
        left, bottom, right, top, _, _ = self._numbers
        if matrix is UNMOVED:
            return left, bottom, right, top
        a, b, c, d, e, f = matrix
        corners = [(x, y) for x in (left, right) for y in (bottom, top)]
        xs, ys = [a * x + c * y + e for x, y in corners], [b * x + d * y + f for x, y in corners]
        return min(xs), min(ys), max(xs), max(ys)
