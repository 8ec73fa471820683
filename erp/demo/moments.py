"""Dates of the demo firm: all relative to the month in which it is seeded, so that it is always lately busy."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

MOMENT = re.compile(r"^month(?P<offset>[+-]\d+) day (?P<day>\d+|last)$")
WEEKEND = 5


def moment(text: str, today: date) -> date:
    """The date of "month-5 day 3" or "month+1 day last"; days beyond the month's end fall on its last day."""
    match = MOMENT.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a date such as 'month-5 day 3'")
    first = month_start(int(match["offset"]), today)
    last = calendar.monthrange(first.year, first.month)[1]
    return first.replace(day=last if match["day"] == "last" else min(int(match["day"]), last))


def month_start(offset: int, today: date) -> date:
    """The first day of the month `offset` months from today's."""
    months = today.year * 12 + today.month - 1 + offset
    return date(months // 12, months % 12 + 1, 1)


def month_end(offset: int, today: date) -> date:
    """The last day of the month `offset` months from today's."""
    return month_start(offset + 1, today) - timedelta(days=1)


def offset_of(day: date, today: date) -> int:
    """How many months before (negative) or after today's month a day lies."""
    return (day.year - today.year) * 12 + day.month - today.month


def working_days(first: date, last: date) -> list[date]:
    """Monday to Friday from first to last, both included."""
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in days if day.weekday() < WEEKEND]


def iso_week(day: date) -> str:
    """The week as timesheet systems name it: 2026-W31."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
