"""Normal forms: what is read, and what is rather not read than guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.errors import InvalidInput
from sow import normal
from sow.normal_form import normal_form


@pytest.mark.parametrize(
    ("text", "value"),
    [("thirty (30)", 30), ("45", 45), ("forty-five", 45), ("ten", 10), ("many", None), ("twenty-one (21)", 21)],
)
def test_count(text: str, value: int | None) -> None:
    assert normal.count(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1,234.50", "1234.50"),
        ("EUR 1.234,50", "1234.50"),
        ("1.234.567 €", "1234567.00"),
        ("CHF 12'500", "12500.00"),
        ("US$2 million", "2000000.00"),
        ("$0.005", "0.005"),
        ("€ 84 000,00", "84000.00"),
        ("free", None),
    ],
)
def test_money(text: str, value: str | None) -> None:
    assert normal.money(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US$5", "USD"),
        ("$5", "USD"),
        ("A$5", "AUD"),
        ("€5", "EUR"),
        ("5 CHF", "CHF"),
        ("five euros", "EUR"),
        ("5", None),
    ],
)
def test_currency(text: str, code: str | None) -> None:
    assert normal.currency(text) == code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("March 2, 2026", "2026-03-02"),
        ("2nd day of March, 2026", "2026-03-02"),
        ("2. March 2026", "2026-03-02"),
        ("2026-03-02", "2026-03-02"),
        ("02.03.2026", "2026-03-02"),
        ("03/02/2026", "2026-03-02"),
        ("23/02/2026", "2026-02-23"),
        ("31 February 2026", None),
        ("March 2026", None),
    ],
)
def test_day(text: str, value: str | None) -> None:
    assert normal.day(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("two (2) years", "P2Y"), ("18 months", "P18M"), ("four-year", "P4Y"), ("6 full weeks", "P6W"), ("a while", None)],
)
def test_duration(text: str, value: str | None) -> None:
    assert normal.duration(text) == value


def test_amounts_keep_their_precision() -> None:
    assert normal.amount("$12,345,678.90") == Decimal("12345678.90")


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("payment_terms_days", " 45 ", 45),
        ("total_value", "84,000", "84000.00"),
        ("expense_cap", "10 %", "10%"),
        ("effective_date", "2026-03-02", "2026-03-02"),
        ("po_required", "yes", True),
        ("billing_type", "Fixed fee", "fixed_fee"),
        ("currency", "eur", "EUR"),
        ("term", "p18m", "P18M"),
        ("client", "  Brightwater   Ferries ", "Brightwater Ferries"),
        (
            "rates",
            {"role": "Analyst", "amount": "90", "per": "hour"},
            {"role": "Analyst", "amount": "90.00", "per": "hour"},
        ),
        ("milestones", {"name": "Go-live", "amount": "40%"}, {"name": "Go-live", "due": None, "amount": "40%"}),
    ],
)
def test_a_correction_is_kept_in_normal_form(field: str, given: object, kept: object) -> None:
    assert normal_form(field, given) == kept


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("payment_terms_days", "soon"),
        ("payment_terms_days", True),
        ("total_value", "NaN"),
        ("total_value", "-1"),
        ("effective_date", "02/03/2026"),
        ("billing_type", "barter"),
        ("client", "   "),
        ("client", "x" * 501),
        ("rates", "90 per hour"),
        ("retainage", "a tenth"),
        ("shoe_size", "45"),
    ],
)
def test_what_is_not_in_normal_form_is_refused(field: str, given: object) -> None:
    with pytest.raises(InvalidInput):
        normal_form(field, given)
