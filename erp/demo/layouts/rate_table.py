"""The firm's own modern layout: a coloured title band, key facts, numbered clauses and a table of rates."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib.colors import HexColor, white
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer

from erp.demo.layouts import house
from erp.demo.layouts.paper import Paper
from erp.demo.layouts.pdf import (
    HAIR,
    HEIGHT,
    MARGIN,
    SOFT,
    WIDTH,
    Look,
    build,
    grid,
    numbered,
    numbers_at,
    rich,
    star,
    wordmark,
)
from erp.demo.layouts.signatures import signature_table

LOOK = Look()
BAND = 128
LINE = WIDTH - 2 * MARGIN


def draw(paper: Paper, *, hidden: str = "") -> bytes:
    """The PDF. `hidden` is put in white on white at the foot of the second page: what a reader must not obey."""
    stream = io.BytesIO()
    template = BaseDocTemplate(
        stream, pagesize=(WIDTH, HEIGHT), title=paper.sow.title, author=paper.provider, lang="en"
    )
    first = Frame(MARGIN, 62, LINE, HEIGHT - BAND - 62 - 22, 0, 0, 0, 0)
    later = Frame(MARGIN, 62, LINE, HEIGHT - 62 - 70, 0, 0, 0, 0)

    def opening(canvas: Canvas, _: Any) -> None:
        _band(canvas, paper)
        _foot(canvas, paper)

    def following(canvas: Canvas, _: Any) -> None:
        wordmark(canvas, MARGIN, HEIGHT - 44, LOOK.accent, scale=0.72)
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(SOFT)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 44, f"Statement of Work {paper.sow.number}")
        _foot(canvas, paper)
        if hidden and canvas.getPageNumber() == 2:  # noqa: PLR2004 - where it goes unnoticed
            _whisper(canvas, hidden)

    template.addPageTemplates(
        [
            PageTemplate("first", [first], onPage=opening, autoNextPageTemplate="later"),
            PageTemplate("later", [later], onPage=following),
        ]
    )
    return build(template, _story(paper), stream)


def _story(paper: Paper) -> list[Flowable]:
    return [
        grid(house.key_facts(paper), LOOK, LINE),
        Spacer(1, 10),
        *numbered(house.sections(paper), LOOK, LINE),
        signature_table(
            paper, LOOK, LINE, intro="The parties have agreed this Statement of Work as shown by their signatures."
        ),
    ]


def _band(canvas: Canvas, paper: Paper) -> None:
    canvas.setFillColor(LOOK.accent)
    canvas.rect(0, HEIGHT - BAND, WIDTH, BAND, stroke=0, fill=1)
    star(canvas, WIDTH - 74, HEIGHT - 66, 46, HexColor("#24558c"))
    wordmark(canvas, MARGIN, HEIGHT - 46, white, scale=0.9)
    canvas.setFillColor(HexColor("#c8d8ea"))
    canvas.setFont("Helvetica", 9.5)
    canvas.drawString(MARGIN, HEIGHT - 84, f"Statement of Work {paper.sow.number}")
    title = Paragraph(
        rich(paper.sow.title, LOOK), LOOK.style(fontName="Helvetica-Bold", fontSize=17, leading=20, textColor=white)
    )
    title.wrap(LINE - 80, 40)
    title.drawOn(canvas, MARGIN, HEIGHT - 112)


def _foot(canvas: Canvas, paper: Paper) -> None:
    canvas.setStrokeColor(HAIR)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, 46, WIDTH - MARGIN, 46)
    canvas.setFont("Helvetica", 7.6)
    canvas.setFillColor(SOFT)
    canvas.drawString(MARGIN, 34, f"{paper.provider}  ·  {paper.provider_address}  ·  Confidential")
    canvas.page_number = numbers_at(WIDTH - MARGIN, 34)  # pyright: ignore[reportAttributeAccessIssue] - read by Counted


def _whisper(canvas: Canvas, hidden: str) -> None:
    canvas.setFillColor(white)
    canvas.setFont("Helvetica", 4)
    for row, line in enumerate(hidden.splitlines()):
        canvas.drawString(MARGIN, 57 - 4.4 * row, line)
