"""Terms are said in the same words on every page and in every answer."""

from __future__ import annotations

import pytest

from sow.wording import label, shown


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("payment_terms_days", 1, "1 day"),
        ("payment_terms_basis", "receipt_of_invoice", "Receipt of invoice"),
        ("not_to_exceed", "40000.00", "EUR 40,000.00"),
        ("advance", "10%", "10%"),
        ("effective_date", "2026-11-02", "2 Nov 2026"),
        ("term", "P1Y6M", "1 year 6 months"),
        ("late_interest", "4%/year", "4% per year"),
        ("po_required", True, "Yes"),
        ("rates", {"role": None, "amount": "165.00", "per": "hour"}, "Any role, EUR 165.00 per hour"),
        ("milestones", {"name": "Pilot", "due": None, "amount": "25%"}, "Pilot, 25%"),
    ],
)
def test_a_value_in_words(field: str, value: object, said: str) -> None:
    assert shown(field, value, "EUR") == said


def test_a_field_by_the_name_that_people_use() -> None:
    assert label("payment_terms_basis") == "Counted from"
    assert label("governing_law") == "Governing law"
