"""Checks the whole audit log again from its entries up, trusting no stored hash, only the public key."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from psycopg.rows import tuple_row

from domain.errors import IntegrityBroken
from store.audit import COMMITMENT, commitment
from store.copies import Copies
from store.database import Connection, Database
from store.entry import Entry, entry_of, leaf
from store.promises import PERSON_ERASED, PRUNED, Problems, Promises, Walk
from store.queries import queries
from store.receipts import Noted, Receipts
from store.seal import origin
from store.unsealed import compared

SQL = queries("seal")
PAGE = 10_000


@dataclass
class Verification:
    """What was checked, and everything that is wrong. `waiting` entries are too new to be sealed yet.

    `pruned` entries are gone down to their leaf hashes, as an entry of the log says; `erased` words likewise.
    """

    tenant: str
    entries: int = 0
    checkpoints: int = 0
    copies: int = 0
    waiting: int = 0
    pruned: int = 0
    erased: int = 0
    root: str = ""
    problems: list[str] = field(default_factory=list[str])

    @property
    def sound(self) -> bool:
        """Whether the log is exactly what was signed."""
        return not self.problems


@dataclass
class _Words:
    """Which commitments the entries hold, to be held against the words that are kept beside them."""

    promised: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict[tuple[int, str], tuple[str, str]])
    erased: set[str] = field(default_factory=set[str])


async def verify(
    database: Database, tenant: str, key: Ed25519PublicKey, copies: Copies, receipts: Receipts | None = None
) -> Verification:
    """Recompute every leaf and root of a tenant's log and compare them with every signed checkpoint, ours and copied.

    Sees entries changed, deleted, reordered, inserted or truncated, words changed or deleted, and a database rolled
    back behind the copies; with receipts also what was done to entries before they were sealed.
    """
    result, problems = Verification(tenant), Problems()
    noted = await receipts.noted(tenant) if receipts else Noted()
    promises = Promises(origin(tenant), key, problems)
    async with database.tenant(tenant) as connection:
        await connection.execute(SQL["one_sealer"], {"tenant": tenant})
        rows = await (await connection.execute(SQL["checkpoints"])).fetchall()
        await _take_promises(result, promises, rows, copies)
        walk, words = Walk(promises, problems), _Words()
        await _walk(connection, tenant, walk, words)
        walk.finish()
        for row in rows:
            if bytes(row["root"]) not in promises.roots.get(row["size"], set()):
                problems.add(f"The stored root over {row['size']} entries is not the signed one.")
        nodes = await (await connection.execute(SQL["nodes"])).fetchall()
        walk.compare_heads((row["level"], row["index"], bytes(row["hash"])) for row in nodes)
        horizon: str = rows[-1]["horizon"] if rows else "0"
        await _look_for_insertions(connection, result, problems, horizon, words)
        if receipts:
            for problem in (await compared(connection, tenant, receipts, noted, horizon)).problems:
                problems.add(problem)
        await _compare_words(connection, result, problems, words)
    result.entries, result.root = walk.tree.size, walk.tree.root.hex()
    result.pruned, result.problems = walk.missing, problems.all()
    return result


async def _take_promises(result: Verification, promises: Promises, rows: list[dict[str, Any]], copies: Copies) -> None:
    in_database = {row["size"]: row["note"] for row in rows}
    copied = await copies.sizes(result.tenant)
    result.checkpoints, result.copies = len(in_database), len(copied)
    for size, note in in_database.items():
        promises.take(size, note, "database")
    for size in copied:
        if size not in in_database:
            promises.problems.add(f"The checkpoint over {size} entries was copied out and is gone from the database.")
        try:
            promises.take(size, await copies.note(result.tenant, size), "copy")
        except IntegrityBroken as error:
            promises.problems.add(error.detail)
    for size in sorted(in_database.keys() - set(copied)):
        promises.problems.add(f"The checkpoint over {size} entries has no copy outside the database.")


async def _walk(connection: Connection, tenant: str, walk: Walk, words: _Words) -> None:
    async for row in _leaves(connection):
        index, entry_id, stored = row[-3:]
        if index != walk.tree.size:
            walk.problems.add(f"Leaf {walk.tree.size} is gone; {index} comes in its place.")
            return
        if row[0] is None:
            walk.step_over(bytes(stored), str(entry_id))
            continue
        entry = entry_of(row)
        value = leaf(tenant, entry)
        if value != stored:
            walk.problems.add(f"Entry {entry.id} ({entry.event}) was changed after it was sealed.")
        else:
            _heed(entry, walk, words)
        walk.step(value)


def _heed(entry: Entry, walk: Walk, words: _Words) -> None:
    """What a sealed entry says about the log itself."""
    if entry.event == PRUNED:
        walk.pruned_to = max(walk.pruned_to, min(int(json.loads(entry.facts)["before"]), walk.tree.size))
    elif entry.event == PERSON_ERASED:
        words.erased.add(entry.subject.removeprefix("person:"))
    if f'"{COMMITMENT}"' in entry.facts:
        for key, fact in json.loads(entry.facts).items():
            if isinstance(fact, dict) and fact.keys() == {COMMITMENT}:
                words.promised[entry.id, key] = (fact[COMMITMENT], entry.person)


async def _leaves(connection: Connection) -> AsyncGenerator[tuple[Any, ...]]:
    first = 0
    cursor = connection.cursor(row_factory=tuple_row)
    row = await (await cursor.execute(SQL["leaf_count"])).fetchone()
    while row and first < row[0]:
        for found in await (await cursor.execute(SQL["leaves"], {"first": first, "end": first + PAGE})).fetchall():
            yield found
        first += PAGE


async def _compare_words(connection: Connection, result: Verification, problems: Problems, words: _Words) -> None:
    left, after = dict(words.promised), {"entry": 0, "key": ""}
    while rows := await (await connection.execute(SQL["texts"], {**after, "limit": PAGE})).fetchall():
        for row in rows:
            promised = left.pop((row["entry"], row["key"]), None)
            held = row["commitment"] if promised is None else promised[0]
            if commitment(bytes(row["salt"]), row["text"]) != held:
                problems.add(f"The {row['key']} of entry {row['entry']} is not what was written.")
        after = {"entry": rows[-1]["entry"], "key": rows[-1]["key"]}
    for (entry, key), (_, person) in left.items():
        if person in words.erased:
            result.erased += 1
        else:
            problems.add(f"The {key} of entry {entry} was deleted, and nobody's data were erased.")


async def _look_for_insertions(
    connection: Connection, result: Verification, problems: Problems, horizon: str, words: _Words
) -> None:
    for row in await (await connection.execute(SQL["never_sealed"], {"horizon": horizon})).fetchall():
        if row["late"]:
            problems.add(f"Entry {row['id']} was inserted into a time that was sealed already.")
        else:
            result.waiting += 1
            if row["event"] == PERSON_ERASED:
                words.erased.add(row["subject"].removeprefix("person:"))
