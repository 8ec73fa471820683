"""DOCX to text, in the order of the body, by python-docx; deleted and hidden text is kept out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph

from domain.errors import DocumentError, DocumentTooLarge
from domain.terms import Warning as Notice
from sow.document import Cell, Layout, Page, Table
from sow.pdf import hidden_message
from sow.pdf_boxes import Places

MOST_UNPACKED = 200_000_000  # bytes; a bomb is larger, a contract with photographs is not
BETWEEN_CELLS = " | "
PAGE_BREAK = "\f"


@dataclass
class Writing:
    """The text under construction."""

    parts: list[str] = field(default_factory=list[str])
    length: int = 0
    tables: list[Table] = field(default_factory=list[Table])
    hidden: list[str] = field(default_factory=list[str])
    deleted: bool = False

    def write(self, text: str) -> None:
        """Append text."""
        self.parts.append(text)
        self.length += len(text)


def read_docx(data: bytes) -> Layout:
    """Read a DOCX. Raises DocumentTooLarge for a bomb, DocumentError for a damaged one."""
    _refuse_bomb(data)
    try:
        document = docx.Document(io.BytesIO(data))
        writing = Writing()
        _header(document, writing)
        for block in document.iter_inner_content():
            _block(block, writing)
    except MemoryError:
        raise
    except Exception as error:
        raise DocumentError("The DOCX is damaged and cannot be opened.") from error
    text = "".join(writing.parts)
    return Layout("docx", text, _pages(text), Places(), tuple(writing.tables), tuple(_warnings(writing)))


def _refuse_bomb(data: bytes) -> None:
    try:
        unpacked = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except zipfile.BadZipFile as error:
        raise DocumentError("The DOCX is damaged and cannot be opened.") from error
    if unpacked > MOST_UNPACKED:
        raise DocumentTooLarge(f"The DOCX unpacks to {unpacked // 1_000_000} MB.")


def _header(document: Any, writing: Writing) -> None:
    """A letterhead often carries the document's number: the first section's header opens the text."""
    for block in document.sections[0].header.iter_inner_content() if document.sections else ():
        _block(block, writing)


def _block(block: Paragraph | WordTable, writing: Writing) -> None:
    if isinstance(block, Paragraph):
        writing.write(_paragraph(block, writing) + "\n\n")
        return
    rows = [row for row in (_row(row, writing) for row in block.rows) if row]
    writing.write("\n")
    writing.tables.append(Table(tuple(rows)))


def _row(row: Any, writing: Writing) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    seen: set[int] = set()
    for cell in row.cells:
        if id(cell._tc) in seen:  # noqa: SLF001 - a merged cell is handed out once for each column it spans
            continue
        seen.add(id(cell._tc))  # noqa: SLF001 - as above
        text = " ".join(" ".join(_paragraph(part, writing) for part in cell.paragraphs).split())
        if cells:
            writing.write(BETWEEN_CELLS)
        cells.append(Cell(text, writing.length, writing.length + len(text)))
        writing.write(text)
    writing.write("\n")
    return tuple(cells)


def _paragraph(paragraph: Paragraph, writing: Writing) -> str:
    """The text that a reader sees: insertions that are tracked are in, deletions and hidden runs are out."""
    parts: list[str] = []
    for run in paragraph.paragraph_format.element.iter(qn("w:r")):
        text = "".join(_pieces(run, writing))
        if text.strip() and _is_hidden(run):
            writing.hidden.append(text)
        else:
            parts.append(text)
    heading = _heading_level(paragraph)
    return "#" * heading + " " * bool(heading) + "".join(parts) if "".join(parts).strip() else "".join(parts)


def _heading_level(paragraph: Paragraph) -> int:
    name = (paragraph.style.name or "") if paragraph.style is not None else ""
    if name == "Title":
        return 1
    return int(name[-1]) if name.startswith("Heading ") and name[-1].isdigit() else 0


def _pieces(run: Any, writing: Writing) -> Iterator[str]:
    for child in run:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag == qn("w:delText"):
            writing.deleted = True
        elif child.tag == qn("w:tab"):
            yield "\t"
        elif child.tag == qn("w:br"):
            yield PAGE_BREAK if child.get(qn("w:type")) == "page" else "\n"
        elif child.tag == qn("w:lastRenderedPageBreak"):
            yield PAGE_BREAK
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"


def _is_hidden(run: Any) -> bool:
    properties = run.find(qn("w:rPr"))
    if properties is None:
        return False
    vanish = properties.find(qn("w:vanish"))
    if vanish is not None and vanish.get(qn("w:val")) not in {"0", "false"}:
        return True
    size = properties.find(qn("w:sz"))
    if size is not None and (size.get(qn("w:val")) or "").isdigit() and int(size.get(qn("w:val"))) <= 3:  # noqa: PLR2004
        return True
    color = properties.find(qn("w:color"))
    return color is not None and (color.get(qn("w:val")) or "").upper() == "FFFFFF" and not _is_shaded(run)


def _is_shaded(run: Any) -> bool:
    """Whether white text stands on a colour: of the run itself, its paragraph or its table cell."""
    around = [run, *(ancestor for ancestor in run.iterancestors() if ancestor.tag in {qn("w:p"), qn("w:tc")})]
    shades = [shade for element in around for shade in element.findall(f"./*/{qn('w:shd')}")]
    return any((shade.get(qn("w:fill")) or "auto").upper() not in {"AUTO", "FFFFFF"} for shade in shades)


def _warnings(writing: Writing) -> Iterator[Notice]:
    if writing.hidden:
        yield Notice("hidden_text", hidden_message(" ".join(writing.hidden)))
    if writing.deleted:
        yield Notice("tracked_changes", "Deletions that are only proposed were left out, insertions were read.")
    if not "".join(writing.parts).strip():
        yield Notice("no_text_layer", "The document has no text: it is empty or a picture.")


def _pages(text: str) -> tuple[Page, ...]:
    """Pages as Word last laid them out; one page for a document that it never did."""
    ends: list[int] = []
    for index, character in enumerate(text):
        if character == PAGE_BREAK and text[ends[-1] if ends else 0 : index].strip():
            ends.append(index + 1)
    starts = [0, *ends]
    return tuple(Page(n, start, end) for n, (start, end) in enumerate(zip(starts, [*ends, len(text)], strict=True), 1))
