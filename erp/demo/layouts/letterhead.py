"""An engagement letter: letterhead and address on the first page, the text in two columns."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate, Paragraph

from erp.demo.layouts import letter
from erp.demo.layouts.paper import Paper, day
from erp.demo.layouts.pdf import HAIR, HEIGHT, INK, SOFT, WIDTH, Look, build, numbers_at, plain, rich, wordmark
from erp.demo.layouts.signatures import signature_table

LOOK = Look(accent=HexColor("#7a2e3a"), size=10.2, leading=14.3, heading_size=11)
MARGIN = 54
GUTTER = 22
COLUMN = (WIDTH - 2 * MARGIN - GUTTER) / 2
TOP = 250  # what the letterhead, the address and the subject take on the first page


def draw(paper: Paper) -> bytes:
    """The PDF."""
    stream = io.BytesIO()
    template = BaseDocTemplate(
        stream, pagesize=(WIDTH, HEIGHT), title=paper.sow.title, author=paper.provider, lang="en"
    )

    def first(canvas: Canvas, _: Any) -> None:
        _letterhead(canvas, paper)
        _foot(canvas, paper)

    def later(canvas: Canvas, _: Any) -> None:
        wordmark(canvas, MARGIN, HEIGHT - 42, LOOK.accent, scale=0.72)
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(SOFT)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 42, f"{paper.client}, {day(paper.sow.signed)}")
        _foot(canvas, paper)

    template.addPageTemplates(
        [
            PageTemplate("first", _columns(HEIGHT - TOP - 62), onPage=first, autoNextPageTemplate="later"),
            PageTemplate("later", _columns(HEIGHT - 62 - 66), onPage=later),
            PageTemplate("last", [Frame(MARGIN, 62, WIDTH - 2 * MARGIN, HEIGHT - 62 - 66, 0, 0, 0, 0)], onPage=later),
        ]
    )
    return build(template, _story(paper), stream)


def _columns(height: float) -> list[Frame]:
    return [Frame(MARGIN + i * (COLUMN + GUTTER), 62, COLUMN, height, 0, 0, 0, 0) for i in range(2)]


def _story(paper: Paper) -> list[Flowable]:
    return [
        *plain(letter.sections(paper), LOOK, COLUMN),
        Paragraph("Yours sincerely,", LOOK.style(spaceBefore=8)),
        Paragraph(rich(f"**{paper.lead[0]}**, {paper.lead[1]}", LOOK), LOOK.style()),
        NextPageTemplate("last"),
        PageBreak(),
        Paragraph("Confirmation", LOOK.style(fontName=LOOK.bold, fontSize=14, leading=18, textColor=LOOK.accent)),
        Paragraph(
            f"We agree with the engagement letter {paper.sow.number} of {day(paper.sow.signed)} and with the terms stated in it.",
            LOOK.style(),
        ),
        signature_table(paper, LOOK, WIDTH - 2 * MARGIN, by_hand=True),
    ]


def _letterhead(canvas: Canvas, paper: Paper) -> None:
    canvas.setFillColor(LOOK.accent)
    canvas.rect(0, HEIGHT - 8, WIDTH, 8, stroke=0, fill=1)
    wordmark(canvas, MARGIN, HEIGHT - 58, LOOK.accent, scale=1.15)
    right = [paper.provider, *_broken(paper.provider_address), "www.northlight.example"]
    _lines(canvas, right, WIDTH - MARGIN, HEIGHT - 48, right=True)
    address = [paper.client_signatory[0], paper.client_signatory[1], paper.client, *_broken(paper.client_address)]
    _lines(canvas, address, MARGIN, HEIGHT - 118, size=9.6, leading=12.6)
    canvas.setFont("Helvetica", 9.6)
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 118, day(paper.sow.signed))
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 131, f"Our reference: {paper.sow.number}")
    canvas.setFont("Helvetica-Bold", 13)
    canvas.setFillColor(LOOK.accent)
    canvas.drawString(MARGIN, HEIGHT - 212, paper.sow.title)
    canvas.setFont("Helvetica", 9.6)
    canvas.setFillColor(INK)
    canvas.drawString(MARGIN, HEIGHT - 228, f"Engagement letter and statement of work {paper.sow.number}")
    canvas.setStrokeColor(HAIR)
    canvas.line(MARGIN, HEIGHT - 238, WIDTH - MARGIN, HEIGHT - 238)


def _broken(address: str) -> list[str]:
    return [part.strip() for part in address.split(",")]


def _lines(
    canvas: Canvas, lines: list[str], x: float, y: float, *, right: bool = False, size: float = 8, leading: float = 10.4
) -> None:
    canvas.setFont("Helvetica", size)
    canvas.setFillColor(SOFT if right else INK)
    for row, line in enumerate(lines):
        (canvas.drawRightString if right else canvas.drawString)(x, y - row * leading, line)
    canvas.setFillColor(INK)


def _foot(canvas: Canvas, paper: Paper) -> None:
    canvas.setFont("Helvetica", 7.4)
    canvas.setFillColor(SOFT)
    canvas.drawString(MARGIN, 36, f"{paper.provider}  ·  Registered in Ireland no. 604417  ·  VAT IE3418812TH")
    canvas.page_number = numbers_at(WIDTH - MARGIN, 36, size=7.4)  # pyright: ignore[reportAttributeAccessIssue] - read by Counted
