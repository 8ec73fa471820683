"""Months and spans of days, turned into each other."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any


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


def moved(args: Mapping[str, Any], by: int) -> dict[str, str]:
    """The span of the same length just before (-1) or after (1) a question's, in its own terms; empty without one."""
    if args.get("month"):
        return {"month": _shifted(date.fromisoformat(f"{args['month']}-01"), by).isoformat()[:7]}
    if not (args.get("since") and args.get("until")):
        return {}
    since, until = date.fromisoformat(args["since"]), date.fromisoformat(args["until"])
    after = until + timedelta(days=1)
    if since.day == 1 and after.day == 1:
        months = by * ((after.year - since.year) * 12 + after.month - since.month)
        since, until = _shifted(since, months), _shifted(after, months) - timedelta(days=1)
    else:
        since, until = since + by * (after - since), until + by * (after - since)
    return {"since": since.isoformat(), "until": until.isoformat()}


def _shifted(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
