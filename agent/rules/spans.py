"""Months and spans of days, turned into each other."""

from __future__ import annotations

import calendar
from datetime import date


def days_of(month: str) -> tuple[str, str]:
    """The first and the last day of YYYY-MM."""
    year, number = int(month[:4]), int(month[5:])
    return f"{month}-01", f"{month}-{calendar.monthrange(year, number)[1]:02d}"


def months_within(since: str | None, until: str | None, today: str) -> list[str]:
    """The months of a span, up to this one."""
    if since is None:
        return []
    first, last = date.fromisoformat(since), date.fromisoformat(min(until or today, today))
    count = (last.year - first.year) * 12 + last.month - first.month
    starts = [first.year * 12 + first.month - 1 + i for i in range(count + 1)]
    return [f"{start // 12}-{start % 12 + 1:02d}" for start in starts]
