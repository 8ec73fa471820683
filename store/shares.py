"""Conversations shown to colleagues: who may look at which, and which tools each of their answers came from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.actor import Actor
from domain.errors import NotFound
from store import audit
from store.database import Connection
from store.queries import queries

SQL = queries("shares")


@dataclass(frozen=True)
class Reader:
    """A person to whom a conversation is shown."""

    person: str
    name: str
    shared_at: datetime


@dataclass(frozen=True)
class Shown:
    """Someone else's conversation that was shown to a person; `owner` is the name of whose it is."""

    id: str
    person: str
    title: str
    created_at: datetime
    updated_at: datetime
    owner: str


async def share(connection: Connection, actor: Actor, thread: str, person: str) -> bool:
    """Show the actor's own conversation to a person of the firm; False when it is shown to them already.

    The caller has made sure that the conversation is the actor's, and who the person is.
    """
    given = {"tenant": actor.tenant, "thread": thread, "person": person}
    if await (await connection.execute(SQL["share"], given)).fetchone() is None:
        return False
    await audit.append(connection, actor, "thread.shared", f"thread:{thread}", {"with": person})
    return True


async def end(connection: Connection, actor: Actor, thread: str, person: str) -> bool:
    """Show it to them no longer; False when it was not shown to them."""
    if await (await connection.execute(SQL["end"], _ids(thread, person))).fetchone() is None:
        return False
    await audit.append(connection, actor, "thread.share_ended", f"thread:{thread}", {"with": person})
    return True


async def readers(connection: Connection, thread: str) -> list[Reader]:
    """To whom a conversation is shown now, by name."""
    rows = await connection.execute(SQL["readers"], {"thread": thread})
    return [Reader(**row) for row in await rows.fetchall()]


async def listing(connection: Connection, person: str, *, limit: int = 20) -> list[Shown]:
    """What is shown to this person, the one last used first."""
    rows = await connection.execute(SQL["listing"], {"person": person, "limit": limit})
    return [Shown(**row) for row in await rows.fetchall()]


async def get(connection: Connection, person: str, thread: str) -> Shown:
    """A conversation that is shown to this person. Raises NotFound."""
    row = await (await connection.execute(SQL["one"], _ids(thread, person))).fetchone()
    if row is None:
        raise NotFound("There is no such conversation, or it is someone else's.")
    return Shown(**row)


async def tools(connection: Connection, thread: str) -> dict[str, frozenset[str]]:
    """The names of the tools that each turn of a conversation called, by the turn's id."""
    rows = await connection.execute(SQL["tools"], {"thread": thread})
    return {row["turn"]: frozenset(row["tools"]) for row in await rows.fetchall()}


def _ids(thread: str, person: str) -> dict[str, str]:
    with suppress(ValueError):
        return {"thread": str(UUID(thread)), "person": str(UUID(person))}
    raise NotFound("There is no such conversation or person.")
