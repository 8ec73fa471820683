"""Puts what was recognised on a page's picture back where it stands on the page."""

from __future__ import annotations

import ctypes

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domain.source import Box
from sow.pdf_boxes import Places
from sow.recognised import Recognised


def words_on(page: pdfium.PdfPage, recognised: Recognised, at: int) -> tuple[str, Places]:
    """The recognised text from an offset, and each word's place in PDF points, turned or cropped as it is."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    boxes: list[Box] = []
    length = 0
    height = round(recognised.width * page.get_height() / max(page.get_width(), 1.0))
    for word in recognised.words:
        parts += [word.gap, word.text]
        length += len(word.gap) + len(word.text)
        one = _point(page, (recognised.width, height), (word.left, word.bottom))
        other = _point(page, (recognised.width, height), (word.right, word.top))
        box: Box = (min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))
        starts.append(at + length - len(word.text))
        ends.append(at + length)
        boxes.append(box)
    return "".join(parts) + "\n", Places.of(starts, ends, boxes)


def _point(page: pdfium.PdfPage, size: tuple[int, int], pixel: tuple[int, int]) -> tuple[float, float]:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium_c.FPDF_DeviceToPage(page, 0, 0, *size, 0, *pixel, x, y)
    return x.value, y.value
