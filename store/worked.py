"""Recorded time in sums that PostgreSQL makes: by project, person and month, however many entries there are."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from domain.money import MINOR_UNITS, Money, totals
from domain.records import TimeEntry
from store.database import Connection
from store.mirror import SQL


@dataclass(frozen=True)
class Asked:
    """Which time; None leaves it open. `billed`: whether it stands on an invoice line; days are inclusive.

    Sums are by project and currency, and `by` person or month besides.
    """

    projects: tuple[str, ...] | None = None
    employee: str | None = None
    since: date | None = None
    until: date | None = None
    billed: bool | None = None
    billable: bool | None = None
    by: Literal["", "person", "month"] = ""

    def holds(self, entry: TimeEntry) -> bool:
        """Whether this entry is asked for."""
        return (
            (self.projects is None or entry.project_id in self.projects)
            and self.employee in (None, entry.employee_id)
            and (self.since is None or entry.date >= self.since)
            and (self.until is None or entry.date <= self.until)
            and self.billed in (None, entry.invoice_line_id is not None)
            and self.billable in (None, entry.billable)
        )


@dataclass(frozen=True)
class Worked:
    """Time on one project at prices of one currency; `employee` or `month` ("YYYY-MM") only where it was asked by that.

    `worth`: of what is billable and has a price, each entry rounded as it would be invoiced.
    """

    project: str
    employee: str
    month: str
    hours: Decimal
    billable: Decimal
    entries: int
    people: tuple[str, ...]
    worth: Money | None
    last: date


async def worked(connection: Connection, asked: Asked) -> list[Worked]:
    """The sums of what is asked for, as the mirror holds it."""
    given = {
        **vars(asked),
        "projects": None if asked.projects is None else list(asked.projects),
        "places": json.dumps(MINOR_UNITS),
    }
    return [_worked(row) async for row in await connection.execute(SQL["worked"], given)]


def _worked(row: Mapping[str, Any]) -> Worked:
    known = {name: row[name] for name in ("project", "employee", "month", "hours", "billable", "entries", "last")}
    worth = None if row["worth"] is None else Money(row["worth"], row["currency"])
    return Worked(**known, people=tuple(row["people"]), worth=worth)


def summed(entries: Iterable[TimeEntry], asked: Asked) -> list[Worked]:
    """The same of entries at hand: of a moment in the past, of which no sums are kept."""
    groups: dict[tuple[str, str, str, str], list[TimeEntry]] = defaultdict(list)
    for entry in filter(asked.holds, entries):
        currency = entry.price.currency if entry.price else ""
        employee = entry.employee_id if asked.by == "person" else ""
        month = f"{entry.date:%Y-%m}" if asked.by == "month" else ""
        groups[entry.project_id, employee, month, currency].append(entry)
    return [_sum(*key[:3], found) for key, found in groups.items()]


def _sum(project: str, employee: str, month: str, found: list[TimeEntry]) -> Worked:
    worth = [one.rounded for one in totals(one.price * one.hours for one in found if one.price and one.billable)]
    return Worked(
        project,
        employee,
        month,
        sum((one.hours for one in found), Decimal(0)),
        sum((one.hours for one in found if one.billable), Decimal(0)),
        len(found),
        tuple(sorted({one.employee_id for one in found})),
        worth[0] if worth else None,
        max(one.date for one in found),
    )


@dataclass(frozen=True)
class Person:
    """One person's hours of one month ("YYYY-MM"), and the project that had most of them."""

    employee: str
    month: str
    hours: Decimal
    billable: Decimal
    project: str


async def people(connection: Connection, since: date, before: date) -> list[Person]:
    """Everyone's hours by month, of the days from `since` to the one before `before`."""
    rows = await connection.execute(SQL["people"], {"since": since, "before": before})
    return [Person(**row) async for row in rows]


async def last_days(connection: Connection, projects: Iterable[str]) -> dict[str, date]:
    """The latest day of work on each of these projects, of those that have any."""
    rows = await connection.execute(SQL["last_days"], {"projects": list(projects)})
    return {row["project"]: row["day"] async for row in rows if row["day"]}
