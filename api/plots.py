"""A table of an answer as a chart, where it has few enough rows and figures of one kind to be seen at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from api.formats import as_money
from domain.blocks import Chart, Series

FEWEST, MOST = 2, 8  # rows
LONGEST = 14  # letters of a label under its bar
COLUMNS = 3  # series side by side
SUMS = frozenset({"total", "all"})


def plotted(found: Mapping[str, Any]) -> Chart | None:
    """The chart of a table block's JSON: its amounts, else its first figures; None where it would say little."""
    rows = [row for row in found["rows"] if not is_sum(row)]
    labels = tuple(str(row[0]["value"]) for row in rows)
    if not FEWEST <= len(rows) <= MOST or len(set(labels)) < len(rows) or max(map(len, labels)) > LONGEST:
        return None
    columns = [(found["columns"][at], [row[at]["value"] for row in rows]) for at in found["numeric"] if at]
    amounts, unit = _amounts(columns)
    series = amounts[:COLUMNS] or [one for name, values in columns if (one := _figures(name, values))][:1]
    if not series or not any(any(one.values) for one in series):
        return None
    return Chart(found["title"], labels, tuple(series), unit or series[0].name.lower())


def is_sum(row: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a row adds up the others."""
    return str(row[0]["value"]).lower() in SUMS if row else False


def _amounts(columns: Sequence[tuple[str, Sequence[Any]]]) -> tuple[list[Series], str]:
    """The columns that hold money, and its currency: none where there are several."""
    held = [(name, [as_money(value) for value in values]) for name, values in columns]
    whole = [(name, [one for one in values if one is not None]) for name, values in held if None not in values]
    currencies = {one.currency for _, values in whole for one in values}
    if len(currencies) != 1:
        return [], ""
    return [Series(name, tuple(one.amount for one in values)) for name, values in whole], currencies.pop()


def _figures(name: str, values: Sequence[Any]) -> Series | None:
    try:
        return Series(name, tuple(None if value in (None, "") else Decimal(str(value)) for value in values))
    except InvalidOperation:
        return None
