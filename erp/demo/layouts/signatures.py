"""Signature blocks: signed electronically, signed by hand, or still empty."""

from __future__ import annotations

from datetime import timedelta

from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table, TableStyle

from erp.demo.layouts.paper import Paper, day, us_day
from erp.demo.layouts.pdf import HAIR, INK, Look, rich

Line = tuple[str, str]


def lines(paper: Paper, *, by_hand: bool = False) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """Per party its name and the lines of its block: the client first, the firm a day later."""
    date = us_day if paper.sow.currency == "USD" else day
    blocks: list[tuple[str, tuple[Line, ...]]] = []
    for party, (name, title), wait in (
        (paper.client, paper.client_signatory, 1),
        (paper.provider, paper.provider_signatory, 0),
    ):
        signed = date(paper.sow.signed + timedelta(days=wait))
        mark = f"/s/ {name}" if by_hand else f"Signed electronically by {name}"
        filled = (mark, name, title, signed) if paper.sow.is_signed else ("", name, title, "")
        blocks.append((party, tuple(zip(("Signature", "Name", "Title", "Date"), filled, strict=True))))
    return tuple(blocks)


def signature_table(paper: Paper, look: Look, width: float, *, by_hand: bool = False, intro: str = "") -> Flowable:
    """Two blocks side by side that stay together on one page."""
    head = look.style(fontName=look.bold, spaceAfter=6)
    columns = [
        [Paragraph(f"For {rich(party, look)}", head), *_entries(block, look, width / 2 - 16, by_hand=by_hand)]
        for party, block in lines(paper, by_hand=by_hand)
    ]
    table = Table([columns], colWidths=[width / 2 - 8, width / 2 - 8], hAlign="LEFT", spaceBefore=6)
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    said = [Paragraph(rich(intro, look), look.style(spaceBefore=10))] if intro else []
    return KeepTogether([*said, Spacer(1, 8), table])


def _entries(block: tuple[Line, ...], look: Look, width: float, *, by_hand: bool) -> list[Flowable]:
    label = look.style(fontSize=look.size - 1.4, leading=look.leading - 2, spaceAfter=0)
    entries: list[Flowable] = []
    for title, entry in block:
        hand = title == "Signature"
        font = "Times-Italic" if hand and by_hand else look.text
        value = look.style(
            fontName=font,
            fontSize=look.size + _bigger(hand=hand, by_hand=by_hand),
            leading=look.leading + 3,
            spaceAfter=0,
        )
        row = Table(
            [[Paragraph(f"{title}:", label), Paragraph(rich(entry, look), value)]],
            colWidths=[48, width - 48],
            hAlign="LEFT",
        )
        row.setStyle(
            TableStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
                    ("LINEBELOW", (1, 0), (1, 0), 0.5, INK if hand else HAIR),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 14 if hand else 4),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                ]
            )
        )
        entries.append(row)
    return entries


def _bigger(*, hand: bool, by_hand: bool) -> float:
    """A signature by hand is larger than print; an electronic one is small enough for a long name."""
    if not hand:
        return 0
    return 5 if by_hand else -1.3
