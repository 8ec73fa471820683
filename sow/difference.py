"""What a term becomes by a stated difference: an amount or share more or less, a duration longer."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


def plus(field: str, value: Any, delta: str) -> tuple[Any, ...]:
    """The possible values after `delta`; more than one where a month's end can be meant, none where it does not fit."""
    if delta.startswith("P"):
        return _days(str(value), delta) if field == "end_date" else ()
    if isinstance(value, Mapping):
        changed = plus(field, value.get("amount"), delta)
        return tuple({**value, "amount": amount} for amount in changed)
    if not isinstance(value, str) or not re.fullmatch(r"\d+(\.\d+)?", value):
        return ()
    before = Decimal(value)
    share = delta.endswith("%")
    by = before * Decimal(delta.rstrip("%")) / 100 if share else Decimal(delta)
    after = (before + by).quantize(CENT, ROUND_HALF_UP) if share else before + by
    return (f"{after:f}",) if after >= 0 else ()


def later(rate: Mapping[str, Any], delta: str) -> dict[str, Any]:
    """A rate changed by a share ("3%", "-5%"), rounded to cents."""
    return dict(plus("rates", rate, delta)[0])


def _days(value: str, delta: str) -> tuple[str, ...]:
    """A date later by a duration. From a month's last day, months lead to the same day or to the last one."""
    match = re.fullmatch(r"P(\d+)([YMWD])", delta)
    try:
        start = date.fromisoformat(value)
    except ValueError:
        return ()
    if match is None:
        return ()
    count, unit = int(match[1]), match[2]
    if unit in "WD":
        return ((start + timedelta(days=count * (7 if unit == "W" else 1))).isoformat(),)
    months = start.year * 12 + start.month - 1 + count * (12 if unit == "Y" else 1)
    year, month = divmod(months, 12)
    last = monthrange(year, month + 1)[1]
    same = date(year, month + 1, min(start.day, last))
    at_end = start.day == monthrange(start.year, start.month)[1]
    days = {same, date(year, month + 1, last)} if at_end else {same}
    return tuple(sorted(day.isoformat() for day in days))
