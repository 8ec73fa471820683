"""Checks the whole audit log again from its entries up, trusting no stored hash, only the public key."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from domain.errors import IntegrityBroken
from domain.merkle import Tree
from store.database import Connection, Database
from store.note import opened
from store.queries import queries
from store.seal import copied, leaf, origin

SQL = queries("seal")
PAGE = 10_000


@dataclass
class Verification:
    """What was checked, and everything that is wrong. `waiting` entries are too new to be sealed yet."""

    tenant: str
    entries: int = 0
    checkpoints: int = 0
    copies: int = 0
    waiting: int = 0
    root: str = ""
    problems: list[str] = field(default_factory=list[str])

    @property
    def sound(self) -> bool:
        """Whether the log is exactly what was signed."""
        return not self.problems


async def verify(database: Database, tenant: str, key: Ed25519PublicKey, copies: Path) -> Verification:
    """Recompute every leaf and root of a tenant's log and compare them with every signed checkpoint, ours and copied.

    Sees entries changed, deleted, reordered, inserted or truncated, and a database rolled back behind the copies.
    """
    result = Verification(tenant)
    async with database.tenant(tenant) as connection:
        await connection.execute(SQL["one_sealer"], {"tenant": tenant})
        rows = await (await connection.execute(SQL["checkpoints"])).fetchall()
        promised = _promises(result, rows, key, copied(copies / tenant))
        tree = await _walk(connection, result, promised)
        _compare_ends(result, tree, rows, promised)
        await _look_for_insertions(connection, result, rows)
    return result


def _promises(
    result: Verification, rows: list[dict[str, Any]], key: Ed25519PublicKey, copies: dict[int, str]
) -> dict[int, set[bytes]]:
    """Every root that was ever signed, by size; a log that was forked has two for one size."""
    result.checkpoints, result.copies = len(rows), len(copies)
    in_database = {row["size"]: row["note"] for row in rows}
    for size in sorted(copies.keys() - in_database.keys()):
        result.problems.append(f"The checkpoint over {size} entries was copied out and is gone from the database.")
    for size in sorted(in_database.keys() - copies.keys()):
        result.problems.append(f"The checkpoint over {size} entries has no copy outside the database.")
    promised: dict[int, set[bytes]] = {}
    for where, notes in (("database", in_database), ("copy", copies)):
        for size, note in notes.items():
            try:
                checkpoint = opened(note, origin(result.tenant), key)
            except IntegrityBroken as error:
                result.problems.append(f"The checkpoint over {size} entries ({where}): {error.detail}")
                continue
            if checkpoint.size != size:
                result.problems.append(f"The checkpoint filed under {size} entries ({where}) is another one.")
            promised.setdefault(checkpoint.size, set()).add(checkpoint.root)
    return promised


async def _walk(connection: Connection, result: Verification, promised: dict[int, set[bytes]]) -> Tree:
    tree = Tree()
    async for row in _leaves(connection):
        if row["index"] != tree.size:
            result.problems.append(f"Leaf {tree.size} is gone; {row['index']} comes in its place.")
            break
        tree.add(_checked_leaf(result, row))
        if any(root != tree.root for root in promised.get(tree.size, ())):
            result.problems.append(f"The first {tree.size} entries are not those that were signed.")
    result.entries, result.root = tree.size, tree.root.hex()
    return tree


def _checked_leaf(result: Verification, row: dict[str, Any]) -> bytes:
    if row["id"] is None:
        result.problems.append(f"Entry {row['entry']} was deleted.")
        return bytes(row["hash"])
    value = leaf(result.tenant, row)
    if value != bytes(row["hash"]):
        result.problems.append(f"Entry {row['entry']} ({row['event']}) was changed after it was sealed.")
    return value


async def _leaves(connection: Connection) -> AsyncGenerator[dict[str, Any]]:
    first = 0
    while rows := await (await connection.execute(SQL["leaves"], {"first": first, "limit": PAGE})).fetchall():
        for row in rows:
            yield row
        first = rows[-1]["index"] + 1


def _compare_ends(
    result: Verification, tree: Tree, rows: list[dict[str, Any]], promised: dict[int, set[bytes]]
) -> None:
    longest = max(promised, default=0)
    if longest > tree.size:
        result.problems.append(f"{longest} entries were signed and only {tree.size} are there: the log was cut short.")
    if tree.size > longest:
        result.problems.append(f"{tree.size - longest} leaves after the last checkpoint were never signed.")
    for row in rows:
        if bytes(row["root"]) not in promised.get(row["size"], set()):
            result.problems.append(f"The stored root over {row['size']} entries is not the signed one.")


async def _look_for_insertions(connection: Connection, result: Verification, rows: list[dict[str, Any]]) -> None:
    horizon = rows[-1]["horizon"] if rows else "0"
    for row in await (await connection.execute(SQL["never_sealed"], {"horizon": horizon})).fetchall():
        if row["late"]:
            result.problems.append(f"Entry {row['id']} was inserted into a time that was sealed already.")
        else:
            result.waiting += 1
