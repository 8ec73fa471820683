"""The paragraphs and tables of a DOCX as text under construction, with every tracked change where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from docx.oxml.ns import qn

from sow.document import Cell, Pending, Table
from sow.docx_numbers import Numbering
from sow.docx_styles import Styles, is_hidden

BETWEEN_CELLS = " | "
PAGE_BREAK = "\f"
DEEPEST = 40  # elements within elements that hold text
INSERTED = frozenset({qn("w:ins"), qn("w:moveTo")})
DELETED = frozenset({qn("w:del"), qn("w:moveFrom")})
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same again for old programs
MARKS = {qn("w:tab"): "\t", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-", qn("w:lastRenderedPageBreak"): PAGE_BREAK}


@dataclass(frozen=True)
class _Change:
    """Who proposed what is being read, and when; `inserted` or deleted."""

    inserted: bool
    author: str
    date: str


class Blocks:
    """The text so far, its tables, what is hidden in it and what is only proposed."""

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self.tables: list[Table] = []
        self.hidden: list[str] = []
        self.changes: list[Pending] = []
        self._styles, self._numbering = styles, numbering
        self._parts: list[str] = []
        self._length = 0
        self._before = ""  # a number or heading mark that waits for the paragraph's first character
        self._in_cell = 0
        self._boxes: list[Any] = []  # text boxes, which stand beside the paragraph that anchors them
        self._inner: list[Any] = []  # tables within cells, written after the table around them
        self._written: set[str] = set()

    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def write(self, holder: Any, depth: int = 0) -> None:
        """Write the paragraphs and tables of a body, a header, a note or a text box."""
        for child in holder if depth < DEEPEST else ():
            if child.tag == qn("w:p"):
                self._paragraph(child)
                self._add("\n\n")
            elif child.tag == qn("w:tbl"):
                self._table(child)
            elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), *INSERTED}:
                self.write(child, depth + 1)
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                self.write(box, depth + 1)

    def write_once(self, holder: Any) -> None:
        """Write a header or footer, unless the same words were written before or it has none."""
        words = "" if holder is None else "".join(piece.text or "" for piece in holder.iter(qn("w:t")))
        if words.strip() and words not in self._written:
            self._written.add(words)
            self.write(holder)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _paragraph(self, paragraph: Any) -> None:
        properties = paragraph.find(qn("w:pPr"))
        style = _named(properties, "w:pStyle")
        heading = 0 if self._in_cell else self._styles.heading(style)
        numbered = properties.find(qn("w:numPr")) if properties is not None else None
        numbered = self._styles.numbering(style) if numbered is None else numbered
        label = self._numbering.next(numbered) if numbered is not None and _has_text(paragraph) else ""
        self._before = "#" * heading + " " * bool(heading) + label + " " * bool(label)
        self._runs(paragraph, style, None, 0)
        self._before = ""

    def _runs(self, holder: Any, style: str | None, change: _Change | None, depth: int) -> None:
        for child in holder if depth < DEEPEST else ():
            if child.tag == qn("w:r"):
                self._run(child, style, change)
            elif child.tag in INSERTED or child.tag in DELETED:
                author, date = child.get(qn("w:author")) or "someone", (child.get(qn("w:date")) or "")[:10]
                self._runs(child, style, _Change(child.tag in INSERTED, author, date), depth + 1)
            elif child.tag != qn("w:pPr"):
                self._runs(child, style, change, depth + 1)

    def _run(self, run: Any, style: str | None, change: _Change | None) -> None:
        text = "".join(self._pieces(run, 0))
        if not text:
            return
        if change is not None and not change.inserted:
            self._propose(change, text)
        elif text.strip() and (is_hidden(run) or self._styles.hides(style, _named(run.find(qn("w:rPr")), "w:rStyle"))):
            self.hidden.append(text)
        else:
            if text.strip() and self._before:
                self._add(self._before)
                self._before = ""
            if change is not None:
                self._propose(change, text)
            self._add(text)

    def _pieces(self, run: Any, depth: int) -> Iterator[str]:
        for child in run:
            if child.tag in {qn("w:t"), qn("w:delText")}:
                yield self._fitted(child.text or "")
            elif child.tag == qn("w:br"):
                yield self._fitted(PAGE_BREAK if child.get(qn("w:type")) == "page" else "\n")
            elif child.tag in MARKS:
                yield self._fitted(MARKS[child.tag])
            elif child.tag == qn("w:txbxContent"):
                self._boxes.append(child)
            elif child.tag not in {qn("w:rPr"), FALLBACK} and depth < DEEPEST:
                yield from self._pieces(child, depth + 1)

    def _fitted(self, text: str) -> str:
        """In a cell everything stands on one line: a row is a line of the text."""
        return text.translate({ord(mark): " " for mark in "\n\t\f\r"}) if self._in_cell else text

    def _propose(self, change: _Change, text: str) -> None:
        """Note a change; a deletion and an insertion side by side are one replacement."""
        at, last = self._length, self.changes[-1] if self.changes else None
        beside = last is not None and last.end == at and last.author == change.author
        if last is None or not beside:
            last = Pending(at, at, "", "", change.author, change.date)
            self.changes.append(last)
        if change.inserted:
            self.changes[-1] = replace(last, end=at + len(text), inserted=last.inserted + text)
        else:
            self.changes[-1] = replace(last, deleted=last.deleted + text)

    def _table(self, table: Any) -> None:
        above: dict[int, str] = {}
        rows = [row for child in _rows(table) if (row := self._row(child, above))]
        self._add("\n")
        self.tables.append(Table(tuple(rows)))
        if not self._in_cell:
            inner, self._inner = self._inner, []
            for found in inner:
                self._table(found)

    def _row(self, row: Any, above: dict[int, str]) -> tuple[Cell, ...]:
        """A row as a line; `above` holds what a cell that spans several rows says in each of them."""
        deletion = row.find(f"{qn('w:trPr')}/{qn('w:del')}")
        if deletion is not None:
            author = deletion.get(qn("w:author")) or "someone"
            self._propose(_Change(inserted=False, author=author, date=""), BETWEEN_CELLS.join(map(_words, _cells(row))))
            return ()
        cells: list[Cell] = []
        column = 0
        for cell in _cells(row):
            if cells:
                self._add(BETWEEN_CELLS)
            cells.append(self._cell(cell, column, above))
            column += int(_named(cell.find(qn("w:tcPr")), "w:gridSpan") or 1)
        self._add("\n")
        return tuple(cells)

    def _cell(self, cell: Any, column: int, above: dict[int, str]) -> Cell:
        begin = self._length
        properties = cell.find(qn("w:tcPr"))
        merged = properties.find(qn("w:vMerge")) if properties is not None else None
        if merged is not None and merged.get(qn("w:val")) != "restart":
            self._add(above.get(column, ""))
        else:
            self._in_cell += 1
            self._cell_content(cell)
            self._in_cell -= 1
        written = self._since(begin)
        above[column] = " ".join(written.split())
        start = begin + len(written) - len(written.lstrip())
        return Cell(above[column], start, max(start, begin + len(written.rstrip())))

    def _cell_content(self, cell: Any) -> None:
        first = True
        for child in cell.iter(qn("w:p"), qn("w:tbl")):
            owner = next(child.iterancestors(qn("w:tc"), qn("w:txbxContent")), None)
            if owner is not cell:
                continue
            if child.tag == qn("w:tbl"):
                self._inner.append(child)
                continue
            self._add("" if first else " ")
            first = False
            self._paragraph(child)

    def _since(self, begin: int) -> str:
        taken: list[str] = []
        at = self._length
        for part in reversed(self._parts):
            if at <= begin:
                break
            at -= len(part)
            taken.append(part)
        return "".join(reversed(taken))


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == qn("w:tr"):
            yield child
        elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), *INSERTED}:
            yield from _rows(child)


def _cells(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag in {qn("w:sdt"), qn("w:sdtContent")}:
            yield from _cells(child)


def _named(properties: Any, tag: str) -> str | None:
    found = None if properties is None else properties.find(qn(tag))
    return None if found is None else found.get(qn("w:val"))


def _has_text(paragraph: Any) -> bool:
    return any((piece.text or "").strip() for piece in paragraph.iter(qn("w:t")))


def _words(cell: Any) -> str:
    return "".join(piece.text or "" for piece in cell.iter(qn("w:t"), qn("w:delText")))
