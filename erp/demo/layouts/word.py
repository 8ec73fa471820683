"""Draws sections as a Word document with real headings, lists and tables, the same bytes every time."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from erp.demo.layouts.paper import Bullets, Grid, Paper, Section
from erp.demo.layouts.signatures import lines

ACCENT = RGBColor(0x17, 0x45, 0x7A)
SOFT = RGBColor(0x5C, 0x67, 0x75)
EPOCH = (1980, 1, 1, 0, 0, 0)


def draw(paper: Paper, sections: Sequence[Section], facts: Grid) -> bytes:
    """The DOCX: title, key facts, numbered sections and signatures."""
    document: Any = Document()
    _page(document, paper)
    _title(document, paper)
    _grid(document, facts)
    for number, section in enumerate(sections, 1):
        _section(document, number, section)
    _signatures(document, paper)
    return _bytes(document, paper)


def _page(document: Any, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.12
    heading = document.styles["Heading 1"]
    heading.font.name, heading.font.size, heading.font.color.rgb = "Calibri", Pt(13), ACCENT
    heading.element.rPr.rFonts.set(qn("w:asciiTheme"), "minorHAnsi")
    header = section.header.paragraphs[0]
    _run(header, "NORTHLIGHT", bold=True, colour=ACCENT, size=12)
    _run(header, f"   Consulting      Statement of Work {paper.sow.number}", colour=SOFT, size=8.5)
    footer = section.footer.paragraphs[0]
    _run(footer, f"{paper.provider}, {paper.provider_address}      Page ", colour=SOFT, size=8)
    _field(footer, "PAGE")


def _title(document: Any, paper: Paper) -> None:
    title = document.add_paragraph(style="Title")
    _run(title, paper.sow.title, colour=ACCENT, size=22)
    _run(document.add_paragraph(), f"Statement of Work {_number(paper)}", colour=SOFT, size=12)


def _number(paper: Paper) -> str:
    return f"No. {paper.sow.number}" if paper.sow.number.isdigit() else paper.sow.number


def _section(document: Any, number: int, section: Section) -> None:
    document.add_heading(f"{number}. {section.title}", level=1)
    clause = 0
    for item in section.items:
        if isinstance(item, Grid):
            _grid(document, item)
        elif isinstance(item, Bullets):
            for text in item.items:
                _rich(document.add_paragraph(style="List Bullet"), text)
        else:
            clause += 1
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.left_indent = Cm(1.1)
            paragraph.paragraph_format.first_line_indent = Cm(-1.1)
            _rich(paragraph, f"{number}.{clause}\t{item}")


def _grid(document: Any, item: Grid) -> None:
    rows = [item.header, *item.rows] if any(item.header) else list(item.rows)
    table = document.add_table(rows=len(rows), cols=len(item.widths))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for r, row in enumerate(rows):
        titled = any(item.header) and r == 0
        for c, text in enumerate(row):
            cell = table.cell(r, c)
            cell.width = Cm(16.2 * item.widths[c] / sum(item.widths))
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            if c in item.right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            bold = titled or (item.total and r == len(rows) - 1) or (not any(item.header) and c == 0)
            _rich(paragraph, text, bold=bold, size=9.5)
            if titled:
                _shade(cell, "DCE6F1")
    if any(item.header):
        _repeat(table.rows[0])
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _signatures(document: Any, paper: Paper) -> None:
    document.add_paragraph("The parties have agreed this Statement of Work as shown by their signatures.")
    table = document.add_table(rows=5, cols=2)
    for column, (party, block) in enumerate(lines(paper)):
        _rich(table.cell(0, column).paragraphs[0], f"For {party}", bold=True)
        for row, (label, entry) in enumerate(block, 1):
            _rich(table.cell(row, column).paragraphs[0], f"{label}: {entry or '______________________'}", size=9.5)


def _rich(paragraph: Any, text: str, *, bold: bool = False, size: float | None = None) -> None:
    for index, part in enumerate(re.split(r"\*\*", text)):
        if part:
            _run(paragraph, part, bold=bold or index % 2 == 1, size=size)


def _run(
    paragraph: Any, text: str, *, bold: bool = False, size: float | None = None, colour: RGBColor | None = None
) -> None:
    run = paragraph.add_run(text)
    run.bold = bold
    if size is not None:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _field(paragraph: Any, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    paragraph._p.append(field)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the library has no fields of its own


def _shade(cell: Any, fill: str) -> None:
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:fill"), fill)
    cell._tc.get_or_add_tcPr().append(shading)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the same


def _repeat(row: Any) -> None:
    mark = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the same


def _bytes(document: Any, paper: Paper) -> bytes:
    when = datetime(paper.sow.signed.year, paper.sow.signed.month, paper.sow.signed.day, tzinfo=UTC).replace(
        tzinfo=None
    )
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = paper.sow.title, paper.provider, paper.lead[0]
    properties.created = properties.modified = when
    written, stable = io.BytesIO(), io.BytesIO()
    document.save(written)
    # The library stamps each part with the present time: write the parts again without it.
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(stable, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts.infolist():
            archive.writestr(zipfile.ZipInfo(part.filename, EPOCH), parts.read(part), zipfile.ZIP_DEFLATED)
    return stable.getvalue()
