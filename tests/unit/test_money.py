"""Money is exact and never mixes currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import CurrencyMismatch
from domain.money import Money, totals

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False)
monies = st.builds(Money, amounts, st.sampled_from(["EUR", "GBP", "JPY", "KWD"]))


@given(st.lists(monies))
def test_totals_keep_every_cent_in_its_own_currency(money: list[Money]) -> None:
    for total in totals(money):
        assert total.amount == sum((m.amount for m in money if m.currency == total.currency), Decimal(0))
    assert [t.currency for t in totals(money)] == sorted({m.currency for m in money})


@given(monies, monies)
def test_two_currencies_never_meet(a: Money, b: Money) -> None:
    if a.currency == b.currency:
        assert (a + b) - b == a
    else:
        with pytest.raises(CurrencyMismatch):
            a + b


@pytest.mark.parametrize(
    ("amount", "currency", "shown", "minor"),
    [
        ("1234.565", "EUR", "EUR 1,234.57", 123457),
        ("1234.5", "JPY", "JPY 1,235", 1235),
        ("1.2345", "KWD", "KWD 1.235", 1235),
        ("-0.005", "EUR", "EUR -0.01", -1),
    ],
)
def test_amounts_are_shown_and_counted_in_the_currencys_minor_unit(
    amount: str, currency: str, shown: str, minor: int
) -> None:
    money = Money(Decimal(amount), currency)
    assert str(money) == shown
    assert money.minor == minor
