"""What policy needs of the database: sums of what was proposed in a window, and the versions of a firm's policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from domain.errors import NotFound
from domain.money import Money
from store.database import Connection
from store.queries import queries

SQL = queries("rulebook")
SHIPPED = 0


@dataclass(frozen=True)
class InForce:
    """Which policy a firm works under: the number and digest of its newest version; 0 and None for the shipped one."""

    base_currency: str
    version: int
    digest: str | None


@dataclass(frozen=True)
class Version:
    """One version with its files' texts by name, and the action that installed it."""

    version: int
    files: Mapping[str, str]
    digest: str
    action: str
    installed_at: datetime


@dataclass(frozen=True)
class VersionLine:
    """One version without its files."""

    version: int
    digest: str
    action: str
    installed_at: datetime
    summary: str
    proposer_name: str


async def one_at_a_time(connection: Connection, action_type: str) -> None:
    """Wait until no other transaction judges a new action of this type: of two at once, the later sees the earlier."""
    await connection.execute(SQL["one_at_a_time"], {"type": action_type})


async def sums(
    connection: Connection,
    action_type: str,
    *,
    per: str,
    whose: tuple[str | None, str | None],
    since: datetime,
    until: datetime | None = None,
    without: str | None = None,
) -> tuple[Money, ...]:
    """The amounts of the tenant's other actions of this type since then that are under way or done, by currency.

    `per` is `proposer`, `customer` or `project`; `whose` a name (None, where it is not known, is everybody's) and the
    ERP's id of the customer or project: one that was renamed stays the same. Left out are `without` (an action's id)
    and the versions before it.
    """
    wanted = {
        "type": action_type,
        "per": per,
        "key": whose[0],
        "record": whose[1],
        "since": since,
        "until": until,
        "action": without,
    }
    rows = await (await connection.execute(SQL["sums"], wanted)).fetchall()
    return tuple(Money(row["amount"], row["currency"]) for row in rows)


async def in_force(connection: Connection) -> InForce:
    """Which policy the connection's tenant works under. Raises NotFound for a tenant that is not there."""
    row = await (await connection.execute(SQL["in_force"])).fetchone()
    if row is None:
        raise NotFound("There is no such firm here.")
    return InForce(row["base_currency"].strip(), row["version"] or SHIPPED, row["digest"])


async def version(connection: Connection, number: int) -> Version:
    """One version of the tenant's policy. Raises NotFound."""
    row = await (await connection.execute(SQL["version"], {"version": number})).fetchone()
    if row is None:
        raise NotFound(f"There is no version {number} of your firm's policy.")
    return Version(**row)


async def versions(connection: Connection) -> tuple[VersionLine, ...]:
    """The tenant's versions, newest first; the shipped policy is none of them."""
    return tuple(VersionLine(**row) for row in await (await connection.execute(SQL["versions"])).fetchall())


async def install(connection: Connection, number: int, files: Mapping[str, str], digest: str, action: str) -> None:
    """Put a new version in force, in the name of the action that is being carried out. For the worker's role alone."""
    row = {"version": number, "files": Jsonb(dict(files)), "digest": digest, "action": action}
    await connection.execute(SQL["install"], row)


async def installed_by(connection: Connection, action: str) -> int | None:
    """The version that this action installed, if it did."""
    row = await (await connection.execute(SQL["installed_by"], {"action": action})).fetchone()
    return row["version"] if row else None
