"""Seals the audit log: entries become leaves of a Merkle tree, and each new head is signed and copied elsewhere.

Off the hot path: writing an entry costs an insert, sealing comes later and loses nothing that commits late. Grants and
triggers stop the application from changing an entry; whoever gets round those cannot change what was signed.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg.errors import UniqueViolation
from psycopg.rows import tuple_row

from domain.errors import IntegrityBroken
from domain.merkle import TILE, Tree
from store.copies import Copies
from store.database import Connection, Database
from store.entry import entry_of, leaf
from store.note import Checkpoint, opened, signed
from store.queries import queries
from store.receipts import Noted, Receipts
from store.unsealed import compared

SQL = queries("seal")
BATCH = 5_000
RECENT = 20  # checkpoints whose copies are looked for again: a crash between commit and copy leaves the last without


def origin(tenant: str) -> str:
    """The log's name in its checkpoints."""
    return f"countersign/{tenant}"


async def seal(
    database: Database, tenant: str, key: Ed25519PrivateKey, copies: Copies, receipts: Receipts | None = None
) -> Checkpoint | None:
    """Seal what has been committed since the last checkpoint and return the new one, or None if there was nothing.

    Raises IntegrityBroken rather than sign over a log that was rolled back, or that differs from its writers' receipts.
    """
    # One transaction keeps other sealers and checkers away until the copies are written; the other one seals.
    async with database.tenant(tenant) as turn:
        await turn.execute(SQL["one_sealer"], {"tenant": tenant})
        async with database.tenant(tenant) as connection:
            note = await _seal(connection, tenant, key, copies, receipts)
            recent = await (await connection.execute(SQL["recent_checkpoints"], {"limit": RECENT})).fetchall()
        # After the commit: a copy must never promise what the database then forgot.
        await _copy(copies, tenant, {row["size"]: row["note"] for row in recent})
    return opened(note, origin(tenant), key.public_key()) if note else None


async def _seal(
    connection: Connection, tenant: str, key: Ed25519PrivateKey, copies: Copies, receipts: Receipts | None
) -> str | None:
    noted = await receipts.noted(tenant) if receipts else Noted()
    tree, since = await _last(connection, tenant, key, copies)
    row = await (await connection.execute(SQL["horizon"])).fetchone()
    horizon: str = row["horizon"] if row else since
    earlier = tree.size
    fresh = await _extend(connection, tenant, tree, since, horizon)
    if receipts:
        await _hold_against(receipts, connection, tenant, noted, horizon, fresh)
    await _fill_tiles(connection, tenant, tree.size)
    if tree.size == earlier:
        return None
    note = signed(Checkpoint(origin(tenant), tree.size, tree.root), key)
    await _record(connection, tenant, tree, horizon, note)
    return note


async def _hold_against(
    receipts: Receipts, connection: Connection, tenant: str, noted: Noted, horizon: str, fresh: dict[int, bytes]
) -> None:
    found = await compared(connection, tenant, receipts, noted, horizon, fresh)
    if found.problems:
        raise IntegrityBroken(
            f"{found.problems[0]} ({len(found.problems)} of this kind.) Nothing was signed; look at `countersign audit "
            "verify`, and set the folder of receipts aside after an investigation."
        )
    await receipts.discard(tenant, found.waiting | fresh.keys())  # the fresh ones are sealed by this commit, not yet


async def _last(connection: Connection, tenant: str, key: Ed25519PrivateKey, copies: Copies) -> tuple[Tree, str]:
    row = await (await connection.execute(SQL["newest_checkpoint"])).fetchone()
    if newer := await copies.sizes(tenant, after=row["size"] if row else 0):
        raise IntegrityBroken(
            f"A copied checkpoint promises {newer[-1]} entries and the database has fewer: it was rolled back. "
            "Nothing was signed; restore the database, or set the copies aside after an investigation."
        )
    if row is None:
        return Tree(), "0"
    checkpoint = opened(row["note"], origin(tenant), key.public_key())
    tree = Tree(row["size"], [bytes(peak) for peak in row["peaks"]])
    if (checkpoint.size, checkpoint.root) != (tree.size, tree.root):
        raise IntegrityBroken("The last checkpoint's row does not match what was signed; nothing more was signed.")
    return tree, row["horizon"]


async def _extend(connection: Connection, tenant: str, tree: Tree, since: str, horizon: str) -> dict[int, bytes]:
    fresh: dict[int, bytes] = {}
    async with connection.cursor(name="unsealed", row_factory=tuple_row) as cursor:
        await cursor.execute(SQL["unsealed"], {"since": since, "horizon": horizon})
        while rows := await cursor.fetchmany(BATCH):
            entries = [entry_of(row) for row in rows]
            hashes = [leaf(tenant, entry) for entry in entries]
            batch = {"tenant": tenant, "first": tree.size, "entries": [e.id for e in entries], "hashes": hashes}
            try:
                await connection.execute(SQL["add_leaves"], batch)
            except UniqueViolation as error:
                raise IntegrityBroken(
                    "Leaves stand where the next ones belong, or an entry has one already: nothing more was signed. "
                    "Look at `countersign audit verify`."
                ) from error
            for value in hashes:
                tree.add(value)
            fresh |= {entry.id: value for entry, value in zip(entries, hashes, strict=True)}
    return fresh


async def _fill_tiles(connection: Connection, tenant: str, size: int) -> None:
    """Remember the head of every full tile, so that the tiles above the leaves are read and not recomputed."""
    level, children = 1, size
    while children := children // TILE:
        row = await (await connection.execute(SQL["nodes_filled"], {"level": level})).fetchone()
        for first in range(row["filled"] if row else 0, children, TILE):
            await _fill(connection, tenant, level, first, min(first + TILE, children))
        level += 1


async def _fill(connection: Connection, tenant: str, level: int, first: int, end: int) -> None:
    query = SQL["leaf_hashes"] if level == 1 else SQL["node_hashes"]
    wanted = {"level": level - 1, "first": first * TILE, "end": end * TILE}
    hashes = [bytes(row["hash"]) for row in await (await connection.execute(query, wanted)).fetchall()]
    heads: list[bytes] = []
    for start in range(0, len(hashes), TILE):
        tree = Tree()
        for value in hashes[start : start + TILE]:
            tree.add(value)
        heads.append(tree.root)
    await connection.execute(SQL["add_nodes"], {"tenant": tenant, "level": level, "first": first, "hashes": heads})


async def _record(connection: Connection, tenant: str, tree: Tree, horizon: str, note: str) -> None:
    row: dict[str, Any] = {
        "tenant": tenant,
        "size": tree.size,
        "root": tree.root,
        "peaks": tree.peaks,
        "horizon": horizon,
        "note": note,
    }
    await connection.execute(SQL["add_checkpoint"], row)


async def _copy(copies: Copies, tenant: str, notes: dict[int, str]) -> None:
    if not notes:
        return
    known = set(await copies.sizes(tenant, after=min(notes) - 1))
    for size in sorted(notes.keys() - known):
        await copies.keep(tenant, size, notes[size])
    newest = max(notes)
    if await copies.note(tenant, newest) != notes[newest]:
        raise IntegrityBroken(f"The copied checkpoint over {newest} entries differs from the database's.")
