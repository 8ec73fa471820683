"""Turns a candidate into a term with evidence, or discards it: a quote that is not in the document proves nothing."""

from __future__ import annotations

from itertools import pairwise

from domain.source import Box, Evidence
from sow.document import Layout
from sow.view import Candidate, View

LONGEST_QUOTE = 600


def ground(candidate: Candidate, view: View, layout: Layout) -> Evidence | None:
    """The evidence of a candidate: its quote is `layout.text[start:end]`, without white space at its ends."""
    if not 0 <= candidate.start < candidate.end <= len(view.text):
        return None
    start, end = view.flat.span(candidate.start, candidate.end)
    quote = layout.text[start:end]
    start += len(quote) - len(quote.lstrip())
    quote = quote.strip()[:LONGEST_QUOTE]
    end = start + len(quote)
    if not quote or layout.text[start:end] != quote:
        return None
    return Evidence(layout.page_at(start), quote, start, end, line_boxes(layout.boxes.within(start, end)))


def line_boxes(boxes: tuple[Box, ...]) -> tuple[Box, ...]:
    """One box per line: a word begins a new line where it steps back to the left or leaves the line's height."""
    lines: list[list[Box]] = [[box] for box in boxes[:1]]
    for before, box in pairwise(boxes):
        if box[0] < before[0] - 1 or box[1] > before[3] or box[3] < before[1]:
            lines.append([])
        lines[-1].append(box)
    return tuple(_union(line) for line in lines)


def _union(boxes: list[Box]) -> Box:
    left, bottom, right, top = zip(*boxes, strict=True)
    return (round(min(left), 1), round(min(bottom), 1), round(max(right), 1), round(max(top), 1))
