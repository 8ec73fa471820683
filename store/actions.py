"""Actions and decisions as rows: written once, moved along their states under a lock, never edited."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from domain.actions import Action, ActionState, Decision, FieldChange, Image, Intent, PolicyVerdict
from domain.actor import Actor, Role
from domain.canonical import digest, plain
from domain.errors import Conflict, NotFound
from domain.money import Money
from domain.source import Source
from store import freezes
from store.database import Connection
from store.queries import queries

SQL = queries("actions")
INTENT = TypeAdapter(Intent)
IMAGE = TypeAdapter(Image)
VERDICT = TypeAdapter(PolicyVerdict)
CHANGES = TypeAdapter(tuple[FieldChange, ...])
SOURCE = TypeAdapter(Source)
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def insert(connection: Connection, action: Action, arguments_digest: str) -> bool:
    """Write a new action; False if an identical one is under way."""
    row = {
        "tenant": action.tenant,
        "id": action.id,
        "type": action.type,
        "state": action.state.value,
        "intent": Jsonb(plain(action.intent)),
        "arguments_digest": arguments_digest,
        "digest": action.digest,
        "before": Jsonb(plain(action.before)),
        "changes": Jsonb(plain(action.changes)),
        "verdict": Jsonb(plain(action.verdict)),
        "proposer": action.proposer,
        "proposer_name": action.proposer_name,
        "agent_run": action.agent_run,
        "created_at": action.created_at,
        "expires_at": action.expires_at,
        "problem": action.problem,
        "version": action.version,
        "previous": action.previous,
        "editor": action.editor,
        "editor_name": action.editor_name,
        "compensates": action.compensates,
        "touched": list(action.touched),
    }
    return await (await connection.execute(SQL["insert"], row)).fetchone() is not None


async def open_twin(connection: Connection, action_type: str, arguments_digest: str) -> str | None:
    """The id of the action under way with the same arguments, if there is one."""
    key = {"type": action_type, "arguments_digest": arguments_digest}
    row = await (await connection.execute(SQL["open_twin"], key)).fetchone()
    return str(row["id"]) if row else None


def arguments_digest(action: Action) -> str:
    """What makes two actions the same change: their type and arguments."""
    return intent_digest(action.intent)


def intent_digest(intent: Intent) -> str:
    """The same of what is not proposed yet; its arguments must be normalised."""
    return digest({"type": intent.action_type, "arguments": intent.arguments})


async def get(connection: Connection, action_id: str) -> Action:
    """One action with its decisions. Raises NotFound."""
    return await _one(connection, "get", action_id)


async def lock(connection: Connection, action_id: str) -> Action:
    """Like `get`, and nobody else can move the action until this transaction ends."""
    # Read only once it is locked: whoever held it may have made a successor, which this statement would not see.
    await connection.execute(SQL["lock"], {"id": _key(action_id)})
    return await _one(connection, "get", action_id)


async def versions(connection: Connection, action_id: str) -> tuple[Action, ...]:
    """All versions of the proposal that this action is one of, oldest first. Raises NotFound."""
    found = await (await connection.execute(SQL["versions"], {"id": _key(action_id)})).fetchall()
    if not found:
        raise NotFound("There is no such action.")
    return await some(connection, [str(row["id"]) for row in found])


async def some(connection: Connection, ids: Sequence[str]) -> tuple[Action, ...]:
    """The actions with these ids that there are, by version."""
    keys = [UUID(one) for one in ids if UUID_FORM.fullmatch(one)]
    rows = await (await connection.execute(SQL["by_ids"], {"ids": keys})).fetchall()
    decisions = await _decisions(connection, [row["id"] for row in rows])
    return tuple(_action(row, decisions.get(row["id"], ())) for row in rows)


async def last_write(connection: Connection) -> datetime | None:
    """When the worker last touched the ERP for this tenant; what was read of the ERP before may be out of date."""
    row = await (await connection.execute(SQL["last_write"])).fetchone()
    return row["at"] if row else None


async def listing(
    connection: Connection,
    states: Sequence[ActionState] | None = None,
    *,
    proposer: str | None = None,
    thread: str | None = None,
    project: str | None = None,
    before: datetime | None = None,
    limit: int = 100,
    brief: bool = False,
) -> tuple[Action, ...]:
    """Actions, newest first, narrowed by whatever is given; `before`: only those proposed earlier.

    In `brief` they are without arguments, origins, images, and changes of more than 4,000 bytes: for lists of many,
    not to act on.
    """
    wanted = {
        "states": None if states is None else [state.value for state in states],
        "proposer": proposer,
        "thread": thread,
        "project": project,
        "before": before,
        "limit": limit,
        "brief": brief,
    }
    rows = await (await connection.execute(SQL["listing"], wanted)).fetchall()
    decisions = await _decisions(connection, [row["id"] for row in rows])
    return tuple(_action(row, decisions.get(row["id"], ())) for row in rows)


async def moved(
    connection: Connection,
    since: datetime,
    *,
    states: Sequence[ActionState] | None = None,
    proposer: str | None = None,
    limit: int = 20,
) -> tuple[Action, ...]:
    """Actions whose state changed since, the latest change first; those that a newer version replaced are left out."""
    named = None if states is None else [state.value for state in states]
    wanted = {"since": since, "states": named, "proposer": proposer, "limit": limit}
    rows = await (await connection.execute(SQL["moved"], wanted)).fetchall()
    decisions = await _decisions(connection, [row["id"] for row in rows])
    return tuple(_action(row, decisions.get(row["id"], ())) for row in rows)


async def counts(connection: Connection) -> dict[str, int]:
    """How many actions are in each state."""
    rows = await (await connection.execute(SQL["counts"])).fetchall()
    return {row["state"]: row["count"] for row in rows}


async def decide(
    connection: Connection,
    action: Action,
    actor: Actor,
    *,
    verdict: str,
    reason: str,
    step: int,
    on_behalf_of: Actor | None = None,
) -> None:
    """Write one person's decision on the action's digest; a delegate's names whom they stand in for."""
    row = {
        "tenant": action.tenant,
        "action": action.id,
        "person": actor.person,
        "person_name": actor.name,
        "verdict": verdict,
        "reason": reason,
        "digest": action.digest,
        "step": step,
        "on_behalf_of": on_behalf_of.person if on_behalf_of else None,
        "on_behalf_of_name": on_behalf_of.name if on_behalf_of else "",
    }
    await connection.execute(SQL["decide"], row)


async def move(
    connection: Connection,
    action: Action,
    state: ActionState,
    *,
    problem: str = "",
    record: Source | None = None,
    after: Image | None = None,
) -> None:
    """Move the action on from the state and attempt in which it was read. Raises Conflict if someone was faster."""
    row = {
        "id": action.id,
        "earlier": action.state.value,
        "attempt": action.attempt,
        "state": state.value,
        "problem": problem,
        "record": Jsonb(plain(record)) if record else None,
        "after": Jsonb(plain(after)) if after else None,
    }
    query = SQL["move_written"] if record or after else SQL["move"]
    if await (await connection.execute(query, row)).fetchone() is None:
        raise Conflict("The action moved on in the meantime.")


async def begin_attempt(connection: Connection, action: Action) -> int:
    """Make an approved action `executing`; returns the attempt's number. Raises ExecutionFrozen, or Conflict if
    someone was faster.
    """
    await freezes.must_flow(connection, action.tenant, action.type)
    key = {"id": action.id, "attempt": action.attempt}
    row = await (await connection.execute(SQL["begin_attempt"], key)).fetchone()
    if row is None:
        raise Conflict("The action is not approved any more.")
    return row["attempt"]


async def unfinished(connection: Connection, idle: timedelta) -> list[str]:
    """Actions that a worker should look at again: begun and not settled, or approved and not picked up for `idle`."""
    return [row["id"] for row in await (await connection.execute(SQL["unfinished"], {"idle": idle})).fetchall()]


async def people(connection: Connection, tenant: str, ids: Sequence[str]) -> dict[str, Actor]:
    """The people with these ids as they are now; who is no longer active has no role."""
    rows = await (await connection.execute(SQL["people"], {"ids": list(ids)})).fetchall()
    return {row["id"]: _actor(tenant, row) for row in rows}


def _key(action_id: str) -> UUID:
    try:
        return UUID(action_id)
    except ValueError:
        raise NotFound("There is no such action.") from None


async def _one(connection: Connection, query: str, action_id: str) -> Action:
    key = _key(action_id)
    row = await (await connection.execute(SQL[query], {"id": key})).fetchone()
    if row is None:
        raise NotFound(f"There is no action {action_id}.")
    return _action(row, (await _decisions(connection, [key])).get(key, ()))


async def _decisions(connection: Connection, ids: list[UUID]) -> dict[UUID, tuple[Decision, ...]]:
    found: dict[UUID, tuple[Decision, ...]] = {}
    for row in await (await connection.execute(SQL["decisions"], {"ids": ids})).fetchall():
        action = row.pop("action")
        found[action] = (*found.get(action, ()), Decision(**row))
    return found


def _action(row: Mapping[str, Any], decisions: tuple[Decision, ...]) -> Action:
    return Action(
        id=str(row["id"]),
        tenant=row["tenant"],
        type=row["type"],
        state=ActionState(row["state"]),
        intent=INTENT.validate_python(row["intent"]),
        digest=row["digest"],
        before=IMAGE.validate_python(row["before"]),
        verdict=VERDICT.validate_python(row["verdict"]),
        proposer=row["proposer"],
        proposer_name=row["proposer_name"],
        agent_run=row["agent_run"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        changes=CHANGES.validate_python(row["changes"]),
        decisions=decisions,
        after=IMAGE.validate_python(row["after"]) if row["after"] else None,
        record=SOURCE.validate_python(row["record"]) if row["record"] else None,
        problem=row["problem"],
        updated_at=row["updated_at"],
        attempt=row["attempt"],
        overdue=row["overdue"],
        version=row["version"],
        previous=_name(row["previous"]),
        successor=_name(row["successor"]),
        editor=row["editor"],
        editor_name=row["editor_name"],
        compensates=_name(row["compensates"]),
        touched=tuple(row["touched"]),
        reminded_at=row["reminded_at"],
        escalated_at=row["escalated_at"],
    )


def _name(key: UUID | None) -> str | None:
    return None if key is None else str(key)


def _actor(tenant: str, row: Mapping[str, Any]) -> Actor:
    limit = row["approval_limit"]
    return Actor(
        tenant=tenant,
        person=row["id"],
        name=row["name"],
        roles=frozenset(Role(role) for role in row["roles"]),
        approval_limit=None if limit is None else Money(limit, row["base_currency"].strip()),
    )
