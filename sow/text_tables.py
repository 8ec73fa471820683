"""Tables of plain text: rows of cells between bars, or of cells that wide gaps set under each other."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from sow.document import Cell, Table

LINE = re.compile(r"[^\n]*\n?")
RULER = re.compile(r"[\s|:+=\-]+")
BETWEEN_BARS = re.compile(r"(?<=\|)((?:\\\||[^|])*)(?=\|)")
BESIDE_BARS = re.compile(r"(?:\\\||[^|])+")
WIDE = re.compile(r" {3,}|\t+")
APART = re.compile(r"(?:(?! {3}|\t)[\s\S])+")
LONGEST_LINE, LONGEST_CELL = 240, 90  # characters: what is longer is prose
LEAST_INDENT = 3  # spaces
FEWEST = 2  # rows, and cells of a row
Row = tuple[Cell, ...]


def tables(text: str) -> tuple[Table, ...]:
    """The tables of a text, in order; each row of cells apart has as many as its table's first one."""
    found: list[list[Row]] = []
    last = ""
    for line in LINE.finditer(text):
        said = line[0].rstrip("\n")
        kind, row = _row(said, line.start())
        if not kind and last == "apart" and (whole := _wrapped(found[-1][-1], said, line.start(), text)):
            found[-1][-1] = whole
            continue
        if kind and RULER.fullmatch(said):
            continue
        placed = _placed(found[-1][0], row, text) if kind and kind == last else None
        if placed:
            found[-1].append(placed)
        elif kind:
            found.append([row])
        last = kind
    return tuple(Table(tuple(rows)) for rows in found if len(rows) >= FEWEST)


def _row(line: str, start: int) -> tuple[str, Row]:
    """How a line's cells stand apart ("" where it has none), and the cells."""
    bare = line.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == "|":
        return "framed", tuple(_cells(BETWEEN_BARS, line, start))
    if len(line) > LONGEST_LINE or not bare:
        return "", ()
    if " | " in line:
        return "barred", tuple(_cells(BESIDE_BARS, line, start))
    if WIDE.search(bare):
        row = tuple(cell for cell in _cells(APART, line, start) if cell.text)
        if len(row) >= FEWEST and all(len(cell.text) <= LONGEST_CELL for cell in row):
            return "apart", row
    return "", ()


def _wrapped(row: Row, line: str, start: int, text: str) -> Row | None:
    """The row with a cell that goes on in this line, where the line begins under that cell and holds nothing else."""
    bare, at = line.strip(), len(line) - len(line.lstrip())
    if not bare or at < LEAST_INDENT or len(bare) > LONGEST_CELL:
        return None
    for number, cell in enumerate(row):
        column = cell.start - text.rfind("\n", 0, cell.start) - 1
        if number and cell.text and abs(column - at) <= LEAST_INDENT and len(cell.text) < LONGEST_LINE:
            longer = Cell(f"{cell.text} {bare}", cell.start, start + at + len(bare))
            return (*row[:number], longer, *row[number + 1 :])
    return None


def _cells(pattern: re.Pattern[str], line: str, start: int) -> Iterator[Cell]:
    for match in pattern.finditer(line):
        inner = match[0].strip()
        at = start + match.start() + match[0].find(inner)
        yield Cell(inner.replace("**", ""), at, at + len(inner))


def _placed(head: Row, row: Row, text: str) -> Row | None:
    """A row under the first one of its table, with an empty cell where it has none; None where it belongs elsewhere."""
    if len(row) == len(head) or text[head[0].start : row[0].start].count("|"):
        return row
    if len(row) > len(head):
        return None
    column = text.rfind("\n", 0, head[0].start) + 1, text.rfind("\n", 0, row[0].start) + 1
    middles = [(cell.start + cell.end) / 2 - column[0] for cell in head]
    cells = [Cell("", row[-1].end, row[-1].end)] * len(head)
    for cell in row:
        cells[_nearest(middles, (cell.start + cell.end) / 2 - column[1])] = cell
    return tuple(cells) if sum(1 for cell in cells if cell.text) == len(row) else None


def _nearest(middles: list[float], at: float) -> int:
    right = bisect_left(middles, at)
    near = [place for place in (right - 1, right) if 0 <= place < len(middles)]
    return min(near, key=lambda place: abs(middles[place] - at))
