"""Conversations: a person's threads, their turns and messages, and the proposals that a turn waits for.

A thread belongs to one person; row security keeps tenants apart, and every query here that a person causes names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.actor import Actor
from domain.canonical import plain
from domain.errors import Conflict, CountersignError, NotFound
from store import audit
from store.database import Connection
from store.queries import queries

SQL = queries("threads")
ABANDONED_SECONDS = 600  # a turn that ran longer than this lost its process
TITLE_LENGTH = 80
TURNS_AT_ONCE = 4  # of one person, in all their conversations


class TurnRunning(Conflict):
    """This conversation is still answering the last message; wait for it to finish."""

    code = "turn_running"


class TooManyTurns(CountersignError):
    """You have several conversations being answered already; wait for one of them to finish."""

    code = "too_many_turns"
    status = 429


@dataclass(frozen=True)
class Thread:
    """A conversation of one person."""

    id: str
    person: str
    title: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Message:
    """What was said. `author` is person or agent; `blocks` are domain/blocks.py as JSON, `engine` the model's name."""

    id: int
    turn: str
    author: str
    text: str
    blocks: tuple[Mapping[str, Any], ...]
    created_at: datetime
    engine: str
    state: str


@dataclass(frozen=True)
class PastTurn:
    """An earlier turn as the next one may refer to it; `calls` hold tool name, arguments and typed facts."""

    id: str
    asked: str
    answered: tuple[Mapping[str, Any], ...]
    calls: tuple[Mapping[str, Any], ...]
    state: str


@dataclass(frozen=True)
class PastAnswer:
    """An answer with all that it was made of. `at` is when it was complete."""

    turn: str
    thread: str
    asked: str
    at: datetime
    state: str
    engine: str
    blocks: tuple[Mapping[str, Any], ...]
    calls: tuple[dict[str, Any], ...]
    trace: Mapping[str, Any]


@dataclass(frozen=True)
class WaitingTurn:
    """A turn that ended with a proposal; `told` is the action's state that the conversation heard last."""

    id: str
    thread: str
    person: str
    told: str


@dataclass(frozen=True)
class Outcome:
    """How a turn ended, and what an auditor may ask of it."""

    state: str
    engine: str
    blocks: tuple[Mapping[str, Any], ...]
    calls: tuple[Mapping[str, Any], ...]
    trace: Mapping[str, Any]
    actions: tuple[str, ...] = ()


async def create(connection: Connection, actor: Actor, title: str = "") -> Thread:
    """A new conversation of the actor."""
    facts = {"tenant": actor.tenant, "person": actor.person, "title": title[:TITLE_LENGTH]}
    row = await (await connection.execute(SQL["create"], facts)).fetchone()
    if row is None:
        raise NotFound
    await audit.append(connection, actor, "thread.created", f"thread:{row['id']}")
    return Thread(**row)


async def listing(connection: Connection, actor: Actor, *, limit: int = 50) -> list[Thread]:
    """The actor's conversations, the one last used first."""
    rows = await connection.execute(SQL["listing"], {"person": actor.person, "limit": limit})
    return [Thread(**row) for row in await rows.fetchall()]


async def search(connection: Connection, actor: Actor, text: str, *, limit: int = 50) -> list[Thread]:
    """The actor's conversations in whose title, questions or answers this text stands, the one last used first."""
    like = re.sub(r"([%_\\])", r"\\\1", " ".join(text.split()))  # exactly these characters
    facts = {"person": actor.person, "like": f"%{like}%", "limit": limit}
    rows = await connection.execute(SQL["search"], facts)
    return [Thread(**row) for row in await rows.fetchall()]


async def get(connection: Connection, actor: Actor, thread: str) -> Thread:
    """One conversation. Raises NotFound when it is not there or someone else's."""
    with suppress(ValueError):
        facts = {"thread": str(UUID(thread)), "person": actor.person}
        row = await (await connection.execute(SQL["get"], facts)).fetchone()
        if row is not None:
            return Thread(**row)
    raise NotFound("There is no such conversation, or it is someone else's.")


async def messages(connection: Connection, thread: str) -> list[Message]:
    """All that was said in a conversation, oldest first; call `get` before, which checks whose it is."""
    rows = await connection.execute(SQL["conversation"], {"thread": thread})
    return [Message(**(row | _tuples(row))) for row in await rows.fetchall()]


async def history(connection: Connection, thread: str, *, limit: int = 6) -> list[PastTurn]:
    """The last finished turns, oldest first."""
    rows = await (await connection.execute(SQL["history"], {"thread": thread, "limit": limit})).fetchall()
    return [
        PastTurn(row["id"], row["asked"] or "", tuple(row["answered"] or ()), tuple(row["calls"]), row["state"])
        for row in reversed(rows)
    ]


async def answer(connection: Connection, thread: str, turn: str) -> PastAnswer:
    """One answer of a conversation; call `get` before, which checks whose it is. Raises NotFound."""
    with suppress(ValueError):
        wanted = {"thread": str(UUID(thread)), "turn": str(UUID(turn))}
        row = await (await connection.execute(SQL["answer"], wanted)).fetchone()
        if row is not None:
            calls = tuple(call for call in row["calls"] if not call["refused"])
            fields: dict[str, Any] = {**row, "blocks": tuple(row["blocks"] or ()), "calls": calls}
            return PastAnswer(**fields)
    raise NotFound("There is no such answer in this conversation.")


async def begin(connection: Connection, actor: Actor, thread: str, text: str) -> str:
    """Note the person's message and open a turn; its id is the LangGraph thread of this turn alone.

    Raises NotFound for another person's thread, TurnRunning while an earlier message is still being answered,
    TooManyTurns while TURNS_AT_ONCE others of the person are.
    """
    opened = await _opened(connection, actor, thread, text)
    if opened is None:
        await get(connection, actor, thread)
        await connection.execute(SQL["abandon"], {"thread": thread, "seconds": ABANDONED_SECONDS})
        opened = await _opened(connection, actor, thread, text)
    if opened is None:
        answering = await (await connection.execute(SQL["answering"], {"thread": thread})).fetchone()
        raise TurnRunning if answering and answering["this"] else TooManyTurns
    return opened


async def _opened(connection: Connection, actor: Actor, thread: str, text: str) -> str | None:
    """A new turn's id; None where there cannot be one now."""
    with suppress(ValueError):
        facts = {
            "thread": str(UUID(thread)),
            "person": actor.person,
            "text": text,
            "title": " ".join(text.split())[:TITLE_LENGTH],
            "at_once": TURNS_AT_ONCE,
            "seconds": ABANDONED_SECONDS,
        }
        row = await (await connection.execute(SQL["begin"], facts)).fetchone()
        return row["id"] if row else None
    return None


async def finish(connection: Connection, actor: Actor, thread: str, turn: str, outcome: Outcome) -> None:
    """Close a turn with its answer. A turn that was given up meanwhile stays as it is and nothing is said."""
    facts = {
        "turn": turn,
        "state": outcome.state,
        "engine": outcome.engine,
        "calls": Jsonb(plain(outcome.calls)),
        "trace": Jsonb(plain(outcome.trace)),
        "blocks": Jsonb(plain(outcome.blocks)),
    }
    if await (await connection.execute(SQL["finish"], facts)).fetchone() is None:
        return
    for action in outcome.actions:
        await connection.execute(SQL["wait_for"], {"tenant": actor.tenant, "turn": turn, "action": action})
    noted = {"engine": outcome.engine, "tools": [call["name"] for call in outcome.calls], "actions": outcome.actions}
    await audit.append(connection, actor, f"turn.{outcome.state}", f"thread:{thread}", {**outcome.trace, **noted})


async def waiting(connection: Connection, action: str) -> list[WaitingTurn]:
    """The turns that wait for this action, locked until the transaction ends."""
    rows = await connection.execute(SQL["waiting"], {"action": action})
    return [WaitingTurn(**row) for row in await rows.fetchall()]


async def tell(
    connection: Connection,
    tenant: str,
    turn: WaitingTurn,
    *,
    action: str,
    state: str,
    blocks: Iterable[Mapping[str, Any]],
) -> bool:
    """Say in the conversation that the action is now in this state; False when it was already said."""
    facts = {"turn": turn.id, "action": action, "told": state}
    if await (await connection.execute(SQL["told"], facts)).fetchone() is None:
        return False
    said = {"tenant": tenant, "thread": turn.thread, "turn": turn.id, "blocks": Jsonb(plain(tuple(blocks)))}
    await connection.execute(SQL["say"], said)
    await connection.execute(SQL["touch"], {"thread": turn.thread, "title": ""})
    return True


async def wait_for(connection: Connection, tenant: str, turn: str, action: str) -> None:
    """The turn waits for this action too: the version that replaced the one it ended with."""
    await connection.execute(SQL["wait_for"], {"tenant": tenant, "turn": turn, "action": action})


async def settle(connection: Connection, turn: str) -> None:
    """The turn waits for nothing more."""
    await connection.execute(SQL["settle"], {"turn": turn})


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"blocks": tuple(row["blocks"])}
