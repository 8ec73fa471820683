"""A client's own work order form: lettered parts with ruled boxes, a rate table, and conditions in small print."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from erp.demo.layouts import workorder
from erp.demo.layouts.paper import Paper
from erp.demo.layouts.pdf import HEIGHT, INK, SOFT, WIDTH, Look, block, build, grid, numbers_at, plain, rich
from erp.demo.layouts.signatures import signature_table

LOOK = Look(accent=HexColor("#0d5c75"), size=9.2, leading=12.6, heading_size=10)
SMALL = Look(accent=HexColor("#0d5c75"), size=8.2, leading=11)
MARGIN = 44
LINE = WIDTH - 2 * MARGIN
RULE = HexColor("#7d8a97")
SHADE = HexColor("#e3edf1")


def draw(paper: Paper) -> bytes:
    """The PDF."""
    stream = io.BytesIO()
    template = BaseDocTemplate(stream, pagesize=(WIDTH, HEIGHT), title=paper.sow.title, author=paper.client, lang="en")

    def page(canvas: Canvas, _: Any) -> None:
        canvas.setFillColor(INK)
        canvas.setFont("Helvetica-Bold", 15)
        canvas.drawString(MARGIN, HEIGHT - 50, "WORK ORDER")
        canvas.setFont("Helvetica", 8.4)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN, HEIGHT - 63, f"{paper.client}  ·  Form PR-204, revision 7")
        canvas.setFont("Helvetica-Bold", 11)
        canvas.setFillColor(LOOK.accent)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 50, paper.sow.number)
        canvas.setFont("Helvetica", 7.6)
        canvas.setFillColor(SOFT)
        canvas.drawString(
            MARGIN, 32, "Retain with the contract file for ten years. Internal use of client and supplier only."
        )
        canvas.page_number = numbers_at(WIDTH - MARGIN, 32)  # pyright: ignore[reportAttributeAccessIssue] - read by Counted

    template.addPageTemplates(
        [PageTemplate("page", [Frame(MARGIN, 52, LINE, HEIGHT - 52 - 80, 0, 0, 0, 0)], onPage=page)]
    )
    return build(template, _story(paper), stream)


def _story(paper: Paper) -> list[Flowable]:
    story: list[Flowable] = []
    for title, rows in workorder.boxes(paper):
        story += [_bar(title), *(_row(row) for row in rows), Spacer(1, 9)]
    story += [
        _bar("E  Rates"),
        grid(workorder.rates(paper), LOOK, LINE),
        Spacer(1, 10),
        _bar("F  Description of the services"),
    ]
    story += plain(workorder.sections(paper), LOOK, LINE)
    story += [Spacer(1, 6), _bar("G  Conditions of this work order"), Spacer(1, 4)]
    for number, text in enumerate(workorder.conditions(paper), 1):
        style = SMALL.style(leftIndent=18, bulletIndent=0, bulletFontSize=8.2, spaceAfter=3)
        story.append(Paragraph(rich(text, SMALL), style, bulletText=f"{number}."))
    story += [Spacer(1, 8), _bar("H  Signatures"), signature_table(paper, LOOK, LINE)]
    story += [
        PageBreak(),
        _bar("Annex 1  Invoice requirements"),
        grid(workorder.invoice_rules(paper), LOOK, LINE),
        Spacer(1, 12),
    ]
    story += [
        _bar("Annex 2  Site and information security rules"),
        Spacer(1, 6),
        *block(workorder.SITE_RULES, LOOK, LINE),
    ]
    return story


def _bar(title: str) -> Table:
    style = LOOK.style(fontName=LOOK.bold, textColor=LOOK.accent, spaceAfter=0)
    bar = Table([[Paragraph(title, style)]], colWidths=[LINE])
    bar.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, -1), SHADE), ("BOX", (0, 0), (-1, -1), 0.6, RULE)]))
    bar.keepWithNext = True
    return bar


def _row(fields: tuple[workorder.Field, ...]) -> Table:
    label = LOOK.style(fontSize=7.2, leading=9, textColor=SOFT, spaceAfter=1)
    value = LOOK.style(fontSize=9.6, leading=12.4, spaceAfter=0)
    cells = [[Paragraph(rich(name, LOOK), label), Paragraph(rich(entry, LOOK), value)] for name, entry in fields]
    row = Table([cells], colWidths=[LINE / len(fields)] * len(fields))
    row.setStyle(
        TableStyle(
            [
                ("BOX", (0, 0), (-1, -1), 0.6, RULE),
                ("INNERGRID", (0, 0), (-1, -1), 0.6, RULE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ]
        )
    )
    return row
