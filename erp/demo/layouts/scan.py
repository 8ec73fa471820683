"""A scan: the pages of a statement of work as grey, slightly turned pictures, with no text behind them."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import pypdfium2
from PIL import Image, ImageFilter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from erp.demo.layouts import rate_table
from erp.demo.layouts.paper import Paper
from erp.demo.layouts.pdf import HEIGHT, WIDTH

SCALE: Any = 110 / 72  # dots per point: what an office scanner saves
PAPER_GREY = 246


def draw(paper: Paper) -> bytes:
    """The PDF: one JPEG a page."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setCreator("NL-MFP-03")
    random = Random(paper.sow.key)  # noqa: S311 - the same crooked pages every time
    document = pypdfium2.PdfDocument(rate_table.draw(paper))
    for page in document:
        rendered: Image.Image = page.render(scale=SCALE).to_pil()
        picture = _scanned(rendered.convert("L"), random)
        canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)
        canvas.showPage()
    document.close()
    canvas.save()
    return stream.getvalue()


def _scanned(page: Image.Image, random: Random) -> Image.Image:
    turned = page.rotate(random.uniform(-0.8, 0.8), Image.Resampling.BICUBIC, fillcolor=PAPER_GREY)
    grey = turned.point([min(value, PAPER_GREY) for value in range(256)]).filter(ImageFilter.GaussianBlur(0.5))
    held = io.BytesIO()
    grey.save(held, "JPEG", quality=58)
    return Image.open(io.BytesIO(held.getvalue()))
