"""Monitors as rows: whose, of which kind, how far each has looked; and the digests that were made for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from domain.findings import Readiness
from store.database import Connection
from store.queries import queries
from store.results import CODEC

SQL = queries("monitors")
KEPT = 30  # digests of a person


@dataclass(frozen=True)
class Monitor:
    """One person's monitor of one kind. `seen` and `seen_project` say up to which answer it has looked."""

    id: str
    person: str
    kind: str
    switched_on: bool
    switched_at: datetime
    seen: datetime | None = None
    seen_project: str = ""
    whole_at: datetime | None = None
    ran_at: datetime | None = None
    problem: str = ""


@dataclass(frozen=True)
class Answered:
    """A project's answer as kept, and since when it holds."""

    project: str
    since: datetime
    readiness: Readiness


@dataclass(frozen=True)
class Digest:
    """What a person was told; `blocks` are JSON of domain/blocks.py."""

    id: int
    made_at: datetime
    blocks: Sequence[Mapping[str, Any]]


async def switch(connection: Connection, tenant: str, person: str, kind: str, *, on: bool) -> str | None:
    """Switch a person's monitor on or off; its id, or None when it was so already."""
    given = {"tenant": tenant, "person": person, "kind": kind, "on": on}
    row = await (await connection.execute(SQL["switch"], given)).fetchone()
    return row["id"] if row else None


async def of_person(connection: Connection, person: str) -> tuple[Monitor, ...]:
    """A person's monitors, on or off."""
    rows = await (await connection.execute(SQL["of_person"], {"person": person})).fetchall()
    return tuple(Monitor(**row) for row in rows)


async def switched_on(connection: Connection) -> tuple[Monitor, ...]:
    """The tenant's monitors that are on, those that waited longest first."""
    return tuple(Monitor(**row) for row in await (await connection.execute(SQL["on"])).fetchall())


async def ran(connection: Connection, monitor: Monitor) -> None:
    """Remember how far it has come; one that was switched meanwhile begins anew."""
    given = {
        "id": monitor.id,
        "at": monitor.ran_at,
        "problem": monitor.problem,
        "seen": monitor.seen,
        "seen_project": monitor.seen_project,
        "whole_at": monitor.whole_at,
        "switched_at": monitor.switched_at,
    }
    await connection.execute(SQL["ran"], given)


async def add_digest(connection: Connection, tenant: str, person: str, blocks: Sequence[Mapping[str, Any]]) -> int:
    """Keep a digest, and drop the oldest beyond KEPT; returns its id."""
    given = {"tenant": tenant, "person": person, "blocks": Jsonb(list(blocks))}
    row = await (await connection.execute(SQL["add_digest"], given)).fetchone()
    await connection.execute(SQL["drop_digests"], {"person": person, "keep": KEPT})
    return int(row["id"]) if row else 0


async def digests(connection: Connection, person: str, *, limit: int = KEPT) -> tuple[Digest, ...]:
    """A person's digests, newest first."""
    rows = await (await connection.execute(SQL["digests"], {"person": person, "limit": limit})).fetchall()
    return tuple(Digest(**row) for row in rows)


async def changed(connection: Connection, seen: datetime | None, after: str, *, limit: int) -> tuple[Answered, ...]:
    """The answers that hold since later than `seen` (and after this project, of the same moment), oldest first."""
    given = {"seen": seen, "after": after, "limit": limit}
    rows = await (await connection.execute(SQL["changed"], given)).fetchall()
    return tuple(Answered(row["project"], row["since"], CODEC.validate_python(row["body"])) for row in rows)


async def became(connection: Connection, since: datetime, *, limit: int) -> list[dict[str, Any]]:
    """Projects whose answer changed since, that hold money back or have it ready, the most money first."""
    return await (await connection.execute(SQL["became"], {"since": since, "limit": limit})).fetchall()


async def alike(connection: Connection, action_type: str, arguments_digest: str) -> list[str]:
    """Actions of this type with these arguments that are under way or that people or time settled without a write."""
    given = {"type": action_type, "arguments_digest": arguments_digest}
    return await _ids(connection, "alike", given)


async def proposed(connection: Connection, person: str, since: datetime) -> list[str]:
    """What the person's monitors proposed since."""
    return await _ids(connection, "proposed", {"person": person, "since": since})


async def settled(connection: Connection, person: str, since: datetime) -> list[str]:
    """The person's proposals that came to an end since."""
    return await _ids(connection, "settled", {"person": person, "since": since})


async def _ids(connection: Connection, name: str, given: Mapping[str, Any]) -> list[str]:
    return [row["id"] for row in await (await connection.execute(SQL[name], given)).fetchall()]
