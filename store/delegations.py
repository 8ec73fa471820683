"""Delegations as rows: made once, ended once, never edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.actor import Actor
from domain.errors import NotFound
from domain.money import Money
from store.database import Connection
from store.queries import queries

SQL = queries("delegations")


@dataclass(frozen=True)
class Delegation:
    """`delegate` decides in `delegator`'s place on these types (none: all), up to the limit (None: the delegator's)."""

    id: str
    delegator: str
    delegator_name: str
    delegate: str
    delegate_name: str
    from_at: datetime
    until_at: datetime
    types: tuple[str, ...]
    approval_limit: Money | None
    reason: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    in_force: bool


async def add(
    connection: Connection,
    delegator: Actor,
    delegate: Actor,
    *,
    from_at: datetime,
    until_at: datetime,
    types: Sequence[str],
    limit: Money | None,
    reason: str,
) -> Delegation:
    """Write a delegation and return it."""
    row = {
        "tenant": delegator.tenant,
        "delegator": delegator.person,
        "delegator_name": delegator.name,
        "delegate": delegate.person,
        "delegate_name": delegate.name,
        "from_at": from_at,
        "until_at": until_at,
        "types": list(types),
        "approval_limit": limit.amount if limit else None,
        "reason": reason,
    }
    added = await (await connection.execute(SQL["add"], row)).fetchone()
    return await get(connection, added["id"] if added else "")


async def get(connection: Connection, delegation: str) -> Delegation:
    """One delegation. Raises NotFound."""
    row = await (await connection.execute(SQL["one"], {"id": _key(delegation)})).fetchone()
    if row is None:
        raise NotFound
    return _delegation(row)


async def listing(connection: Connection, person: str | None = None) -> tuple[Delegation, ...]:
    """All delegations, or those of and to one person; the one that lasts longest first."""
    rows = await (await connection.execute(SQL["listing"], {"person": person})).fetchall()
    return tuple(map(_delegation, rows))


async def covering(
    connection: Connection,
    delegate: str,
    *,
    delegator: str | None = None,
    action_type: str | None = None,
    at: datetime | None = None,
) -> tuple[Delegation, ...]:
    """What this person may decide in others' (or one other's) place at a moment (now), the widest first; a delegation
    that was ended since does not count for the past either.
    """
    wanted = {"delegate": delegate, "delegator": delegator, "type": action_type, "at": at}
    rows = await (await connection.execute(SQL["covering"], wanted)).fetchall()
    return tuple(map(_delegation, rows))


async def end(connection: Connection, delegation: str, person: str) -> bool:
    """End it now; False when it had ended."""
    row = await (await connection.execute(SQL["end"], {"id": _key(delegation), "person": person})).fetchone()
    return row is not None


def _key(delegation: str) -> UUID:
    try:
        return UUID(delegation)
    except ValueError:
        raise NotFound from None


def _delegation(row: Mapping[str, Any]) -> Delegation:
    limit, currency = row["approval_limit"], row["base_currency"].strip()
    kept: dict[str, Any] = {key: value for key, value in row.items() if key != "base_currency"}
    kept |= {"types": tuple(row["types"]), "approval_limit": None if limit is None else Money(limit, currency)}
    return Delegation(**kept)
