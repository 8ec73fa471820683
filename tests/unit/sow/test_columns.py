"""Columns are read one after the other however they were drawn; tables keep their rows."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from reportlab.pdfgen import canvas

from sow.reading import read_document

LEFT = (
    "1. Payment terms. The Client shall pay",
    "each invoice within thirty (30) days after",
    "receipt of the invoice by bank transfer to",
    "the account that the Consultant names.",
    "2. Governing law. This Statement of Work is",
    "governed by the laws of England and Wales.",
    "A dispute is brought before its courts only.",
)
RIGHT = (
    "3. Term. This Statement of Work begins on",
    "1 March 2026 and ends on 31 August 2026",
    "unless it is extended in writing by both",
    "parties before it ends.",
    "4. Fees. The total fee is EUR 120,000 and is",
    "invoiced monthly in arrears.",
)
PARTIES = "STATEMENT OF WORK between Halden Rail Ltd (the Client) and Northlight Consulting GmbH (the Consultant)"
SIGNED = "Signed for both parties on 20 February 2026."
DELIVERABLES = (
    ("An inventory of every workload with its owner", "is accepted by the Client within ten working days"),
    ("and of what it needs from the network", "of delivery, in writing"),
    ("A landing zone with accounts and guardrails", "is accepted when the Client's own pipeline has"),
    ("for three environments of the Client", "deployed to each of them once"),
    ("The migration of forty workloads in waves of", "is accepted wave by wave by the Client's head of"),
    ("ten, each with a plan for its way back", "operations after a week without an incident"),
    ("A handbook for those who run it afterwards", "is accepted with the minutes of the last meeting"),
    ("with drawings and the names of contacts", "of the steering committee"),
)


def _drawn(lines: Sequence[tuple[float, float, str]]) -> bytes:
    target = io.BytesIO()
    page = canvas.Canvas(target, pagesize=(595, 842))
    page.setFont("Helvetica", 9)
    for x, y, text in lines:
        page.drawString(x, y, text)
    page.save()
    return target.getvalue()


def _side(x: float, lines: Sequence[str]) -> list[tuple[float, float, str]]:
    return [(x, 740 - 14 * number, text) for number, text in enumerate(lines)]


def _by_height(*sides: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    return sorted((line for side in sides for line in side), key=lambda line: (-line[1], line[0]))


def _paper(lines: Sequence[tuple[float, float, str]]) -> bytes:
    return _drawn([(60, 790, PARTIES), *lines, (60, 600, SIGNED)])


def test_columns_drawn_line_by_line_read_like_columns_drawn_whole() -> None:
    whole = read_document(_paper([*_side(60, LEFT), *_side(310, RIGHT)]), "whole.pdf")
    across = read_document(_paper(_by_height(_side(60, LEFT), _side(310, RIGHT))), "across.pdf")
    assert across.text == whole.text
    assert {(term.field, str(term.value)) for term in across.terms} >= {
        ("payment_terms_days", "30"),
        ("governing_law", "England and Wales"),
        ("effective_date", "2026-03-01"),
        ("end_date", "2026-08-31"),
    }


def test_a_quote_of_a_column_is_marked_where_it_stands() -> None:
    read = read_document(_paper(_by_height(_side(60, LEFT), _side(310, RIGHT))), "across.pdf")
    ended = next(term for term in read.terms if term.field == "end_date")
    assert ended.evidence[0].boxes
    assert all(box[0] > 300 for box in ended.evidence[0].boxes)


@pytest.mark.parametrize("step", [14, 11])
def test_a_table_of_long_cells_keeps_its_rows(step: int) -> None:
    """Each row has two lines in both cells, and more room below it than between its lines."""
    height = [740 - (2 * step + 12) * (number // 2) - step * (number % 2) for number in range(len(DELIVERABLES))]
    cells = [(x, y, row[side]) for row, y in zip(DELIVERABLES, height, strict=True) for side, x in ((0, 60), (1, 310))]
    text = read_document(_drawn([(60, 790, PARTIES), *cells]), "table.pdf").text
    assert text.index("of delivery, in writing") < text.index("A landing zone")


def test_labels_beside_values_stay_together() -> None:
    labels = ("Client", "Consultant", "Start", "End", "Fee", "Payment", "Law")
    values = ("Halden Rail Ltd", "Northlight", "1 March 2026", "31 August 2026", "EUR 120,000", "30 days", "England")
    lines = _by_height(_side(60, labels), _side(310, values))
    text = read_document(_drawn(lines), "form.pdf").text
    assert all(text.index(label) < text.index(value) for label, value in zip(labels, values, strict=True))
    assert text.index("Northlight") < text.index("Start")
