"""Billing months, as people and ERPs write them: "2026-09"."""

from __future__ import annotations

import calendar
import re
from datetime import date

from domain.errors import InvalidInput

MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def span(period: str) -> tuple[date, date]:
    """The first and the last day of a month "YYYY-MM". Raises InvalidInput for anything else."""
    found = MONTH.fullmatch(period)
    if found is None or found[1] == "0000":
        raise InvalidInput(f"{period[:20]!r} is not a month; write it as YYYY-MM.")
    year, month = int(found[1]), int(found[2])
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def within(day: date, period: str | None, today: date) -> bool:
    """Whether work of that day is billed in the period; without a period, everything up to today is."""
    if day > today:
        return False
    if period is None:
        return True
    first, last = span(period)
    return first <= day <= last


def month_of(day: date) -> str:
    """The month of a day, "YYYY-MM"."""
    return f"{day:%Y-%m}"


def week_of(day: date) -> str:
    """The ISO week of a day, "2026-W31": the unit in which timesheets are approved."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
