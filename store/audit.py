"""The audit log: who did what, on whose behalf and why, committed together with what it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from domain.actor import Actor
from domain.canonical import plain
from store.database import Connection
from store.queries import queries

SQL = queries("audit")


async def append(
    connection: Connection, actor: Actor, event: str, subject: str, facts: Mapping[str, Any] | None = None
) -> None:
    """Write one entry in the caller's transaction.

    `event` is dotted ("action.approved"), `subject` names the thing ("action:<id>", "document:<id>"). `facts` hold
    identifiers, digests and reasons; never document text, secrets or tokens.
    """
    await connection.execute(
        SQL["append"],
        {
            "tenant": actor.tenant,
            "person": actor.person,
            "agent_run": actor.agent_run,
            "event": event,
            "subject": subject,
            "facts": Jsonb(plain(facts or {})),
        },
    )


async def newest(connection: Connection, *, before: int = 2**62, limit: int = 100) -> list[dict[str, Any]]:
    """Entries of the tenant, newest first, those with an id below `before`."""
    return await (await connection.execute(SQL["newest"], {"before": before, "limit": limit})).fetchall()


async def of_subject(connection: Connection, subject: str) -> list[dict[str, Any]]:
    """The entries on one subject, oldest first."""
    return await (await connection.execute(SQL["of_subject"], {"subject": subject})).fetchall()
