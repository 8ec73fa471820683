"""What is asked over all projects at once, out of the kept answers: what stands in the way, and time on no invoice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.findings import Readiness
from domain.money import Money
from store.database import Connection
from store.results import CODEC, SQL


@dataclass(frozen=True)
class Open:
    """A finding that someone has to look at, of one project or contract; `key` is its code where it has one."""

    project: str
    key: str
    name: str
    customer: str | None
    rule: str
    title: str
    verdict: str
    severity: str
    owner: str
    amount: Money | None


@dataclass(frozen=True)
class Work:
    """A project's time on no invoice in one currency: approved, not, or None where nobody says. As `OpenTime`."""

    project: str
    approved: bool | None
    currency: str
    hours: Decimal
    amount: Decimal
    unpriced: Decimal
    entries: int
    since: date


async def findings(
    connection: Connection,
    *,
    month: str = "",
    projects: Iterable[str] | None = None,
    rules: Iterable[str] | None = None,
    verdicts: Sequence[str] = ("fail", "unknown"),
    severity: str = "",
) -> list[Open]:
    """The findings of these projects (by the ERP's id; None: of all), the most expensive first."""
    given = {
        "month": month,
        "projects": None if projects is None else list(projects),
        "rules": None if rules is None else list(rules),
        "verdicts": list(verdicts),
        "severity": severity,
    }
    return [_open(row) async for row in await connection.execute(SQL["open"], given)]


def _open(row: Mapping[str, Any]) -> Open:
    known = {name: row[name] for name in Open.__dataclass_fields__ if name != "amount"}
    return Open(**known, amount=None if row["amount"] is None else Money(row["amount"], row["currency"]))


async def answers(connection: Connection, projects: Iterable[str], month: str = "") -> dict[str, Readiness]:
    """The answers of these projects in full, by the ERP's id."""
    rows = await connection.execute(SQL["chosen"], {"projects": list(projects), "month": month})
    found = [CODEC.validate_python(row["body"]) async for row in rows]
    return {answer.project_id: answer for answer in found}


async def work(
    connection: Connection,
    *,
    projects: Iterable[str] | None = None,
    since: date | None = None,
    until: date | None = None,
    approved: bool = False,
) -> list[Work]:
    """Time on no invoice of these projects (None: of all) and days; with `approved` nothing else."""
    given = {
        "projects": None if projects is None else list(projects),
        "since": since,
        "until": until,
        "approved": approved,
    }
    return [Work(**row) async for row in await connection.execute(SQL["work"], given)]


async def work_by_month(connection: Connection, projects: Iterable[str] | None = None) -> list[tuple[str, Money]]:
    """What approved time on no invoice is worth by month of the work, "YYYY-MM", and currency."""
    given = {"projects": None if projects is None else list(projects)}
    rows = await connection.execute(SQL["work_by_month"], given)
    return [(row["month"], Money(row["amount"], row["currency"])) async for row in rows]
