"""How much was held back from day to day, out of the answers that were kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from store.database import Connection
from store.results import SQL

DAYS = 30
Key = tuple[str, str]
Day = tuple[date, Decimal]


async def reasons(connection: Connection) -> dict[str, tuple[str, ...]]:
    """What stands in the way of each project or contract, by its ERP id, the most expensive first."""
    rows = await connection.execute(SQL["reasons"])
    return {row["project"]: tuple(row["troubles"]) async for row in rows}


async def daily(
    connection: Connection,
    today: date,
    *,
    by: str = "",
    projects: Sequence[str] | None = None,
    practice: str = "",
    region: str = "",
    days: int = DAYS,
) -> Mapping[Key, list[Day]]:
    """What was held back at the end of each of the last days, by label (of `by`) and currency, from the first day on
    of which answers are known.
    """
    first = today - timedelta(days=days - 1)
    given = {
        "by": by,
        "projects": None if projects is None else list(projects),
        "practice": practice,
        "region": region,
        "since": datetime.combine(first, time(), UTC),
    }
    steps: dict[Key, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    async for row in await connection.execute(SQL["moved"], given):
        steps[row["label"] or "", row["currency"]][row["day"]] += row["amount"]
    return {key: _added_up(found, today) for key, found in steps.items()}


def _added_up(steps: Mapping[date, Decimal], today: date) -> list[Day]:
    found: list[Day] = []
    held, day = Decimal(0), min(steps)
    while day <= today:
        held += steps.get(day, Decimal(0))
        found.append((day, held))
        day += timedelta(days=1)
    return found


@dataclass(frozen=True)
class Turned:
    """A project whose money moved: by how much what is ready and what is held back grew (or, below zero, shrank)."""

    project: str
    key: str
    name: str
    currency: str
    since: datetime
    ready: Decimal
    blocked: Decimal


async def turned(connection: Connection, at: datetime, *, limit: int = 200) -> list[Turned]:
    """The projects whose money is another than at a time, those of the largest difference first."""
    rows = await connection.execute(SQL["turned"], {"at": at, "limit": limit})
    return [Turned(**row) async for row in rows]


@dataclass(frozen=True)
class Owned:
    """A finding that holds money back and that somebody has to clear; `count` is how many they have in all."""

    key: str
    name: str
    customer: str | None
    owner: str
    rule: str
    title: str
    amount: Decimal | None
    currency: str | None
    since: datetime
    count: int


async def owned(connection: Connection, owners: Sequence[str], *, limit: int) -> list[Owned]:
    """What these owners (as the rules name them) have to clear, the most expensive first."""
    rows = await connection.execute(SQL["owned"], {"owners": list(owners), "limit": limit})
    return [Owned(**row) async for row in rows]
