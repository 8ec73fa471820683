"""What a PDF page is made of, by its page objects: whether any text could be hidden, and whether there are pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domain.source import Box
from sow.pdf_boxes import Numbers
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
    area = page.get_cropbox() or (0.0, 0.0, *page.get_size())
    whole = max((area[2] - area[0]) * (area[3] - area[1]), 1.0)
    texts: list[int] = []
    matrices: list[Matrix] = []
    endless = pictured = scanned = False
    for count, (item, kind, depth, matrix) in enumerate(_objects(address_of(page.raw), 0, UNMOVED)):
        if count > MOST_OBJECTS or depth >= DEEPEST:
            endless = True
            break
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            texts.append(item)
            matrices.append(matrix)
        elif kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            ((left, bottom, right, top),) = _bounds([item], np.array([matrix])).tolist()
            pictured = True
            scanned = scanned or (right - left) * (top - bottom) > WIDE * whole
        elif kind in {pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING}:
            pictured = True
    return Inventory(endless or could_hide(texts, np.array(matrices).reshape(-1, 6), area), pictured, scanned)


def _objects(holder: int, depth: int, matrix: Matrix) -> Iterator[tuple[int, int, int, Matrix]]:
    """Each object's address, type, depth and the matrix of the forms around it."""
    owner = "FPDFFormObj" if depth else "FPDFPage"
    count = max(0, by_address(f"{owner}_CountObjects", 1)(holder))
    for item in map(getting(f"{owner}_GetObject"), repeat(holder), range(count)):
        if not item:
            continue
        kind = KIND(item)
        yield item, kind, depth, matrix
        if depth < DEEPEST and kind == pdfium_c.FPDF_PAGEOBJ_FORM:
            yield from _objects(item, depth + 1, _after(_matrix(item), matrix))


def _matrix(item: int) -> Matrix:
    """How an object is turned, stretched and moved within what it is part of."""
    ((a, b, c, d, e, f),) = _asked(MATRIX, [item], 6, UNMOVED)[0].tolist()
    return a, b, c, d, e, f


def _after(first: Matrix, then: Matrix) -> Matrix:
    if then is UNMOVED:
        return first
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def could_hide(texts: Sequence[int], matrices: Numbers, area: Box) -> bool:
    """Whether any text is painted in a way that may not be seen: invisible, pale, tiny, or not wholly on the page.

    `matrices` has a row for each text object, that of the forms around it.
    """
    if not texts:
        return False
    if not UNSEEN.isdisjoint(map(MODE, texts)):
        return True
    colours, known = _asked(COLOUR, texts, 4, kind=np.uint32)
    if (known & ((colours[:, 3] < FAINT) | (colours[:, :3].min(axis=1) >= PALE))).any():
        return True
    left, bottom, right, top = _bounds(texts, matrices).T
    outside = (left < area[0]) | (bottom < area[1]) | (right > area[2]) | (top > area[3])
    return bool(((right > left) & (outside | (_sizes(texts, matrices) < SMALLEST))).any())


def _sizes(texts: Sequence[int], matrices: Numbers) -> npt.NDArray[np.float64]:
    """How large each text object's letters are on the page, in points."""
    c, d = _asked(MATRIX, texts, 6, UNMOVED)[0].T[2:4]
    g, h, i, j = matrices.T[:4]
    return np.abs(_asked(SIZE, texts, 1)[0][:, 0]) * np.hypot(c * g + d * i, c * h + d * j)


def _bounds(items: Sequence[int], matrices: Numbers) -> Numbers:
    """Each object's box on the page; `matrices` are those of the forms around them. Zeros for one without."""
    found, known = _asked(BOUNDS, items, 4)
    a, b, c, d, e, f = matrices.T
    corners = [(found[:, side], found[:, level]) for side in (0, 2) for level in (1, 3)]
    xs = np.array([a * x + c * y + e for x, y in corners])
    ys = np.array([b * x + d * y + f for x, y in corners])
    boxes = np.column_stack((xs.min(axis=0), ys.min(axis=0), xs.max(axis=0), ys.max(axis=0)))
    return np.where(known[:, None], boxes, 0.0)


def _asked(
    function: Callable[..., int],
    items: Sequence[int],
    numbers: int,
    otherwise: Sequence[float] = (),
    *,
    kind: type[np.generic] = np.float32,
) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """A row of numbers for each object, as PDFium answers, and whether it knew them; else they are as `otherwise`.

    It writes each number where it is told to, or all of a matrix where the first one belongs.
    """
    rows = np.zeros((len(items), numbers), kind)
    rows[:] = otherwise or 0
    begin, end, step = rows.ctypes.data, rows.ctypes.data + rows.nbytes, numbers * rows.itemsize
    places = [range(begin + rows.itemsize * n, end, step) for n in range(1 if function is MATRIX else numbers)]
    known = np.fromiter(map(function, items, *places), np.bool_, len(items))
    return rows.astype(np.float64), known
