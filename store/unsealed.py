"""Holds the audit entries that no checkpoint covered yet against the receipts that their writers kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from psycopg.rows import tuple_row

from store.database import Connection
from store.entry import entry_of, leaf
from store.queries import queries
from store.receipts import Noted, Receipts

SQL = queries("seal")


@dataclass
class Comparison:
    """What differs from the receipts, a sentence each, and the entries that still wait for a seal."""

    problems: list[str] = field(default_factory=list[str])
    waiting: frozenset[int] = frozenset()


async def compared(
    connection: Connection,
    tenant: str,
    receipts: Receipts,
    before: Noted,
    horizon: str,
    fresh: Mapping[int, bytes] | None = None,
) -> Comparison:
    """Compare what is not sealed, and the leaf hashes in `fresh` that are about to be, with the receipts.

    `before` was noted before any entry was read: what it says was committed must be there. That an entry has a receipt
    at all is looked up after reading: receipts are written before their entries can be seen.
    """
    waiting = await _waiting(connection, tenant, horizon)
    after = await receipts.noted(tenant)
    seen = {**(fresh or {}), **waiting}
    since = float("inf") if after.since is None else after.since
    forged = [id_ for id_ in seen if id_ >= since and id_ not in after.hashes]
    changed = [id_ for id_, value in seen.items() if after.hashes.get(id_, value) != value]
    sealed = await _leaves(connection, before.committed - seen.keys())
    changed += [id_ for id_, value in sealed.items() if before.hashes.get(id_, value) != value]
    gone = before.committed - seen.keys() - sealed.keys()
    problems = [f"Entry {id_} was committed, and deleted before it was sealed." for id_ in sorted(gone)]
    problems += [f"Entry {id_} was changed before it was sealed." for id_ in sorted(changed)]
    problems += [f"Entry {id_} was written by none of our processes: it has no receipt." for id_ in sorted(forged)]
    return Comparison(problems, frozenset(waiting))


async def _waiting(connection: Connection, tenant: str, horizon: str) -> dict[int, bytes]:
    async with connection.cursor(row_factory=tuple_row) as cursor:
        rows = await (await cursor.execute(SQL["waiting"], {"horizon": horizon})).fetchall()
    entries = [entry_of(row) for row in rows]
    return {entry.id: leaf(tenant, entry) for entry in entries}


async def _leaves(connection: Connection, wanted: frozenset[int]) -> dict[int, bytes]:
    if not wanted:
        return {}
    rows = await (await connection.execute(SQL["leaves_of"], {"entries": sorted(wanted)})).fetchall()
    return {row["entry"]: bytes(row["hash"]) for row in rows}
