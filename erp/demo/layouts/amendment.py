"""An amendment to an earlier statement of work: what it changes, clause by clause, and that the rest stays."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer

from erp.demo.layouts.house import rate_grid
from erp.demo.layouts.paper import Bullets, Grid, Item, Paper, Section, amount, day
from erp.demo.layouts.pdf import HAIR, HEIGHT, SOFT, WIDTH, Look, build, numbered, numbers_at, rich, wordmark
from erp.demo.layouts.signatures import signature_table
from erp.demo.sows import Sow

LOOK = Look(accent=HexColor("#17457a"), size=10.2, leading=14.8, heading_size=11.5, band=False)
MARGIN = 68
LINE = WIDTH - 2 * MARGIN


def draw(paper: Paper, *, amended: Sow) -> bytes:
    """The PDF. `amended` is the statement of work that it changes."""
    stream = io.BytesIO()
    template = BaseDocTemplate(
        stream, pagesize=(WIDTH, HEIGHT), title=paper.sow.title, author=paper.provider, lang="en"
    )

    def page(canvas: Canvas, _: Any) -> None:
        wordmark(canvas, MARGIN, HEIGHT - 48, LOOK.accent, scale=0.85)
        canvas.setStrokeColor(HAIR)
        canvas.line(MARGIN, 50, WIDTH - MARGIN, 50)
        canvas.setFont("Helvetica", 7.8)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN, 38, paper.sow.title)
        canvas.page_number = numbers_at(WIDTH - MARGIN, 38)  # pyright: ignore[reportAttributeAccessIssue] - read by Counted

    template.addPageTemplates(
        [PageTemplate("page", [Frame(MARGIN, 66, LINE, HEIGHT - 66 - 84, 0, 0, 0, 0)], onPage=page)]
    )
    title = LOOK.style(fontName=LOOK.bold, fontSize=17, leading=21, textColor=LOOK.accent, spaceAfter=3)
    story: list[Flowable] = [
        Paragraph(f"Amendment No. {paper.sow.number}", title),
        Paragraph(
            rich(f"to Statement of Work {amended.number}: {amended.title}", LOOK),
            LOOK.style(fontSize=11.5, spaceAfter=12),
        ),
        *numbered(_sections(paper, amended), LOOK, LINE),
        Spacer(1, 4),
        signature_table(paper, LOOK, LINE, intro="Signed for the parties by their authorised representatives."),
    ]
    return build(template, story, stream)


def _sections(paper: Paper, amended: Sow) -> tuple[Section, ...]:
    return (
        Section("Parties and background", _background(paper, amended)),
        Section("Additional services", _services(paper)),
        Section("Additional role", _rates(paper)),
        Section("Fees", _fees(paper, amended)),
        Section("Term", (_term(paper, amended),)),
        Section("Effect of this Amendment", _effect(paper, amended)),
    )


def _background(paper: Paper, amended: Sow) -> tuple[Item, ...]:
    return (
        (
            f'This Amendment No. {paper.sow.number} (the "Amendment") is made between {paper.client}, {paper.client_address} (the "Client") and '
            f'{paper.provider}, {paper.provider_address} (the "Provider"). It amends Statement of Work {amended.number} of '
            f'{day(amended.signed)} (the "SOW").'
        ),
        *paper.background,
        f"The Amendment takes effect on {day(paper.sow.start)}. Terms defined in the SOW have the same meaning here.",
    )


def _services(paper: Paper) -> tuple[Item, ...]:
    return (
        "Clause 2 of the SOW is supplemented by the following services:",
        Bullets(tuple(f"**{title}.** {text}" for title, text in paper.workstreams), numbered=True),
        "The following deliverables are added to the table in clause 3 of the SOW:",
        Grid(("Deliverable", "Form"), paper.deliverables, (0.45, 0.55)),
    )


def _rates(paper: Paper) -> tuple[Item, ...]:
    return (
        "The following role is added to the rate table of the SOW. The other rates do not change.",
        rate_grid(paper),
        "The services under this Amendment are charged on a time and materials basis for the time actually worked.",
    )


def _fees(paper: Paper, amended: Sow) -> tuple[Item, ...]:
    before, after = amended.not_to_exceed or 0, paper.sow.not_to_exceed or 0
    currency = paper.sow.currency
    return (
        (
            f"The limit of fees in the SOW is raised by {amount(after - before, currency)}. From the effective date of this Amendment the "
            f"total fees under the SOW, as amended, shall not exceed {amount(after, currency)}."
        ),
        "The hours that were estimated for the other roles do not change.",
    )


def _term(paper: Paper, amended: Sow) -> str:
    return (
        f"The term of the SOW is extended by {_months(amended, paper.sow)} months. The SOW, as amended, ends on {day(paper.sow.end)} unless it "
        "is ended earlier under its own terms."
    )


def _months(earlier: Sow, later: Sow) -> str:
    count = (later.end.year - earlier.end.year) * 12 + later.end.month - earlier.end.month
    return {1: "one", 2: "two", 3: "three"}.get(count, str(count))


def _effect(paper: Paper, amended: Sow) -> tuple[Item, ...]:
    return (
        (
            f"Except as changed by this Amendment, Statement of Work {amended.number} remains in full force, including its terms on invoicing, "
            "payment, expenses and termination."
        ),
        "Any further change to the scope, the schedule or the fees requires a written change order signed by both parties.",
        f"This Amendment is governed by the laws of {paper.sow.governing_law}.",
    )
