"""The recorded time that watching looks at, in sums: a large firm's entries one by one are not needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.money import Money


@dataclass(frozen=True)
class Month:
    """One person's hours of one month, and the project (its ERP id) that had most of them."""

    hours: Decimal
    billable: Decimal
    project: str


@dataclass(frozen=True)
class Unbilled:
    """A project's approved time on no invoice in one currency: how much, since which day of work."""

    project: str
    hours: Decimal
    entries: int
    amount: Money
    since: date


@dataclass(frozen=True)
class Recorded:
    """`people` by ERP id and month "YYYY-MM"; `last` is the latest day of work by project, of those where it matters;
    `by_month` what approved time on no invoice is worth by month of the work.
    """

    people: Mapping[str, Mapping[str, Month]] = field(default_factory=dict[str, Mapping[str, Month]])
    last: Mapping[str, date] = field(default_factory=dict[str, date])
    unbilled: tuple[Unbilled, ...] = ()
    by_month: tuple[tuple[str, Money], ...] = ()
