"""What a PDF page is made of, by its page objects: whether any text could be hidden, and whether there are pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domain.source import Box

Matrix = tuple[float, float, float, float, float, float]
UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
PALE = 225  # of 255: darker than this is seen on white paper
FAINT = 40  # of 255 opacity
SMALLEST = 2.0  # points; nobody reads smaller
MOST_OBJECTS = 20_000  # on one page; with more, every character is looked at
DEEPEST = 6  # forms within forms
WIDE = 0.4  # of the page: a picture that large is what the page is about


@dataclass(frozen=True)
class Inventory:
    """`doubtful` when text could be hidden; `pictured` when there is more to see than text; `scanned` a whole page."""

    doubtful: bool
    pictured: bool
    scanned: bool


def inventory(page: pdfium.PdfPage) -> Inventory:
    """Look at a page's objects, those within forms too."""
    area = page.get_cropbox() or (0.0, 0.0, *page.get_size())
    whole = max((area[2] - area[0]) * (area[3] - area[1]), 1.0)
    doubtful = pictured = scanned = False
    for count, (item, depth, matrix) in enumerate(_objects(page.raw, 0, UNMOVED)):
        kind = pdfium_c.FPDFPageObj_GetType(item)
        if count > MOST_OBJECTS or depth >= DEEPEST:
            doubtful = True
            break
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            doubtful = doubtful or _could_hide(item, area, matrix)
        elif kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            bounds = _bounds(item, matrix)
            pictured = True
            scanned = scanned or (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]) > WIDE * whole
        elif kind in {pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING}:
            pictured = True
    return Inventory(doubtful, pictured, scanned)


def _objects(holder: Any, depth: int, matrix: Matrix) -> Iterator[tuple[Any, int, Matrix]]:
    count, get = (
        (pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject)
        if depth == 0
        else (pdfium_c.FPDFFormObj_CountObjects, pdfium_c.FPDFFormObj_GetObject)
    )
    for index in range(max(0, count(holder))):
        item = get(holder, index)
        yield item, depth, matrix
        if depth < DEEPEST and pdfium_c.FPDFPageObj_GetType(item) == pdfium_c.FPDF_PAGEOBJ_FORM:
            yield from _objects(item, depth + 1, _after(_matrix(item), matrix))


def _matrix(item: Any) -> Matrix:
    found = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(item, found):
        return UNMOVED
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _after(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _could_hide(item: Any, area: Box, matrix: Matrix) -> bool:
    """Whether text is painted in a way that a reader may not see: invisible, pale, tiny, or not wholly on the page."""
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(item)
    if mode in {pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP}:
        return True
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = pdfium_c.FPDFPageObj_GetFillColor(item, red, green, blue, alpha)
    if known and (min(red.value, green.value, blue.value) >= PALE or alpha.value < FAINT):
        return True
    left, bottom, right, top = _bounds(item, matrix)
    outside = left < area[0] or bottom < area[1] or right > area[2] or top > area[3]
    return right > left and (outside or _size(item, matrix) < SMALLEST)


def _size(item: Any, matrix: Matrix) -> float:
    size = ctypes.c_float()
    if not pdfium_c.FPDFTextObj_GetFontSize(item, size):
        return 0.0
    placed = _after(_matrix(item), matrix)
    return abs(size.value) * hypot(placed[2], placed[3])


def _bounds(item: Any, matrix: Matrix) -> Box:
    """An object's box on the page; `matrix` is that of the forms around it."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    if matrix == UNMOVED:
        return left.value, bottom.value, right.value, top.value
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (left.value, right.value) for y in (bottom.value, top.value)]
    xs, ys = [a * x + c * y + e for x, y in corners], [b * x + d * y + f for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
