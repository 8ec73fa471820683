"""Each project's readiness as last worked out, so that a portfolio of any size is a query; and what it was before.

Which are due to be worked out again: store/due.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from domain.findings import Finding, OpenTime, Readiness, Verdict
from domain.money import Money
from store.database import Connection
from store.queries import queries

SQL = queries("results")
CODEC = TypeAdapter(Readiness)
WORK = TypeAdapter(tuple[OpenTime, ...])
SORTS = ("status", "unbilled", "ready", "at_risk", "blocked", "name", "code", "customer")
GROUPS = ("customer", "practice", "region", "month", "status", "reason")


@dataclass(frozen=True)
class Result:
    """A project's answer with what lists are made of. `troubles` are what stands in the way, by title; `work` is kept
    for the answer on all that is unbilled.
    """

    readiness: Readiness
    troubles: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    work: tuple[OpenTime, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Which answers; empty means all."""

    month: str = ""
    practice: str = ""
    region: str = ""
    customer: str = ""
    status: str = ""
    search: str = ""


@dataclass(frozen=True)
class Line:
    """A project in a list."""

    project: str
    code: str | None
    name: str
    customer: str | None
    practice: str | None
    region: str | None
    status: str
    currency: str
    unbilled: Decimal
    ready: Decimal
    blocked: Decimal
    at_risk: Decimal
    troubles: tuple[str, ...]
    since: datetime

    @property
    def amounts(self) -> Amounts:
        """The same as money."""
        return Amounts(
            *(Money(amount, self.currency) for amount in (self.unbilled, self.ready, self.blocked, self.at_risk))
        )


@dataclass(frozen=True)
class Amounts:
    """unbilled = ready + blocked; `at_risk` is a part of ready."""

    unbilled: Money
    ready: Money
    blocked: Money
    at_risk: Money


@dataclass(frozen=True)
class Total:
    """The money of several projects in one currency; `label` says of which, None of those without."""

    label: str | None
    currency: str
    count: int
    unbilled: Decimal
    ready: Decimal
    blocked: Decimal
    at_risk: Decimal


@dataclass(frozen=True)
class Held:
    """An answer and the time for which it held; `until` None while it holds."""

    readiness: Readiness
    since: datetime
    until: datetime | None = None


async def put(connection: Connection, tenant: str, results: Sequence[Result]) -> int:
    """Keep these answers and return how many differ from what was known; those go into the past."""
    if not results:
        return 0
    bodies = [CODEC.dump_json(replace(result.readiness, as_of="")).decode() for result in results]
    heads = [
        {"n": number, "hash": hashlib.sha256(body.encode()).hexdigest(), **_head(result)}
        for number, (body, result) in enumerate(zip(bodies, results, strict=True), 1)
    ]
    given = {"tenant": tenant, "heads": Jsonb(heads), "bodies": f"[{','.join(bodies)}]"}
    row = await (await connection.execute(SQL["put"], given)).fetchone()
    return int(row["count"]) if row else 0


def _head(result: Result) -> dict[str, Any]:
    found = result.readiness
    return {
        "project": found.project_id,
        "month": found.period or "",
        "code": found.project_code,
        "name": found.project_name,
        "customer": found.customer,
        "practice": found.practice,
        "region": found.region,
        "status": found.status,
        "currency": found.unbilled.currency,
        "unbilled": str(found.unbilled.amount),
        "ready": str(found.ready.amount),
        "blocked": str(found.blocked.amount),
        "at_risk": str(found.at_risk.amount if found.at_risk else 0),
        "troubles": list(result.troubles),
        "reason": result.troubles[0] if result.troubles else "",
        "months": list(result.months),
        "open": [_open(finding) for finding in found.findings if finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN)],
        "work": WORK.dump_python(result.work, mode="json"),
    }


def _open(finding: Finding) -> dict[str, Any]:
    amount = finding.amount
    return {
        "rule": finding.rule,
        "title": finding.title,
        "verdict": finding.verdict.value,
        "severity": finding.severity.value,
        "owner": finding.owner,
        "amount": None if amount is None else str(amount.amount),
        "currency": None if amount is None else amount.currency,
    }


async def forget(connection: Connection, projects: Sequence[str]) -> None:
    """Projects that are no longer there; what was said of them stays in the past."""
    if projects:
        await connection.execute(SQL["forget"], {"projects": list(projects)})


def _given(wanted: Wanted) -> dict[str, Any]:
    escaped = wanted.search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {**vars(wanted), "search": escaped}


async def listing(
    connection: Connection, wanted: Wanted, *, sort: str = "status", limit: int | None = 100, offset: int = 0
) -> tuple[list[Line], int]:
    """A page of the list, and how many there are in all."""
    given = {**_given(wanted), "sort": sort, "limit": limit, "offset": offset}
    rows = await (await connection.execute(SQL["listing"], given)).fetchall()
    lines = [Line(**{name: row[name] for name in Line.__dataclass_fields__}) for row in rows]
    return lines, rows[0]["total"] if rows else 0


async def whole(
    connection: Connection, wanted: Wanted, *, limit: int | None = None, offset: int = 0
) -> list[Readiness]:
    """The answers in full, projects by code and then contracts without one."""
    rows = await connection.execute(SQL["bodies"], {**_given(wanted), "limit": limit, "offset": offset})
    return [CODEC.validate_python(row["body"]) async for row in rows]


async def sums(connection: Connection, wanted: Wanted) -> list[Total]:
    """The money of all that is wanted, a line a currency."""
    rows = await connection.execute(SQL["sums"], _given(wanted))
    return [Total(label=None, **row) async for row in rows]


async def grouped(connection: Connection, wanted: Wanted, by: str, *, months: Sequence[str] = ("",)) -> list[Total]:
    """The money of all that is wanted by one of GROUPS and currency, the largest first."""
    given = {**_given(wanted), "by": by, "months": list(months) if by == "month" else [wanted.month]}
    return [Total(**row) async for row in await connection.execute(SQL["grouped"], given)]


async def choices(connection: Connection, month: str) -> dict[str, Any]:
    """What can be filtered by: customers, practices, regions; and the total."""
    row = await (await connection.execute(SQL["choices"], {"month": month})).fetchone()
    return dict(row) if row else {}


async def statuses(connection: Connection, month: str) -> dict[str, int]:
    """How many projects are of each status."""
    return {row["status"]: row["count"] async for row in await connection.execute(SQL["statuses"], {"month": month})}


async def held(connection: Connection, projects: Sequence[str]) -> frozenset[str]:
    """Those of these projects that a prerequisite holds back, by the ERP's id."""
    rows = await connection.execute(SQL["held"], {"projects": list(projects)})
    return frozenset([row["project"] async for row in rows])


async def unbilled_months(connection: Connection) -> list[str]:
    """The months in which something unbilled lies, the latest first."""
    return [row["month"] async for row in await connection.execute(SQL["unbilled_months"])]


async def one(connection: Connection, project: str, month: str) -> Readiness | None:
    """The answer of one project, by the ERP's id."""
    row = await (await connection.execute(SQL["one"], {"project": project, "month": month})).fetchone()
    return CODEC.validate_python(row["body"]) if row else None


async def one_at(connection: Connection, project: str, month: str, at: datetime) -> Held | None:
    """What was answered at that time, None where nothing was."""
    given = {"project": project, "month": month, "at": at}
    row = await (await connection.execute(SQL["one_at"], given)).fetchone()
    return _held(row) if row else None


async def whole_at(connection: Connection, month: str, at: datetime) -> list[Held]:
    """What was answered of every project at that time."""
    rows = await connection.execute(SQL["bodies_at"], {"month": month, "at": at})
    return [_held(row) async for row in rows]


async def first(connection: Connection) -> datetime | None:
    """Since when answers are kept."""
    row = await (await connection.execute(SQL["first"])).fetchone()
    return row["since"] if row else None


async def history(connection: Connection, project: str, month: str, *, limit: int = 50) -> list[Held]:
    """A project's answers one after the other, the present one first."""
    given = {"project": project, "month": month, "limit": limit}
    return [_held(row) async for row in await connection.execute(SQL["history"], given)]


async def of_code(connection: Connection, code: str) -> str | None:
    """The ERP's id of the project that has or had this code."""
    row = await (await connection.execute(SQL["of_code"], {"code": code})).fetchone()
    return row["project"] if row else None


def _held(row: Mapping[str, Any]) -> Held:
    return Held(CODEC.validate_python(row["body"]), row["since"], row["until"])
