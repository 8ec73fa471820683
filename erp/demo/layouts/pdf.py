"""Draws sections as PDF: one look is fonts and a colour, one page furniture is a header and a footer.

Uses the fonts that every PDF reader has, so that a document is the same, byte for byte, wherever it is drawn.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    KeepTogether,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from erp.demo.layouts.paper import Bullets, Grid, Item, Section

WIDTH, HEIGHT = A4
INK = HexColor("#1d2530")
SOFT = HexColor("#5c6775")
HAIR = HexColor("#c9d0d8")
BLUE = HexColor("#17457a")
Furniture = Callable[[Canvas, Any], None]


@dataclass(frozen=True)
class Look:
    """Fonts, sizes (points) and colour of one layout."""

    text: str = "Helvetica"
    bold: str = "Helvetica-Bold"
    italic: str = "Helvetica-Oblique"
    heading: str = "Helvetica-Bold"
    accent: Color = BLUE
    size: float = 9.6
    leading: float = 13.6
    heading_size: float = 11.5
    indent: float = 26
    justify: bool = False
    capitals: bool = False
    band: bool = True  # the header row of a table is filled with the accent

    def style(self, **changes: Any) -> ParagraphStyle:
        """The body's paragraph style, with changes."""
        values: dict[str, Any] = {
            "fontName": self.text,
            "fontSize": self.size,
            "leading": self.leading,
            "textColor": INK,
            "spaceAfter": 5,
            "alignment": TA_JUSTIFY if self.justify else TA_LEFT,
            "allowWidows": 0,
            "allowOrphans": 0,
        }
        return ParagraphStyle("body", **{**values, **changes})


def rich(text: str, look: Look) -> str:
    """ReportLab's markup of a text in which ** marks what is bold."""
    return re.sub(r"\*\*(.+?)\*\*", rf'<font name="{look.bold}">\1</font>', escape(text, quote=False))


def numbered(sections: Sequence[Section], look: Look, width: float, *, first: int = 1) -> list[Flowable]:
    """Sections with headings 1, 2, 3 and clauses 1.1, 1.2 and so on."""
    story: list[Flowable] = []
    for number, section in enumerate(sections, first):
        title = section.title.upper() if look.capitals else section.title
        heading = look.style(
            fontName=look.heading,
            fontSize=look.heading_size,
            leading=look.heading_size * 1.3,
            textColor=look.accent,
            spaceBefore=9,
            spaceAfter=5,
            leftIndent=look.indent,
            bulletIndent=0,
            alignment=TA_LEFT,
        )
        bullet: dict[str, Any] = {
            "bulletFontName": look.heading,
            "bulletFontSize": look.heading_size,
            "bulletColor": look.accent,
        }
        head = Paragraph(escape(title, quote=False), heading.clone("numbered", **bullet), bulletText=f"{number}.")
        story += [CondPageBreak(70), *_clauses(head, section.items, look, width, number)]
    return story


def _clauses(head: Flowable, items: Sequence[Item], look: Look, width: float, number: int) -> list[Flowable]:
    drawn: list[Flowable] = []
    clause = 0
    for item in items:
        if isinstance(item, str):
            clause += 1
            style = look.style(
                leftIndent=look.indent, bulletIndent=0, bulletFontName=look.text, bulletFontSize=look.size
            )
            drawn.append(Paragraph(rich(item, look), style, bulletText=f"{number}.{clause}"))
        else:
            drawn += block(item, look, width - look.indent, indent=look.indent)
    # A heading never stands alone at the foot of a page.
    return [KeepTogether([head, drawn[0]]), *drawn[1:]] if not isinstance(drawn[0], Table) else [head, *drawn]


def plain(sections: Sequence[Section], look: Look, width: float) -> list[Flowable]:
    """Sections without numbers, as in a letter."""
    story: list[Flowable] = []
    for section in sections:
        style = look.style(
            fontName=look.heading,
            fontSize=look.heading_size,
            leading=look.heading_size * 1.3,
            textColor=look.accent,
            spaceBefore=7,
            spaceAfter=3,
            alignment=TA_LEFT,
            keepWithNext=1,
        )
        story.append(Paragraph(escape(section.title, quote=False), style))
        for item in section.items:
            story += [Paragraph(rich(item, look), look.style())] if isinstance(item, str) else block(item, look, width)
    return story


def block(item: Grid | Bullets, look: Look, width: float, *, indent: float = 0) -> list[Flowable]:
    """A list or a table."""
    if isinstance(item, Grid):
        return [Spacer(1, 2), grid(item, look, width, indent=indent), Spacer(1, 8)]
    style = look.style(leftIndent=indent + 15, bulletIndent=indent + 2, spaceAfter=3.2, bulletFontName=look.text)
    marks = [f"({chr(97 + i)})" if item.numbered else "\u2022" for i in range(len(item.items))]
    wide = style.clone("lettered", leftIndent=indent + 20) if item.numbered else style
    return [
        *(Paragraph(rich(text, look), wide, bulletText=mark) for text, mark in zip(item.items, marks, strict=True)),
        Spacer(1, 3),
    ]


def grid(item: Grid, look: Look, width: float, *, indent: float = 0) -> Table:
    """A table that repeats its header where it runs over a page."""
    head = look.style(
        fontName=look.bold, fontSize=look.size - 1, leading=look.leading - 1.6, spaceAfter=0, alignment=TA_LEFT
    )
    head.textColor = white if look.band else look.accent
    cell = look.style(fontSize=look.size - 0.4, leading=look.leading - 1.4, spaceAfter=0, alignment=TA_LEFT)
    titled = any(item.header)
    rows = [item.header, *item.rows] if titled else list(item.rows)
    drawn = [
        [
            _cell(
                text,
                (head if titled and r == 0 else cell),
                look,
                right=c in item.right,
                bold=_is_bold(item, r, c, len(rows)),
            )
            for c, text in enumerate(row)
        ]
        for r, row in enumerate(rows)
    ]
    table = Table(
        drawn, colWidths=[width * share / sum(item.widths) for share in item.widths], repeatRows=1 if titled else 0
    )
    table.hAlign = "RIGHT" if indent else "LEFT"
    table.setStyle(TableStyle(_rules(item, look, titled=titled)))
    return table


def _is_bold(item: Grid, row: int, column: int, rows: int) -> bool:
    return (item.total and row == rows - 1) or (not any(item.header) and column == 0)


def _cell(text: str, style: ParagraphStyle, look: Look, *, right: bool, bold: bool) -> Paragraph:
    changes: dict[str, Any] = {}
    if right:
        changes["alignment"] = TA_RIGHT
    if bold:
        changes["fontName"] = look.bold
    return Paragraph(rich(text, look), style.clone("cell", **changes))


def _rules(item: Grid, look: Look, *, titled: bool) -> list[tuple[Any, ...]]:
    rules: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, HAIR),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 6),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ]
    if titled and look.band:
        rules.append(("BACKGROUND", (0, 0), (-1, 0), look.accent))
    elif titled:
        rules += [("LINEABOVE", (0, 0), (-1, 0), 0.9, INK), ("LINEBELOW", (0, 0), (-1, 0), 0.9, INK)]
    if item.total:
        rules.append(("LINEABOVE", (0, -1), (-1, -1), 0.9, INK))
    return rules


def build(template: BaseDocTemplate, story: list[Flowable], stream: io.BytesIO) -> bytes:
    """The finished document's bytes; the same story gives the same bytes."""
    template.build(story, canvasmaker=Counted)
    return stream.getvalue()


class Counted(Canvas):
    """A canvas that knows the number of pages when it writes "Page 2 of 5"."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "invariant": 1})
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - the library's name
        """Keep the page until all are known."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # pyright: ignore[reportAttributeAccessIssue] - missing in the stub

    def save(self) -> None:
        """Write all pages with their numbers."""
        for page in self._pages:
            self.__dict__.update(page)
            number = getattr(self, "page_number", None)
            if number is not None:
                number(self, len(self._pages))
            super().showPage()
        super().save()


def numbers_at(x: float, y: float, font: str = "Helvetica", *, size: float = 7.6) -> Callable[[Canvas, int], None]:
    """What writes "Page 2 of 5", ending at x, on line y."""

    def write(canvas: Canvas, pages: int) -> None:
        canvas.setFont(font, size)
        canvas.setFillColor(SOFT)
        canvas.drawRightString(x, y, f"Page {canvas.getPageNumber()} of {pages}")

    return write


def star(canvas: Canvas, x: float, y: float, size: float, colour: Color) -> None:
    """The firm's mark: a north star whose upper point is drawn out."""
    points = ((0, 1.35), (0.2, 0.2), (0.85, 0), (0.2, -0.2), (0, -0.85), (-0.2, -0.2), (-0.85, 0), (-0.2, 0.2))
    path = canvas.beginPath()
    path.moveTo(x + points[0][0] * size, y + points[0][1] * size)
    for px, py in points[1:]:
        path.lineTo(x + px * size, y + py * size)
    path.close()
    canvas.setFillColor(colour)
    canvas.drawPath(path, stroke=0, fill=1)


def wordmark(canvas: Canvas, x: float, y: float, colour: Color, *, scale: float = 1.0) -> None:
    """The mark with the firm's name beside it."""
    star(canvas, x + 7 * scale, y + 4 * scale, 7.5 * scale, colour)
    text = canvas.beginText(x + 19 * scale, y)
    text.setFont("Helvetica-Bold", 12.5 * scale)
    text.setFillColor(colour)
    text.setCharSpace(1.6 * scale)
    text.textOut("NORTHLIGHT")
    text.setCharSpace(0)
    canvas.drawText(text)
    canvas.setFont("Helvetica", 7.2 * scale)
    canvas.setFillColor(white if colour == white else SOFT)
    canvas.drawString(x + 19 * scale, y - 9 * scale, "Consulting")


MARGIN = 22 * mm
