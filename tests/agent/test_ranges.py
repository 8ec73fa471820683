"""Spans of days as people say them, on a day late in November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from agent.ranges import ranges

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("unbilled in Q3", "2026-07-01", "2026-09-30"),
        ("q3 2025 please", "2025-07-01", "2025-09-30"),
        ("2026-Q2", "2026-04-01", "2026-06-30"),
        ("third quarter of 2026", "2026-07-01", "2026-09-30"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("this quarter", "2026-10-01", "2026-12-31"),
        ("first half of 2026", "2026-01-01", "2026-06-30"),
        ("H2", "2026-07-01", "2026-12-31"),
        ("year to date", "2026-01-01", "2026-11-23"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("hours in 2025", "2025-01-01", "2025-12-31"),
        ("between May and August by customer", "2026-05-01", "2026-08-31"),
        ("from november to january", "2025-11-01", "2026-01-31"),
        ("July and August", "2026-07-01", "2026-08-31"),
        ("jul-sep", "2026-07-01", "2026-09-30"),
        ("the last 3 months", "2026-08-01", "2026-10-31"),
        ("last two weeks", "2026-11-09", "2026-11-23"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("yesterday", "2026-11-22", "2026-11-22"),
        ("since July", "2026-07-01", None),
        ("after 2026-08-15", "2026-08-16", None),
        ("until october", None, "2026-10-31"),
        ("before march", None, "2026-02-28"),
    ],
)
def test_a_span_is_read(text: str, first: str | None, last: str | None) -> None:
    found, _ = ranges(text, TODAY)
    assert [(since and since.isoformat(), until and until.isoformat()) for _, since, until in found] == [(first, last)]


@pytest.mark.parametrize(
    "text", ["last month", "what may and can we do", "from Halden to us", "rate and approval", "the second project"]
)
def test_what_is_no_span_is_none(text: str) -> None:
    assert ranges(text, TODAY)[0] == []


def test_the_words_of_a_span_name_no_month() -> None:
    assert "May" not in ranges("between May and August", TODAY)[1]
