"""Time as rules need it: what is not billed as records, what is billed as sums that PostgreSQL makes exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.money import Money
from domain.records import TimeEntry
from domain.source import Source

BILLED = "sum"


def columns_of(entry: TimeEntry) -> dict[str, Any]:
    """The columns of a time entry's row, as JSON."""
    return {
        "project": entry.project_id,
        "task": entry.task_id,
        "employee": entry.employee_id,
        "day": entry.date.isoformat(),
        "hours": str(entry.hours),
        "billable": entry.billable,
        "billed": entry.invoice_line_id is not None,
        "rate": str(entry.price.amount) if entry.price else None,
        "currency": entry.price.currency if entry.price else None,
    }


def summed(rows: Sequence[Mapping[str, Any]], system: str) -> list[TimeEntry]:
    """One entry for all billed time of a person on a task at a price: rules ask of it hours, price and whose it is.

    It is never like an entry that is to be billed: those that are come as records of their own. So it says that it is
    not billable, which no rule asks of billed time otherwise.
    """
    return [
        TimeEntry(
            id=f"{BILLED}:{row['project']}:{number}",
            project_id=row["project"],
            task_id=row["task"],
            employee_id=row["employee"],
            date=row["day"],
            hours=row["hours"],
            billable=False,
            invoice_line_id=BILLED,
            price=None if row["rate"] is None else Money(row["rate"], row["currency"]),
            source=Source(system, "time", f"{BILLED}:{row['project']}:{number}"),
        )
        for number, row in enumerate(rows)
    ]
