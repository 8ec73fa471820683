"""A fixed-price statement of work: formal clauses, and a schedule of milestones so long that it runs over a page."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer

from erp.demo.layouts import formal
from erp.demo.layouts.paper import Bullets, Grid, Item, Paper, Section, amount, both, day
from erp.demo.layouts.pdf import HAIR, HEIGHT, SOFT, WIDTH, Look, block, build, numbered, numbers_at, rich, wordmark
from erp.demo.layouts.signatures import signature_table

LOOK = Look(accent=HexColor("#14523f"), size=9.8, leading=14, heading_size=11.5)
MARGIN = 64
LINE = WIDTH - 2 * MARGIN
CRITERIA = (
    "Report presented to the steering committee; target architecture approved by the Client's enterprise architect; roll-out plan agreed for both plants.",
    "Platform in operation in the Client's subscription; recovery test passed within four hours; monitoring handed over to operations.",
    "All controllers of halls 1 to 3 connected; counters reconcile with the manufacturing execution system on ten consecutive working days.",
    "All controllers of the Neuwied plant connected; counters reconcile with the manufacturing execution system on ten consecutive working days.",
    "Scrap, rework and first-pass yield shown by shift and order; figures confirmed by the quality managers of both plants.",
    "Forecast of the next day's load for each plant within six per cent mean absolute deviation over four consecutive weeks.",
    "Operations staff trained; documentation complete; no open defects of category 1 or 2; final acceptance record signed.",
)


def draw(paper: Paper) -> bytes:
    """The PDF."""
    stream = io.BytesIO()
    template = BaseDocTemplate(
        stream, pagesize=(WIDTH, HEIGHT), title=paper.sow.title, author=paper.provider, lang="en"
    )

    def page(canvas: Canvas, _: Any) -> None:
        wordmark(canvas, MARGIN, HEIGHT - 46, LOOK.accent, scale=0.82)
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(SOFT)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 46, f"SOW {paper.sow.number}  |  {paper.sow.title}")
        canvas.setStrokeColor(HAIR)
        canvas.line(MARGIN, HEIGHT - 62, WIDTH - MARGIN, HEIGHT - 62)
        canvas.drawString(MARGIN, 36, f"{paper.provider}, {paper.provider_address}")
        canvas.page_number = numbers_at(WIDTH - MARGIN, 36)  # pyright: ignore[reportAttributeAccessIssue] - read by Counted

    template.addPageTemplates(
        [PageTemplate("page", [Frame(MARGIN, 60, LINE, HEIGHT - 60 - 80, 0, 0, 0, 0)], onPage=page)]
    )
    return build(template, _story(paper), stream)


def _story(paper: Paper) -> list[Flowable]:
    title = LOOK.style(fontName=LOOK.bold, fontSize=20, leading=24, textColor=LOOK.accent, spaceAfter=2)
    return [
        Paragraph(rich(paper.sow.title, LOOK), title),
        Paragraph(f"Statement of Work No. {paper.sow.number}", LOOK.style(fontSize=11, textColor=SOFT, spaceAfter=10)),
        *numbered(_sections(paper), LOOK, LINE),
        signature_table(paper, LOOK, LINE, intro="Agreed by the parties:"),
        Spacer(1, 14),
        Paragraph("Schedule 1: Milestone payment plan", title.clone("schedule", fontSize=14, leading=18, spaceAfter=6)),
        Paragraph(
            f"All amounts are net amounts in {paper.sow.currency}. A milestone is invoiced when its acceptance record has been signed.",
            LOOK.style(),
        ),
        *block(_schedule(paper), LOOK, LINE),
        Paragraph("Schedule 2: Service organisation", title.clone("schedule", fontSize=14, leading=18, spaceAfter=6)),
        *block(_organisation(paper), LOOK, LINE),
    ]


def _sections(paper: Paper) -> tuple[Section, ...]:
    """The formal articles, but the charges refer to the schedule, and a part of each payment is kept back."""
    kept = {section.title: section for section in formal.sections(paper)}
    kept["Charges"] = Section("Charges", _charges(paper))
    return tuple(kept.values())


def _charges(paper: Paper) -> tuple[Item, ...]:
    sow = paper.sow
    percent = int((sow.retainage or "0").rstrip("%"))
    total = amount(sow.total or 0, sow.currency)
    return (
        f"In consideration of the Services the Client shall pay a fixed price in the total amount of {total}, divided into the milestones set out in Schedule 1.",
        "Each milestone amount shall become due upon Acceptance of the Deliverables assigned to it. Partial acceptance does not trigger a payment.",
        (
            f"The Client shall be entitled to withhold {both(percent).replace(')', ' %)')} per cent of each milestone payment as retainage until final acceptance, "
            "when the amounts withheld become payable."
        ),
        Bullets(("The fixed price covers all work necessary for the Deliverables, including corrections.",)),
    )


def _schedule(paper: Paper) -> Grid:
    milestones = paper.sow.milestones
    rows = [
        (f"M{number}", f"**{m.name}**", criteria, day(m.due), amount(m.amount))
        for number, (m, criteria) in enumerate(zip(milestones, CRITERIA, strict=True), 1)
    ]
    rows.append(("", "Total", "", "", amount(paper.sow.total or 0)))
    return Grid(
        ("No.", "Milestone", "Acceptance criteria", "Due date", "Amount (EUR)"),
        tuple(rows),
        (0.06, 0.22, 0.36, 0.2, 0.16),
        right=(4,),
        total=True,
    )


def _organisation(paper: Paper) -> Grid:
    return Grid(
        ("Function", "Client", "Consultant"),
        (
            ("Sponsor", ", ".join(paper.client_signatory), ", ".join(paper.provider_signatory)),
            ("Project management", ", ".join(paper.contact), ", ".join(paper.lead)),
            ("Steering committee", "Sponsor, project management, both plant managers", "Sponsor, project management"),
            ("Operations", "Head of data platform operations", "Platform engineer on rotation"),
        ),
        (0.22, 0.4, 0.38),
    )
