"""Questions, answers and comments on proposals as rows: written once, read in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.actor import Actor
from store.database import Connection
from store.queries import queries

SQL = queries("notes")


@dataclass(frozen=True)
class Note:
    """`kind` is question, answer (of the question `answers`) or comment."""

    id: int
    action: str
    kind: str
    answers: int | None
    text: str
    person: str
    person_name: str
    made_at: datetime


async def add(
    connection: Connection, actor: Actor, action: str, *, kind: str, text: str, answers: int | None = None
) -> int:
    """Write one note and return its id."""
    row = {
        "tenant": actor.tenant,
        "action": action,
        "kind": kind,
        "answers": answers,
        "text": text,
        "person": actor.person,
        "person_name": actor.name,
    }
    added = await (await connection.execute(SQL["add"], row)).fetchone()
    return int(added["id"]) if added else 0


async def of_actions(connection: Connection, actions: Sequence[str]) -> tuple[Note, ...]:
    """All notes on these actions (the versions of one proposal), oldest first."""
    rows = await connection.execute(SQL["of_actions"], {"actions": list(actions)})
    return tuple(Note(**row) for row in await rows.fetchall())


async def open_question(connection: Connection, actions: Sequence[str], question: int) -> bool | None:
    """Whether this question on one of these actions is still open; None when there is no such question."""
    row = await (await connection.execute(SQL["question"], {"id": question, "actions": list(actions)})).fetchone()
    return None if row is None else not row["answered"]


async def asked(connection: Connection, actions: Sequence[str]) -> frozenset[str]:
    """Those of the actions on which a question is open."""
    rows = await connection.execute(SQL["asked"], {"actions": list(actions)})
    return frozenset(row["action"] for row in await rows.fetchall())
