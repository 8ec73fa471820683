"""How long time took to be billed, kept as sums by project and month, and worked out anew for whoever was judged anew.

What a day of waiting is, policies/time_to_bill.py says; a property test holds these sums against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from domain.canonical import plain
from domain.records import Project
from store.database import Connection
from store.queries import queries

SQL = queries("passed")


@dataclass(frozen=True)
class Stretch:
    """Work of which days, inclusive, and as of when."""

    since: date
    until: date
    today: date


async def waiting(connection: Connection) -> int:
    """Of how many projects the sums are due."""
    row = await (await connection.execute(SQL["waiting"])).fetchone()
    return int(row["count"]) if row else 0


async def take(connection: Connection, limit: int) -> list[str]:
    """Take some projects off the list; they come back if this transaction fails."""
    return [row["project"] async for row in await connection.execute(SQL["take"], {"limit": limit})]


async def sums(
    connection: Connection, projects: Sequence[Project], approved: Mapping[str, date], stretch: Stretch
) -> list[dict[str, Any]]:
    """By project and month of the work, of those that are billed by time; the columns of time_passed but the tenant.

    `approved`: the day of approval by the subject of its report, such as CLD-UKI-1004/Lena Ortiz/2026-W31.
    """
    mine = [project for project in projects if project.billing == "timesheet"]
    under = [
        (project.id, key)
        for project in mine
        for key in (f"project:{project.id}", *(f"contract:{id_}" for id_ in project.contract_ids))
    ]
    given = {
        **vars(stretch),
        "projects": [project.id for project in mine],
        "labels": [project.code or project.name for project in mine],
        "owners": [project for project, _ in under],
        "keys": [key for _, key in under],
        "approved": Jsonb(plain(approved)),
    }
    return [dict(row) async for row in await connection.execute(SQL["sums"], given)] if mine else []


async def put(connection: Connection, tenant: str, projects: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep these sums, and no others of these projects."""
    await connection.execute(SQL["forget"], {"projects": list(projects)})
    await connection.execute(SQL["put"], {"tenant": tenant, "rows": Jsonb(plain(rows))})


async def grouped(
    connection: Connection, by: str, months: tuple[str, str], projects: Sequence[str] | None
) -> list[dict[str, Any]]:
    """The kept sums of the months from the first to the last, by practice, region, customer, project or month.

    `projects` are the ERP's ids, None for all; the key is empty where the project has none. What waits is parted by
    whether a prerequisite holds the project back.
    """
    wanted = None if projects is None else list(projects)
    given = {"by": by, "first": months[0], "last": months[1], "projects": wanted}
    return [dict(row) async for row in await connection.execute(SQL["grouped"], given)]


async def keys(connection: Connection, by: str, projects: Sequence[str] | None) -> dict[str, tuple[str, bool]]:
    """Under what each project is counted (empty by month), and whether a prerequisite holds it back."""
    given = {"by": by, "projects": None if projects is None else list(projects)}
    return {row["project"]: (row["key"], row["held"]) async for row in await connection.execute(SQL["keys"], given)}
