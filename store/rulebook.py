"""What policy needs to know of the past: what was proposed in a window, for thresholds that count it together."""

from __future__ import annotations

from datetime import datetime

from domain.money import Money
from store.database import Connection
from store.queries import queries

SQL = queries("rulebook")


async def one_at_a_time(connection: Connection, action_type: str) -> None:
    """Wait until no other transaction judges a new action of this type: of two at once, the later sees the earlier."""
    await connection.execute(SQL["one_at_a_time"], {"type": action_type})


async def sums(
    connection: Connection,
    action_type: str,
    *,
    per: str,
    key: str | None,
    since: datetime,
    until: datetime | None = None,
    without: str | None = None,
) -> tuple[Money, ...]:
    """The amounts of the tenant's other actions of this type since then that are under way or done, by currency.

    `per` is `proposer`, `customer` or `project`, `key` whose; None, where it is not known, is everybody's. Left out
    are `without` (an action's id) and the versions before it.
    """
    wanted = {
        "type": action_type,
        "per": per,
        "key": key,
        "since": since,
        "until": until,
        "action": without,
    }
    rows = await (await connection.execute(SQL["sums"], wanted)).fetchall()
    return tuple(Money(row["amount"], row["currency"]) for row in rows)
