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


def before_that(args: Mapping[str, Any]) -> dict[str, str]:
    """The span of the same length just before a question's, in its own terms; empty where it had none."""
    if args.get("month"):
        return {"month": _month_before(str(args["month"]) + "-01")[:7]}
    if not (args.get("since") and args.get("until")):
        return {}
    since, until = date.fromisoformat(args["since"]), date.fromisoformat(args["until"])
    count = (until.year - since.year) * 12 + until.month - since.month + 1
    if since.day == 1 and (until + timedelta(days=1)).day == 1:
        first = since.isoformat()
        for _ in range(count):
            first = _month_before(first)
        return {"since": first, "until": (since - timedelta(days=1)).isoformat()}
    return {
        "since": (since - (until - since) - timedelta(days=1)).isoformat(),
        "until": (since - timedelta(days=1)).isoformat(),
    }


def _month_before(first: str) -> str:
    day = date.fromisoformat(first) - timedelta(days=1)
    return day.replace(day=1).isoformat()
