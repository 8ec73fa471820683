"""Small documents for the tests of reading: real PDF and DOCX bytes, drawn on the spot."""

from __future__ import annotations

import io

import docx
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from domain.terms import Term
from sow.document import Reading
from sow.reading import read_document


def pdf(*pages: list[str], password: str | None = None, draw=None) -> bytes:
    """A PDF with lines of text; `draw(canvas)` adds to the first page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, encrypt=StandardEncryption(password) if password else None)
    for number, lines in enumerate(pages):
        for row, line in enumerate(lines):
            canvas.drawString(72, 770 - 16 * row, line)
        if draw and number == 0:
            draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def word(build) -> bytes:
    """A DOCX that `build(document)` fills."""
    document = docx.Document()
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read(text: str) -> Reading:
    return read_document(text.encode(), "test.md")


def terms(text: str, field: str) -> list[Term]:
    return [term for term in read(text).terms if term.field == field]


def values(text: str, field: str) -> list:
    return [term.value for term in terms(text, field)]
