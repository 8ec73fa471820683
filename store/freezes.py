"""Freezes as rows: an attempt to write and a freeze exclude each other, so that nothing begins after its commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actor import Actor
from domain.errors import ExecutionFrozen, NotFound
from store.database import Connection
from store.queries import queries

SQL = queries("freezes")
THAW = "execution.thaw"  # the one type of action that no freeze stops


@dataclass(frozen=True)
class Freeze:
    """A stop of everything (`type` None) or of one type of action; `thaw` is the action that ended it."""

    id: str
    type: str | None
    reason: str
    person: str
    person_name: str
    frozen_at: datetime
    thaw: str | None
    thawed_at: datetime | None


async def add(connection: Connection, actor: Actor, action_type: str | None, reason: str) -> str | None:
    """Freeze, once the attempts that are just beginning have committed; None when it is frozen already."""
    row = {
        "tenant": actor.tenant,
        "type": action_type,
        "reason": reason,
        "person": actor.person,
        "person_name": actor.name,
    }
    added = await (await connection.execute(SQL["add"], row)).fetchone()
    return added["id"] if added else None


async def listing(connection: Connection, *, thawed: bool = False) -> tuple[Freeze, ...]:
    """The freezes in force, the newest first; with `thawed` those that ended, too."""
    rows = await (await connection.execute(SQL["listing"], {"all": thawed})).fetchall()
    return tuple(Freeze(**row) for row in rows)


async def get(connection: Connection, freeze: str) -> Freeze:
    """One freeze. Raises NotFound."""
    try:
        key = UUID(freeze)
    except ValueError:
        raise NotFound from None
    row = await (await connection.execute(SQL["one"], {"id": key})).fetchone()
    if row is None:
        raise NotFound
    return Freeze(**row)


async def must_flow(connection: Connection, tenant: str, action_type: str) -> None:
    """Hold off freezes until this transaction ends. Raises ExecutionFrozen when one covers this type of action."""
    if action_type == THAW:
        return
    await connection.execute(SQL["hold"], {"tenant": tenant})
    row = await (await connection.execute(SQL["covering"], {"type": action_type})).fetchone()
    if row is not None:
        raise ExecutionFrozen


async def thaw(connection: Connection, freeze: str, action: str) -> bool:
    """End a freeze by an approved action that is being carried out; False when it had ended. For the worker alone."""
    row = await (await connection.execute(SQL["thaw"], {"id": freeze, "action": action})).fetchone()
    return row is not None


async def thawed_by(connection: Connection, action: str) -> Freeze | None:
    """The freeze that this action ended."""
    row = await (await connection.execute(SQL["thawed_by"], {"action": action})).fetchone()
    return Freeze(**row) if row else None
