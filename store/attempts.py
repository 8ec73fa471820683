"""Attempts to write, one row each from before the ERP is called; and what people said where none of them could tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from domain.actions import Action
from domain.actor import Actor
from domain.attempts import Attempt, Outcome, Resolution
from domain.errors import Conflict
from store.database import Connection
from store.jobs import EXECUTE
from store.queries import queries

SQL = queries("attempts")
ATTEMPT = TypeAdapter(Attempt)
MAX_DETAIL = 4000


@dataclass(frozen=True)
class Stranded:
    """An action that went no further: its last attempt, and how often its job was tried if that died."""

    action: str
    outcome: str | None
    detail: str | None
    begun: datetime | None
    ended: datetime | None
    job_attempts: int | None


async def begin(connection: Connection, action: Action, worker: str, lease: timedelta) -> datetime:
    """Note the attempt that `action.attempt` counts as begun; returns until when its write may begin in the ERP."""
    row = {
        "tenant": action.tenant,
        "action": action.id,
        "attempt": action.attempt,
        "worker": worker,
        "lease": lease,
    }
    found = await (await connection.execute(SQL["begin"], row)).fetchone()
    if found is None:
        raise Conflict("The attempt was not noted.")
    return found["lease_until"]


async def end(connection: Connection, action: Action, outcome: Outcome, detail: str = "") -> None:
    """Say what became of the action's last attempt; what was said before stands, unless it was no answer."""
    row = {
        "action": action.id,
        "attempt": action.attempt,
        "outcome": outcome.value,
        "detail": detail[:MAX_DETAIL],
    }
    await connection.execute(SQL["end"], row)


async def of_action(connection: Connection, action_id: str) -> tuple[Attempt, ...]:
    """All attempts of an action, the first one first."""
    rows = await (await connection.execute(SQL["of_action"], {"action": action_id})).fetchall()
    return tuple(ATTEMPT.validate_python(row) for row in rows)


async def age(connection: Connection, action: Action) -> timedelta:
    """How long ago, by the database's clock, the action's last attempt began. Raises Conflict when there is none."""
    key = {"action": action.id, "attempt": action.attempt}
    row = await (await connection.execute(SQL["age"], key)).fetchone()
    if row is None:
        raise Conflict("The action's last attempt is not known.")
    return row["age"]


async def in_vain(connection: Connection, action_id: str) -> int:
    """How many attempts ended without an answer and without effect, since a person last had it tried again."""
    row = await (await connection.execute(SQL["vain"], {"action": action_id})).fetchone()
    return row["count"] if row else 0


async def resolve(connection: Connection, action: Action, actor: Actor, verdict: str, reason: str) -> bool:
    """Write a person's word on the action as it stands; False if someone was faster."""
    row = {
        "tenant": action.tenant,
        "action": action.id,
        "attempt": action.attempt,
        "state": action.state.value,
        "verdict": verdict,
        "person": actor.person,
        "person_name": actor.name,
        "reason": reason,
    }
    return await (await connection.execute(SQL["resolve"], row)).fetchone() is not None


async def resolutions(connection: Connection, action_id: str) -> tuple[Resolution, ...]:
    """What people said of the action, the earliest first."""
    rows = await (await connection.execute(SQL["resolutions"], {"action": action_id})).fetchall()
    return tuple(Resolution(**row) for row in rows)


async def stranded(connection: Connection, stuck: timedelta, *, limit: int = 200) -> tuple[Stranded, ...]:
    """Actions that wait for a person because nothing carries them further, or that stand still for `stuck`."""
    wanted = {"task": EXECUTE, "stuck": stuck, "limit": limit}
    rows = await (await connection.execute(SQL["dead_letters"], wanted)).fetchall()
    return tuple(Stranded(row.pop("id"), **row) for row in rows)
