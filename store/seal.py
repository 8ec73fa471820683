"""Seals the audit log: entries become leaves of a Merkle tree, and each new head is signed and copied elsewhere.

Off the hot path: writing an entry costs an insert, sealing comes later and loses nothing that commits late. Grants and
triggers stop the application from changing an entry; whoever gets round those cannot change what was signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.canonical import canonical
from domain.errors import IntegrityBroken
from domain.merkle import Tree, leaf_hash
from store.database import Connection, Database
from store.note import Checkpoint, opened, place, signed
from store.queries import queries

SQL = queries("seal")


def origin(tenant: str) -> str:
    """The log's name in its checkpoints."""
    return f"countersign/{tenant}"


async def seal(database: Database, tenant: str, key: Ed25519PrivateKey, copies: Path) -> Checkpoint | None:
    """Seal what has been committed since the last checkpoint and return the new one, or None if there was nothing.

    Notes go to `copies`/<tenant>/<size>. Raises IntegrityBroken rather than sign over a log that was rolled back.
    """
    folder = copies / tenant
    # One transaction keeps other sealers and checkers away until the copies are written; the other one seals.
    async with database.tenant(tenant) as turn:
        await turn.execute(SQL["one_sealer"], {"tenant": tenant})
        async with database.tenant(tenant) as connection:
            sealed = await _seal(connection, tenant, key, folder)
            notes = await (await connection.execute(SQL["checkpoints"])).fetchall()
        # After the commit: a copy must never promise what the database then forgot.
        for row in notes:
            _copy(folder, row["size"], row["note"])
    return opened(sealed, origin(tenant), key.public_key()) if sealed else None


async def _seal(connection: Connection, tenant: str, key: Ed25519PrivateKey, folder: Path) -> str | None:
    tree, since = await _last(connection, tenant, key, folder)
    rows = await (await connection.execute(SQL["unsealed"], {"since": since})).fetchall()
    entries = [row for row in rows if row["id"] is not None]
    if not entries:
        return None
    note = await _extend(connection, tenant, key, tree, entries)
    await _record(connection, tenant, tree, rows[0]["horizon"], note)
    return note


def leaf(tenant: str, entry: Mapping[str, Any]) -> bytes:
    """The hash of an audit entry: everything it says, with its facts as PostgreSQL prints jsonb."""
    return leaf_hash(
        canonical(
            {
                "tenant": tenant,
                "id": entry["id"],
                "at": entry["at"].astimezone(UTC).isoformat(timespec="microseconds"),
                "person": entry["person"],
                "agent_run": entry["agent_run"],
                "event": entry["event"],
                "subject": entry["subject"],
                "facts": entry["facts"],
            }
        )
    )


def copied(folder: Path) -> dict[int, str]:
    """The notes that were copied out of the database, by the size of the log they promise."""
    return {int(path.stem): path.read_text("utf-8") for path in sorted(folder.glob("[0-9]*.note"))}


async def _last(connection: Connection, tenant: str, key: Ed25519PrivateKey, folder: Path) -> tuple[Tree, str]:
    row = await (await connection.execute(SQL["newest_checkpoint"])).fetchone()
    newest_copy = max(copied(folder), default=0)
    if newest_copy > (row["size"] if row else 0):
        raise IntegrityBroken(
            f"A copied checkpoint promises {newest_copy} entries and the database has fewer: it was rolled back. "
            "Nothing was signed; restore the database, or set the copies aside after an investigation."
        )
    if row is None:
        return Tree(), "0"
    checkpoint = opened(row["note"], origin(tenant), key.public_key())
    tree = Tree(row["size"], [bytes(peak) for peak in row["peaks"]])
    if (checkpoint.size, checkpoint.root) != (tree.size, tree.root):
        raise IntegrityBroken("The last checkpoint's row does not match what was signed; nothing more was signed.")
    return tree, row["horizon"]


async def _extend(
    connection: Connection, tenant: str, key: Ed25519PrivateKey, tree: Tree, entries: list[dict[str, Any]]
) -> str:
    leaves: list[dict[str, Any]] = []
    for entry in entries:
        value = leaf(tenant, entry)
        leaves.append({"tenant": tenant, "index": tree.size, "entry": entry["id"], "hash": value})
        tree.add(value)
    await connection.cursor().executemany(SQL["add_leaf"], leaves)
    return signed(Checkpoint(origin(tenant), tree.size, tree.root), key)


async def _record(connection: Connection, tenant: str, tree: Tree, horizon: str, note: str) -> None:
    row = {
        "tenant": tenant,
        "size": tree.size,
        "root": tree.root,
        "peaks": tree.peaks,
        "horizon": horizon,
        "note": note,
    }
    await connection.execute(SQL["add_checkpoint"], row)


def _copy(folder: Path, size: int, note: str) -> None:
    path = folder / f"{size:012d}.note"
    place(path, note.encode())
    if path.read_text("utf-8") != note:
        raise IntegrityBroken(f"The copied checkpoint {path.name} differs from the database's.")
