"""Puts columns one after the other where a page draws them line by line across both.

Most programs draw a column whole, and PDFium reports what is drawn in that order. Some draw each line of the page from
edge to edge; a sentence of one column then runs into the other. Tables are drawn so too, and are to be read so: only
what reads as running text on both sides of a gutter is put in order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

import numpy as np
import numpy.typing as npt

from domain.source import Box
from sow.pdf_boxes import Places, codes_of

NEWLINE = 10
GUTTER = 1.0  # the least width of a gutter, in heights of the word after it
CROSSINGS = 5  # lines that run across the gutter before anyone believes in one
ALIGNED = 4.0  # points within which lines of a column begin, and words stand on one line
WORDS, FILLED, FLOWING = 4, 0.7, 0.5  # of running text: words in a line, of the column's width, lines without an end
PITCH, ROWS = 1.3, 2  # a larger step to the next line, on both sides at once, is a row of a table
ENDED = re.compile(r"[.:;!?]\W*$")
LEFT, RIGHT, ACROSS = -1, 1, 0


@dataclass(frozen=True)
class Piece:
    """Words of one line on one side: their numbers, their range of the text, their box."""

    first: int
    last: int
    start: int
    end: int
    box: Box


def in_columns(text: str, places: Places, at: int) -> tuple[str, Places]:
    """A page's text and places in the order of its columns; both as they were where there are none to put in order.

    `at` is the offset from which the places count.
    """
    if len(places) < CROSSINGS * WORDS * 2:
        return text, places
    boxes = places.boxes
    level = np.abs(np.diff(boxes[:, 1])) < ALIGNED
    wide = level & (boxes[1:, 0] - boxes[:-1, 2] > GUTTER * (boxes[1:, 3] - boxes[1:, 1]))
    if np.count_nonzero(wide) < CROSSINGS:
        return text, places
    edge, count = Counter(np.round(boxes[1:, 0][wide] / ALIGNED).tolist()).most_common(1)[0]
    if count < CROSSINGS:
        return text, places
    columns = _columns(text, _pieces(text, places, at, wide), edge * ALIGNED)
    return _ordered(text, places, columns, edge * ALIGNED) if columns else (text, places)


def _pieces(text: str, places: Places, at: int, wide: npt.NDArray[np.bool_]) -> list[Piece]:
    """The page in pieces, which end with their line or before a wide gap."""
    starts, ends = places.starts - at, places.ends - at
    line = np.searchsorted(np.flatnonzero(codes_of(text) == NEWLINE), starts)
    firsts = np.flatnonzero(np.concatenate(([True], wide | (np.diff(line) != 0))))
    lasts = np.append(firsts[1:], len(starts))
    low = np.minimum.reduceat(places.boxes[:, :2], firsts)
    high = np.maximum.reduceat(places.boxes[:, 2:], firsts)
    boxes = np.column_stack((low, high)).tolist()
    numbers = zip(
        firsts.tolist(), lasts.tolist(), starts[firsts].tolist(), ends[lasts - 1].tolist(), boxes, strict=True
    )
    return [Piece(first, last, start, end, tuple(box)) for first, last, start, end, box in numbers]


def _columns(text: str, pieces: Sequence[Piece], edge: float) -> list[list[Piece]]:
    """Runs of pieces, each of which reads as running text on both sides of the gutter before `edge`."""
    runs = groupby(pieces, key=lambda piece: _side(piece, edge) is not ACROSS)
    return [run for beside, group in runs if beside and _is_running(text, run := _trimmed(list(group), edge), edge)]


def _trimmed(run: list[Piece], edge: float) -> list[Piece]:
    """Without the narrow lines below both columns, which only happen to end before the gutter."""
    after = max((number for number, piece in enumerate(run) if _side(piece, edge) is RIGHT), default=-1) + 1
    lefts = [piece for piece in run[:after] if _side(piece, edge) is LEFT]
    for piece in run[after:]:
        if not lefts or lefts[-1].box[1] - piece.box[1] > PITCH * _pitch(lefts):
            break
        lefts.append(piece)
        after += 1
    return run[:after]


def _side(piece: Piece, edge: float) -> int:
    if piece.box[0] >= edge - ALIGNED:
        return RIGHT
    return LEFT if piece.box[2] < edge - ALIGNED else ACROSS


def _is_running(text: str, run: Sequence[Piece], edge: float) -> bool:
    sides = [_side(piece, edge) for piece in run]
    if sum(pair == (LEFT, RIGHT) for pair in pairwise(sides)) < CROSSINGS:
        return False
    left, right = ([p for p, side in zip(run, sides, strict=True) if side is which] for which in (LEFT, RIGHT))
    if not (_is_prose(text, left) and _is_prose(text, right)) or not _only_spaces_between(text, run):
        return False
    return sum(1 for _ in _rows(left, right)) < ROWS


def _is_prose(text: str, side: Sequence[Piece]) -> bool:
    width = max(piece.box[2] for piece in side) - min(piece.box[0] for piece in side)
    filled = median(piece.box[2] - piece.box[0] for piece in side) / width
    flowing = sum(not ENDED.search(text[piece.start : piece.end]) for piece in side) / len(side)
    return median(piece.last - piece.first for piece in side) >= WORDS and filled >= FILLED and flowing >= FLOWING


def _only_spaces_between(text: str, run: Sequence[Piece]) -> bool:
    return all(not text[one.end : other.start].strip() for one, other in pairwise(run))


def _rows(left: Sequence[Piece], right: Sequence[Piece]) -> Iterator[float]:
    """Where both sides leave more room than between lines, at the same height: rows of a table, no paragraphs."""
    gaps = [_gaps(side) for side in (left, right)]
    for bottom, top in gaps[0]:
        if any(min(top, other[1]) > max(bottom, other[0]) for other in gaps[1]):
            yield bottom


def _gaps(side: Sequence[Piece]) -> list[tuple[float, float]]:
    """Heights between two lines that are further apart than most: (bottom, top)."""
    most = PITCH * _pitch(side)
    return [(low.box[3], high.box[1]) for high, low in pairwise(side) if high.box[1] - low.box[1] > most]


def _pitch(side: Sequence[Piece]) -> float:
    """How far most lines are from the next."""
    steps = [high.box[1] - low.box[1] for high, low in pairwise(side)]
    return median(steps) if steps else 0.0


def _ordered(text: str, places: Places, runs: Sequence[Sequence[Piece]], edge: float) -> tuple[str, Places]:
    """The text with each run's left side before its right side, and the places of its words."""
    parts, order, shifts = list[str](), list[int](), list[int]()
    written = done = word = 0

    def keep(start: int, end: int, first: int, last: int) -> None:
        nonlocal written
        parts.append(text[start:end])
        order.extend(range(first, last))
        shifts.extend([written - start] * (last - first))
        written += end - start

    for run in runs:
        keep(done, run[0].start, word, run[0].first)
        for number, piece in enumerate(sorted(run, key=lambda piece: _side(piece, edge))):
            if number:
                parts.append("\n")
                written += 1
            keep(piece.start, piece.end, piece.first, piece.last)
        done, word = run[-1].end, run[-1].last
    keep(done, len(text), word, len(places))
    moved = np.array(shifts, np.int64)
    return "".join(parts), Places(places.starts[order] + moved, places.ends[order] + moved, places.boxes[order])
