"""A law department's layout: serif, justified, no colour, everything in sentences, rates and milestones too."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib.enums import TA_CENTER
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, HRFlowable, PageTemplate, Paragraph, Spacer

from erp.demo.layouts import formal
from erp.demo.layouts.paper import Paper, day
from erp.demo.layouts.pdf import HEIGHT, INK, SOFT, WIDTH, Look, build, numbered, numbers_at, rich
from erp.demo.layouts.signatures import signature_table

LOOK = Look(
    text="Times-Roman",
    bold="Times-Bold",
    italic="Times-Italic",
    heading="Times-Bold",
    accent=INK,
    size=10.8,
    leading=14.6,
    heading_size=11,
    indent=30,
    justify=True,
    capitals=True,
    band=False,
)
MARGIN = 76
LINE = WIDTH - 2 * MARGIN


def draw(paper: Paper) -> bytes:
    """The PDF."""
    stream = io.BytesIO()
    template = BaseDocTemplate(
        stream, pagesize=(WIDTH, HEIGHT), title=paper.sow.title, author=paper.provider, lang="en"
    )

    def page(canvas: Canvas, _: Any) -> None:
        canvas.setFont("Times-Italic", 8.4)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN, 40, f"{_heading(paper)} – {paper.client}")
        canvas.page_number = numbers_at(WIDTH - MARGIN, 40, "Times-Italic", size=8.4)  # pyright: ignore[reportAttributeAccessIssue] - read by Counted

    template.addPageTemplates(
        [PageTemplate("page", [Frame(MARGIN, 66, LINE, HEIGHT - 66 - 70, 0, 0, 0, 0)], onPage=page)]
    )
    return build(template, _story(paper), stream)


def _heading(paper: Paper) -> str:
    number = paper.sow.number
    return f"Statement of Work No. {number}" if number.isdigit() else f"Statement of Work {number}"


def _story(paper: Paper) -> list[Flowable]:
    centred = LOOK.style(alignment=TA_CENTER, fontName=LOOK.bold, fontSize=15, leading=19, spaceAfter=4)
    small = LOOK.style(alignment=TA_CENTER, spaceAfter=3)
    return [
        Spacer(1, 16),
        Paragraph(_heading(paper).upper(), centred),
        Paragraph(rich(paper.sow.title, LOOK), centred.clone("title", fontSize=12.5, leading=16)),
        Spacer(1, 8),
        Paragraph("between", small),
        Paragraph(rich(f"**{paper.client}**", LOOK), small),
        Paragraph("and", small),
        Paragraph(rich(f"**{paper.provider}**", LOOK), small),
        Paragraph(f"dated {day(paper.sow.signed)}", small),
        Spacer(1, 8),
        HRFlowable(width="100%", thickness=0.7, color=INK),
        Spacer(1, 10),
        *numbered(formal.sections(paper), LOOK, LINE),
        signature_table(
            paper,
            LOOK,
            LINE,
            by_hand=True,
            intro="IN WITNESS WHEREOF the parties have caused this Statement of Work to be executed by their duly authorised representatives.",
        ),
    ]
