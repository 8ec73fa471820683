"""Small documents for the tests of reading: real PDF and DOCX bytes, drawn on the spot."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import docx
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from domain.terms import Term
from sow.document import Reading
from sow.families import Paper
from sow.reading import read_document
from store.amendments import Place
from store.documents import DocumentRow, TermRow


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


def filed(
    id_: str, text: str, name: str = "paper.md", uploaded: datetime = datetime(2026, 11, 23, tzinfo=UTC)
) -> Paper:
    """A document as it would be kept, nothing decided on it."""
    reading = read(text)
    row = DocumentRow(id_, name, id_, "markdown", "en", 1, 1, None, "read", (), (), "p", "Priya", uploaded)
    terms_ = tuple(
        TermRow(
            *(f"{id_}-{n}", id_, n, one.field, one.value, one.value, one.confidence, one.method, one.status),
            *(one.alternatives, one.evidence, None, None, ""),
        )
        for n, one in enumerate(reading.terms)
    )
    ranks = tuple(replace(rank, evidence=replace(rank.evidence, document=id_)) for rank in reading.bearing.ranks)
    rates = tuple(replace(place, document=id_) for place in reading.bearing.rates)
    return Paper(row, terms_, reading.amendment, bearing=replace(reading.bearing, ranks=ranks, rates=rates))


def places(text: str) -> tuple[Place, ...]:
    """Where its numbered clauses stand."""
    return tuple(Place(one.number, one.title, one.start, one.end) for one in read(text).clauses)
