"""Tables of PDF pages, from where characters stand: rows of cells with wide gaps between them, several in a run."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from domain.source import Box
from sow.document import Cell, Page, Table
from sow.pdf_boxes import Places, codes_of, union

GAP = 1.2  # of the character height: wider than a word space, narrower than a gutter
EDGE = 3  # segments between a table and the edge of its page: headers, footers, page numbers
ALIGNED = 3.0  # points
OVERLAP = 0.3  # of the lower of two words on one line
SLACK = 0.5  # points by which flat marks may miss each other
FAR_RIGHT = 1e6  # points: no page is that wide, so a line further down counts as further right
FEWEST_ROWS, FEWEST_CELLS = 2, 2
MOST_LEADING = 3.0  # of the line height: what stands lower is no further row
SAME_CELL = 0.9  # of the line height: what stands lower is no further line of a cell
MARK = re.compile(r"\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-z]|[ivx]{1,4})[.)]?|[\u2022\u25cf\u25aa\-*]")


class Segment(NamedTuple):  # not a dataclass: there are as many as lines and cells
    """Characters of one line without a wide gap between them."""

    start: int
    end: int
    box: Box


class Run(NamedTuple):
    """Words of one text line, the box of the first of them and the box of all."""

    start: int
    end: int
    row: int
    first: Box
    box: Box


class Found(NamedTuple):
    """A table on one page, and how many segments stand before and after it there."""

    rows: list[list[Segment]]
    before: int
    after: int


def tables(text: str, words: Places, pages: Sequence[Page]) -> tuple[Table, ...]:
    """Tables of at least two rows, page by page; the columns are those of the first row."""
    runs = _runs(text, words)
    edges = [bisect_left(runs, page.start, key=_start) for page in pages]
    each = (runs[low:high] for low, high in pairwise([*edges, len(runs)]))
    found = (list(_tables(text, list(_segments(on_page)))) for on_page in each)
    return tuple(
        Table(tuple(tuple(_cell(text, cell) for cell in row) for row in rows))
        for rows in joined(text, found)
        if len(rows) >= FEWEST_ROWS
    )


def _start(run: Run) -> int:
    return run.start


def _cell(text: str, segment: Segment) -> Cell:
    return Cell(" ".join(text[segment.start : segment.end].split()), segment.start, segment.end)


def joined(text: str, pages: Iterable[list[Found]]) -> Iterator[list[list[Segment]]]:
    """The rows of each table; one that goes on at the top of the next page goes on here, a repeated header once."""
    last: Found | None = None
    for tables in pages:
        for index, table in enumerate(tables):
            if last is not None and index == 0 and _goes_on(last, table):
                repeated = _words(text, table.rows[0]) == _words(text, last.rows[0])
                last = Found([*last.rows, *table.rows[repeated:]], last.before, table.after)
                continue
            if last is not None:
                yield last.rows
            last = table
        if not tables and last is not None:
            yield last.rows
            last = None
    if last is not None:
        yield last.rows


def _goes_on(last: Found, table: Found) -> bool:
    """Whether the first table of a page is the rest of the last one on the page before."""
    return last.after <= EDGE and table.before <= EDGE and _aligned(last.rows[0], table.rows[0])


def _words(text: str, row: list[Segment]) -> list[str]:
    return [" ".join(text[cell.start : cell.end].split()) for cell in row]


def _aligned(heads: list[Segment], row: list[Segment]) -> bool:
    """Whether each cell of a row stands in a column of its own under these heads, on whichever page."""
    columns: list[int] = []
    for cell in row:
        over = [n for n, head in enumerate(heads) if cell.box[0] < head.box[2] and cell.box[2] > head.box[0]]
        near = [n for n, head in enumerate(heads) if _offset(head.box, cell.box) < ALIGNED]
        place = over if len(over) == 1 else near
        if len(place) != 1:
            return False
        columns += place
    return columns == sorted(set(columns)) and len(columns) >= FEWEST_CELLS


def _tables(text: str, segments: list[Segment]) -> Iterator[Found]:
    at = 0
    while at < len(segments):
        begin = at
        first, taken = _first(segments, at)
        at += taken
        if len(first) < FEWEST_CELLS or MARK.fullmatch(text[first[0].start : first[0].end]):
            continue
        rows, used = _body(text, first, segments[at:])
        at += used
        if len(rows) >= FEWEST_ROWS or begin <= EDGE or len(segments) - at <= EDGE:
            yield Found(rows, begin, len(segments) - at)


def _first(segments: list[Segment], at: int) -> tuple[list[Segment], int]:
    """A first row, its wrapped cells whole, and how many segments it took."""
    row = _line(segments, at)
    end = at + len(row)
    while True:
        under = end
        while under < len(segments) and _is_under(row[-1].box, segments[under].box):
            under += 1
        more = _line(segments, under) if end < under < len(segments) else []
        if not more or not _level(row[0].box, more[0].box) or more[0].box[0] <= row[-1].box[2]:
            return row, end - at
        row[-1] = Segment(row[-1].start, segments[under - 1].end, union(row[-1].box, segments[under - 1].box))
        row, end = row + more, under + len(more)


def _is_under(one: Box, other: Box) -> bool:
    """Whether a segment is the next line of the one above it."""
    height = max(other[3] - other[1], 1.0)
    return other[0] < one[2] and other[2] > one[0] and -0.5 * height < one[1] - other[3] < SAME_CELL * height


def _line(segments: list[Segment], at: int) -> list[Segment]:
    """The segments from `at` on that stand on one line, left to right."""
    line = [segments[at]]
    for segment in segments[at + 1 :]:
        if not _level(line[-1].box, segment.box) or segment.box[0] <= line[-1].box[2]:
            break
        line.append(segment)
    return line


def _body(text: str, first: list[Segment], rest: list[Segment]) -> tuple[list[list[Segment]], int]:
    """The rows under a first row, and how many segments they took: PDF tables are drawn cell by cell, row by row."""
    rows, row, column, before = [first], dict[int, Segment](), -1, first[-1]
    lowest = min(head.box[1] for head in first)
    used = 0
    for segment in rest:
        place = _column(first, segment)
        height = max(segment.box[3] - segment.box[1], 1.0)
        far = lowest - segment.box[3] > MOST_LEADING * height
        clause = len(first) == FEWEST_CELLS and MARK.fullmatch(text[segment.start : segment.end])
        if place is None or far or clause:
            break
        if place < column or (place == column and before.box[1] - segment.box[3] > SAME_CELL * height):
            rows.append(list(row.values()))
            row = {}
        lowest = min(lowest, segment.box[1])
        known = row.get(place)
        row[place] = Segment(known.start, segment.end, union(known.box, segment.box)) if known else segment
        column, before, used = place, segment, used + 1
    if row:
        rows.append(list(row.values()))
    return [cells for cells in rows if len(cells) >= FEWEST_CELLS], used


def _column(first: list[Segment], segment: Segment) -> int | None:
    """The column that a segment stands in: none for prose, which runs across several."""
    over = [n for n, head in enumerate(first) if segment.box[0] < head.box[2] and segment.box[2] > head.box[0]]
    if len(over) == 1:
        return over[0]
    if over or segment.box[3] > first[0].box[3] + 1:
        return None
    return min(range(len(first)), key=lambda n: _offset(first[n].box, segment.box))


def _offset(head: Box, box: Box) -> float:
    """How far two boxes are from being aligned, on the left or on the right."""
    return min(abs(head[0] - box[0]), abs(head[2] - box[2]))


def _segments(runs: Sequence[Run]) -> Iterator[Segment]:
    """The runs of a page joined as long as no line end and no wide gap parts them."""
    if not runs:
        return
    begun, end, row, _, line = runs[0]
    for run in runs[1:]:
        if run.row == row and _continues(line, run.first):
            line = union(line, run.box)
        else:
            yield Segment(begun, end, line)
            begun, row, line = run.start, run.row, run.box
        end = run.end
    yield Segment(begun, end, line)


def _runs(text: str, words: Places) -> list[Run]:
    """Words that certainly continue one another: each pair does by itself, and no word before reaches further right."""
    if not len(words):
        return []
    left, bottom, right, top = words.boxes.T
    rows = np.searchsorted(np.flatnonzero(codes_of(text) == ord("\n")), words.starts)
    reach = right + FAR_RIGHT * rows
    gap, height = left[1:] - right[:-1], top - bottom
    overlap = np.minimum(top[1:], top[:-1]) - np.maximum(bottom[1:], bottom[:-1])
    level = (height[1:] > 0) & (overlap > OVERLAP * height[1:])
    near = (gap >= 0) & (gap < GAP * np.maximum(np.maximum(height[1:], height[:-1]), 1.0)) & (right[1:] >= left[1:])
    joined = (rows[1:] == rows[:-1]) & near & level & (reach[:-1] == np.maximum.accumulate(reach)[:-1])
    begins = np.append(0, np.flatnonzero(~joined) + 1)
    lower, upper = np.minimum.reduceat(words.boxes, begins), np.maximum.reduceat(words.boxes, begins)
    boxes = map(tuple, np.column_stack((lower[:, :2], upper[:, 2:])).tolist())
    ends = words.ends[np.append(begins[1:], len(words)) - 1]
    firsts = map(tuple, words.boxes[begins].tolist())
    return list(map(Run, words.starts[begins].tolist(), ends.tolist(), rows[begins].tolist(), firsts, boxes))


def _continues(line: Box, box: Box) -> bool:
    gap, height = box[0] - line[2], max(line[3] - line[1], box[3] - box[1], 1.0)
    return -height < gap < GAP * height and _level(line, box)


def _level(one: Box, other: Box) -> bool:
    """Whether two boxes stand on one line: they overlap vertically by more than half of the lower one."""
    _, bottom, _, top = one
    _, other_bottom, _, other_top = other
    overlap = min(top, other_top) - max(bottom, other_bottom)
    return overlap > -SLACK and overlap > OVERLAP * min(top - bottom, other_top - other_bottom)
