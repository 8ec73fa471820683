"""How much is known from which system, and since when: for whoever looks after the sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.database import Connection
from store.queries import queries

SQL = queries("freshness")


@dataclass(frozen=True)
class Kept:
    """How many records of a kind the mirror holds, and when one of them was last read anew."""

    kind: str
    records: int
    fetched_at: datetime


@dataclass(frozen=True)
class Reporting:
    """What one system reported of one kind: how often, as of when at the latest, and when that arrived."""

    system: str
    kind: str
    reports: int
    reported_at: datetime
    recorded_at: datetime


async def kept(connection: Connection) -> tuple[Kept, ...]:
    """What the mirror holds, by kind."""
    return tuple([Kept(**row) async for row in await connection.execute(SQL["kept"])])


async def reporting(connection: Connection) -> tuple[Reporting, ...]:
    """All systems that ever reported, with the kinds that they report on."""
    return tuple([Reporting(**row) async for row in await connection.execute(SQL["reporting"])])
