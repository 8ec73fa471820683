"""Dated exchange rates, for comparing amounts with thresholds and limits only; invoices keep their own currency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from domain.money import Money
from policies.rule import Days, Strict


class Rates(Strict):
    """One set: what a unit of each currency is worth in the matrix's, from `date` on, at most for `days_valid`."""

    date: date
    per_unit: dict[str, Annotated[Decimal, Field(gt=0)]]
    days_valid: Days | None = None


def converted(money: Money, currency: str, sets: Sequence[Rates], on: date) -> Money:
    """The amount in `currency` at the newest rate not after `on`. Raises LookupError when there is none in force."""
    if money.currency == currency:
        return money.rounded
    newest = in_force(sets, on)
    rate = newest.per_unit.get(money.currency) if newest else None
    if rate is None:
        raise LookupError(
            f"Policy knows no exchange rate from {money.currency} to {currency} for {on.isoformat()}, so the answer is "
            "no; a newer set of rates is a change of policy."
        )
    return Money(money.amount * rate, currency).rounded


def in_force(sets: Sequence[Rates], on: date) -> Rates | None:
    """The newest set not after this day, unless its time is up."""
    newest = max((one for one in sets if one.date <= on), key=lambda one: one.date, default=None)
    if newest and newest.days_valid is not None and on > newest.date + timedelta(days=newest.days_valid):
        return None
    return newest
