"""What the agent did: its proposals and what became of them, beside those that people made; what reading cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from store.database import Connection
from store.queries import queries

SQL = queries("agent_work")


@dataclass(frozen=True)
class Proposals:
    """What became of proposals, of one month or (`month` None) of all; `seconds` the median until the last decision.

    `agent`: made through the agent, else by people themselves.
    """

    agent: bool
    month: str | None
    proposals: int
    approved: int
    rejected: int
    expired: int
    denied: int
    replaced: int
    waiting: int
    seconds: float | None

    @property
    def rate(self) -> Decimal | None:
        """The share of those that people decided on which they approved, in percent; None where there are none."""
        decided = self.approved + self.rejected
        return (Decimal(100 * self.approved) / decided).quantize(Decimal("0.1")) if decided else None

    @property
    def took(self) -> timedelta | None:
        """The median time from proposal to the last decision."""
        return None if self.seconds is None else timedelta(seconds=round(self.seconds))


@dataclass(frozen=True)
class Readings:
    """Documents that a configured model read in a month. `cost` in the currency of its price list, None without one."""

    month: str
    readings: int
    tokens: int
    cost: Decimal | None
    unpriced: int


@dataclass(frozen=True)
class Turns:
    """Questions that were answered in a month, and those that failed."""

    month: str
    turns: int
    failed: int


async def proposals(connection: Connection, since: datetime) -> tuple[Proposals, ...]:
    """The agent's first, all before single months."""
    rows = await connection.execute(SQL["proposals"], {"since": since})
    return tuple([Proposals(**row) async for row in rows])


async def readings(connection: Connection, since: datetime) -> tuple[Readings, ...]:
    """By month, the earliest first."""
    return tuple([Readings(**row) async for row in await connection.execute(SQL["readings"], {"since": since})])


async def turns(connection: Connection, since: datetime) -> tuple[Turns, ...]:
    """By month, the earliest first."""
    return tuple([Turns(**row) async for row in await connection.execute(SQL["turns"], {"since": since})])


@dataclass(frozen=True)
class Proposed:
    """A proposal that someone had the agent make."""

    id: str
    summary: str
    type: str
    state: str
    proposer_name: str
    created_at: datetime


async def recent(connection: Connection, since: datetime, *, limit: int = 50) -> tuple[Proposed, ...]:
    """The agent's latest proposals."""
    rows = await connection.execute(SQL["recent"], {"since": since, "limit": limit})
    return tuple([Proposed(**row) async for row in rows])
