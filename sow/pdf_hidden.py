"""Tells text that a PDF page shows from text that it only holds: white on white, invisible, tiny, off the page.

A suspicion comes from how the text is painted; the rendered page has the last word, so that white text on a dark
table header stays visible.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cached_property

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from domain.source import Box
from sow.pdf_objects import FAINT, PALE, SMALLEST

INK = 24  # of 255: a difference in grey that a reader sees
SCALE = 2.0
LARGEST_SIDE = 4_000  # pixels


@dataclass(frozen=True)
class Paint:
    """How one text object is painted."""

    invisible: bool
    pale: bool


class Ink:
    """The rendered page, drawn only when it is asked for."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self.page = page
        area = page.get_cropbox() or (0.0, 0.0, *page.get_size())
        self.area: Box = (area[0], area[1], area[2], area[3])
        self.rotated = page.get_rotation() != 0

    @cached_property
    def picture(self) -> Image.Image:
        """The page in grey; form fields and annotations included."""
        longest = max(self.page.get_width(), self.page.get_height(), 1.0)
        self.scale = min(SCALE, LARGEST_SIDE / longest)
        rendered = self.page.render(scale=self.scale, grayscale=True)  # pyright: ignore[reportArgumentType] - untyped there
        return rendered.to_pil().convert("L")

    @cached_property
    def scanned(self) -> bool:
        """Whether a picture covers most of the page: invisible text over it is what a scanner's OCR recognised."""
        whole = (self.area[2] - self.area[0]) * (self.area[3] - self.area[1])
        pictures = self.page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE])
        bounds = [picture.get_bounds() for picture in pictures]
        return any((right - left) * (top - bottom) > whole / 2 for left, bottom, right, top in bounds)

    def outside(self, box: Box) -> bool:
        """Whether a box lies wholly off the page."""
        return box[2] <= self.area[0] or box[0] >= self.area[2] or box[3] <= self.area[1] or box[1] >= self.area[3]

    def under(self, box: Box) -> bool:
        """Whether anything can be seen where this box claims text; a rotated page gets the benefit of the doubt."""
        if self.outside(box):
            return False
        if self.rotated:
            return True
        picture = self.picture
        left, top = (box[0] - self.area[0]) * self.scale, (self.area[3] - box[3]) * self.scale
        right, bottom = (box[2] - self.area[0]) * self.scale, (self.area[3] - box[1]) * self.scale
        region = (int(left) - 1, int(top) - 1, int(right) + 2, int(bottom) + 2)
        clipped = (max(region[0], 0), max(region[1], 0), min(region[2], picture.width), min(region[3], picture.height))
        if clipped[0] >= clipped[2] or clipped[1] >= clipped[3]:
            return False
        darkest, lightest = picture.crop(clipped).getextrema()
        return float(lightest) - float(darkest) >= INK  # type: ignore[arg-type] - a grey picture has one band


def is_hidden(textpage: pdfium.PdfTextPage, index: int, paints: dict[int, Paint], box: Box, ink: Ink) -> bool:
    """Whether a reader of the page does not see this character."""
    if ink.outside(box) or (box[3] - box[1] < SMALLEST and 0.0 < _line_height(textpage, index) < SMALLEST):
        return box[2] > box[0]
    handle = pdfium_c.FPDFText_GetTextObject(textpage, index)
    key = ctypes.cast(handle, ctypes.c_void_p).value or 0
    if key not in paints:
        paints[key] = _paint(textpage, index, handle)
    if paints[key].invisible:
        return not ink.scanned
    return paints[key].pale and not ink.under(box)


def _line_height(textpage: pdfium.PdfTextPage, index: int) -> float:
    """The height of the character's line: the character itself may be a full stop."""
    box = pdfium_c.FS_RECTF()
    pdfium_c.FPDFText_GetLooseCharBox(textpage, index, box)
    return abs(box.top - box.bottom)


def _paint(textpage: pdfium.PdfTextPage, index: int, handle: object) -> Paint:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    known = pdfium_c.FPDFText_GetFillColor(textpage, index, red, green, blue, alpha)
    pale = bool(known) and (min(red.value, green.value, blue.value) >= PALE or alpha.value < FAINT)
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(handle) if handle else pdfium_c.FPDF_TEXTRENDERMODE_FILL
    return Paint(mode in {pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP}, pale)
