"""The picture of a quote where it stands: marked, with what is around it, and never beyond the page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.crops import TALLEST, crop
from domain.source import Box, Evidence
from store.documents import DocumentRow

DOCUMENT = DocumentRow(
    "d", "SOW.pdf", "0", "pdf", "en", 1, 1, None, "read", ({"width": 600, "height": 800},), (), "p", "Priya",
    datetime(2026, 11, 23, tzinfo=UTC),
)  # fmt: skip


def evidence(*boxes: Box) -> Evidence:
    return Evidence(1, "within 30 days", 0, 14, boxes, "d")


def test_a_quote_is_shown_with_a_line_around_it() -> None:
    found = crop(DOCUMENT, evidence((100, 700, 200, 710), (80, 688, 150, 698)), unfolded=True)
    assert found.boxes == ((99, 89, 102, 12), (79, 101, 72, 12))  # from the top left, where evidence counts from below
    assert (found.top, found.top + found.down) == (68, 134)
    assert (found.left, found.across) == (42, 516)  # the page's own measure, whatever the quote's


@pytest.mark.parametrize("box", [(1, 1, 599, 12), (1, 795, 599, 799), (10, 10, 590, 790)])
def test_a_crop_stays_on_its_page_and_small(box: Box) -> None:
    found = crop(DOCUMENT, evidence(box), unfolded=True)
    assert found.left >= 0
    assert found.left + found.across <= 600
    assert found.top >= 0
    assert found.top + found.down <= 800
    assert found.down <= TALLEST
