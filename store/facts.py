"""Reports of other systems as rows: never changed, and read as the newest of each subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from domain.actor import Actor
from domain.canonical import plain
from domain.facts import FactKind, OutsideFact
from store.database import Connection
from store.queries import queries

SQL = queries("facts")
ROWS_AT_ONCE = 2000


async def record(connection: Connection, actor: Actor, facts: Sequence[OutsideFact]) -> int:
    """Write reports and return how many were new; one that is known word for word is not written again."""
    written = 0
    for start in range(0, len(facts), ROWS_AT_ONCE):
        rows = [_row(fact) for fact in facts[start : start + ROWS_AT_ONCE]]
        parameters = {"tenant": actor.tenant, "person": actor.person, "facts": Jsonb(rows)}
        written += (await connection.execute(SQL["record"], parameters)).rowcount
    return written


async def newest(connection: Connection, *kinds: FactKind) -> tuple[OutsideFact, ...]:
    """The newest report of each system on every subject, of these kinds or of all, ordered by kind, subject, system."""
    wanted = {"kinds": [kind.value for kind in kinds] or None}
    return tuple(_fact(row) for row in await (await connection.execute(SQL["newest"], wanted)).fetchall())


async def known(connection: Connection, facts: Sequence[OutsideFact]) -> tuple[bool, ...]:
    """Which of these reports are there already, word for word."""
    found: set[int] = set()
    for start in range(0, len(facts), ROWS_AT_ONCE):
        rows = [_row(fact) | {"place": start + at} for at, fact in enumerate(facts[start : start + ROWS_AT_ONCE])]
        cursor = await connection.execute(SQL["known"], {"facts": Jsonb(rows)})
        found |= {row["place"] for row in await cursor.fetchall()}
    return tuple(at in found for at in range(len(facts)))


async def around(connection: Connection, heads: Sequence[str], *, limit: int = 200) -> tuple[OutsideFact, ...]:
    """All reports about these subjects or what stands below them, newest first, superseded ones too."""
    rows = await (await connection.execute(SQL["around"], {"heads": list(heads), "limit": limit})).fetchall()
    return tuple(_fact(row) for row in rows)


async def newest_of(
    connection: Connection, heads: Sequence[str], kind: FactKind | None = None
) -> tuple[OutsideFact, ...]:
    """The newest report of each system on every subject whose part before the first slash is one of these."""
    given = {"heads": list(heads), "kind": kind.value if kind else None}
    rows = await connection.execute(SQL["newest_of"], given)
    return tuple(_fact(row) for row in await rows.fetchall())


async def newest_of_kind(connection: Connection, kind: FactKind) -> tuple[OutsideFact, ...]:
    """The newest report of each system on every subject of one kind."""
    rows = await connection.execute(SQL["newest_of_kind"], {"kind": kind.value})
    return tuple(_fact(row) for row in await rows.fetchall())


async def covered(connection: Connection) -> frozenset[FactKind]:
    """The kinds that some system reports on at all."""
    rows = await connection.execute(SQL["covered"], {"kinds": [kind.value for kind in FactKind]})
    return frozenset(FactKind(row["kind"]) for row in await rows.fetchall())


async def history(connection: Connection, kind: FactKind, subject: str, *, limit: int = 50) -> tuple[OutsideFact, ...]:
    """All reports on one subject, newest first."""
    wanted = {"kind": kind.value, "subject": subject, "limit": limit}
    return tuple(_fact(row) for row in await (await connection.execute(SQL["history"], wanted)).fetchall())


def _row(fact: OutsideFact) -> dict[str, Any]:
    return {
        "kind": fact.kind.value,
        "subject": fact.subject,
        "value": plain(fact.value),
        "system": fact.system,
        "reported_at": fact.reported_at.isoformat(),
    }


def _fact(row: Mapping[str, Any]) -> OutsideFact:
    return OutsideFact(
        FactKind(row["kind"]), row["subject"], row["value"], row["system"], row["reported_at"], str(row["id"])
    )
