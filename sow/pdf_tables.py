"""Tables of PDF pages, from where characters stand: rows of cells with wide gaps between them, several in a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.source import Box
from sow.document import Cell, Page, Table

GAP = 1.2  # of the character height: wider than a word space, narrower than a gutter
FEWEST_ROWS = 2
MOST_LONE = 1
MARK = re.compile(r"\(?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-z]|[ivx]{1,4})[.)]?|[\u2022\u25cf\u25aa\-*]")


@dataclass(frozen=True)
class Segment:
    """Characters of one line without a wide gap between them."""

    start: int
    end: int
    box: Box


def tables(text: str, boxes: Sequence[Box | None], pages: Sequence[Page]) -> tuple[Table, ...]:
    """Runs of at least two consecutive rows that have at least two cells each."""
    return tuple(
        Table(tuple(tuple(_cell(text, segment) for segment in row) for row in run))
        for page in pages
        for run in _runs(text, _rows(list(_segments(text, boxes, page))))
    )


def _cell(text: str, segment: Segment) -> Cell:
    return Cell(" ".join(text[segment.start : segment.end].split()), segment.start, segment.end)


def _segments(text: str, boxes: Sequence[Box | None], page: Page) -> Iterator[Segment]:
    current: Segment | None = None
    for index in range(page.start, page.end):
        box = boxes[index]
        if box is None or text[index].isspace():
            if text[index] == "\n" and current:
                yield current
                current = None
            continue
        if current and _continues(current.box, box):
            current = Segment(current.start, index + 1, _union(current.box, box))
        else:
            if current:
                yield current
            current = Segment(index, index + 1, box)
    if current:
        yield current


def _continues(line: Box, box: Box) -> bool:
    height = max(line[3] - line[1], box[3] - box[1], 1.0)
    return _level(line, box) and -height < box[0] - line[2] < GAP * height


def _level(one: Box, other: Box) -> bool:
    """Whether two boxes stand on one line: they overlap vertically by more than half of the lower one."""
    overlap = min(one[3], other[3]) - max(one[1], other[1])
    return overlap > -0.5 and overlap > 0.3 * min(one[3] - one[1], other[3] - other[1])  # noqa: PLR2004 - points


def _union(one: Box, other: Box) -> Box:
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))


def _rows(segments: list[Segment]) -> list[list[Segment]]:
    rows: list[list[Segment]] = []
    for segment in segments:
        if rows and _level(rows[-1][-1].box, segment.box) and segment.box[0] > rows[-1][-1].box[2]:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return rows


def _runs(text: str, rows: list[list[Segment]]) -> Iterator[list[list[Segment]]]:
    """Rows of one cell inside a run are second lines of a cell; two in a row end it, and so does a numbered clause."""
    run: list[list[Segment]] = []
    lone = 0
    for row in rows:
        if len(row) == 2 and MARK.fullmatch(text[row[0].start : row[0].end]):  # noqa: PLR2004 - a number or bullet, and prose
            row, lone = row[1:], MOST_LONE  # noqa: PLW2901 - what is left is prose
        lone = 0 if len(row) > 1 else lone + 1
        if len(row) > 1:
            run.append(row)
        elif lone > MOST_LONE:
            yield from [run] if len(run) >= FEWEST_ROWS else []
            run = []
    if len(run) >= FEWEST_ROWS:
        yield run
