"""Retention: entries older than the firm keeps them go down to their leaf hashes; an entry says so before it happens.

The tree, every checkpoint and every proof stay what they are; what was said in the entries is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.actor import Actor
from domain.errors import NotPermitted
from domain.merkle import TILE
from store import audit
from store.database import Connection, Database
from store.promises import PRUNED
from store.queries import queries

SQL = queries("retention")
BATCH = 64 * TILE
EVERYTHING = "all"


class UnderLegalHold(NotPermitted):
    """What this concerns is under legal hold; nothing of it may be erased until the hold is lifted."""

    code = "legal_hold"


@dataclass(frozen=True)
class LegalHold:
    """What nothing may erase: everything, or certain subjects ("person:<id>", "action:<id>") and all about them."""

    everything: bool = False
    subjects: tuple[str, ...] = ()

    @classmethod
    def parse(cls, setting: str) -> LegalHold:
        """From the setting: "all", or subjects parted by commas."""
        named = tuple(part.strip() for part in setting.split(",") if part.strip())
        return cls(EVERYTHING in named, tuple(part for part in named if part != EVERYTHING))

    def covers(self, subject: str) -> bool:
        """Whether this one is held."""
        return self.everything or subject in self.subjects


async def prune(database: Database, service: Actor, keep: timedelta, hold: LegalHold, *, now: datetime) -> int:
    """Take one step: announce what is too old, or remove what a sealed entry announced; returns how many entries went.

    `keep` of zero keeps everything. Stops before the first entry under legal hold, and at a multiple of 256 entries.
    """
    if not keep or hold.everything:
        return 0
    async with database.tenant(service.tenant) as connection:
        bound = await _bound(connection, now - keep, hold)
        announced = await _one(connection, "announced", {})
        if announced and not announced["sealed"]:
            return 0
        # What was announced is removed only as far as it may go today: a hold may have come since.
        if announced and announced["before"] <= bound and await _left(connection, announced["before"]):
            row = await _one(connection, "prune", {"before": announced["before"], "batch": BATCH})
            return row["pruned"] if row else 0
        if bound and await _left(connection, bound):
            facts = {"before": bound, "older_than": now - keep, "days": keep.days}
            await audit.append(connection, service, PRUNED, f"log:{service.tenant}", facts)
        return 0


async def _bound(connection: Connection, before: datetime, hold: LegalHold) -> int:
    row = await _one(connection, "first_to_keep", {"before": before, "held": list(hold.subjects)})
    return (row["index"] // TILE) * TILE if row and row["index"] is not None else 0


async def _left(connection: Connection, before: int) -> bool:
    row = await _one(connection, "any_before", {"before": before})
    return bool(row and row["left"])


async def _one(connection: Connection, query: str, values: dict[str, Any]) -> dict[str, Any] | None:
    return await (await connection.execute(SQL[query], values)).fetchone()
