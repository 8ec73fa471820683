"""Waivers as rows: which rule does not hold back which project, until when, and by which approved action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.findings import Waiver
from domain.money import Money
from store.database import Connection
from store.queries import queries

SQL = queries("waivers")


@dataclass(frozen=True)
class WaiverRow:
    """A waiver as it was made; `amount` is what the rule held back when it was proposed."""

    id: str
    project: str
    rule: str
    until: date
    reason: str
    amount: Money
    made_at: datetime
    by: str

    @property
    def waiver(self) -> Waiver:
        """What readiness needs of it."""
        return Waiver(self.rule, self.project, self.until, self.reason, self.by, self.id)


async def in_force(connection: Connection, on: date, *, project: str | None = None) -> tuple[WaiverRow, ...]:
    """The waivers of the tenant (or of one project, by its id in the ERP) that hold on a day."""
    rows = await (await connection.execute(SQL["in_force"], {"on": on, "project": project})).fetchall()
    return tuple(map(_row, rows))


async def latest(connection: Connection, project: str, rule: str) -> WaiverRow | None:
    """The newest of a project and rule that nobody ended, expired or not."""
    row = await (await connection.execute(SQL["latest"], {"project": project, "rule": rule})).fetchone()
    return None if row is None else _row(row)


async def one(connection: Connection, waiver: str) -> tuple[WaiverRow, bool] | None:
    """One waiver by its action, and whether it was ended; None when there is none."""
    row = await (await connection.execute(SQL["one"], {"id": waiver})).fetchone()
    return None if row is None else (_row(row), bool(row["ended"]))


async def add(connection: Connection, action: str, arguments: Mapping[str, Any]) -> None:
    """Make a waiver in the name of the action that is being carried out. For the worker's role alone."""
    given = {name: arguments[name] for name in ("rule", "until", "reason", "amount", "currency")}
    await connection.execute(SQL["add"], {**given, "id": action, "project": arguments["project_id"]})


async def end(connection: Connection, waiver: str, action: str) -> bool:
    """End a waiver by the action that is being carried out; False when it had ended. For the worker's role alone."""
    row = await (await connection.execute(SQL["end"], {"id": waiver, "action": action})).fetchone()
    return row is not None


async def ended_by(connection: Connection, action: str) -> str | None:
    """The waiver that this action ended."""
    row = await (await connection.execute(SQL["ended_by"], {"action": action})).fetchone()
    return row["id"] if row else None


def _row(row: Mapping[str, Any]) -> WaiverRow:
    return WaiverRow(
        row["id"],
        row["project"],
        row["rule"],
        row["until"],
        row["reason"],
        Money(Decimal(row["amount"]), row["currency"]),
        row["made_at"],
        row["by"] or "",
    )
