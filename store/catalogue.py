"""The firm's project codes in PostgreSQL: brought up to date from a reading of the ERP, searched for candidates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from pgvector import Vector

from domain.canonical import canonical
from store.database import Connection
from store.embedding import Embedder
from store.queries import queries
from store.spelling import spelling

SQL = queries("catalogue")
AT_ONCE = 400  # names embedded in one go; the rest of a large firm follows, found by spelling until then


@dataclass(frozen=True)
class Entry:
    """A project's code with all that its candidacy depends on; `refs` and `own_numbers` in upper case, bare."""

    project: str
    code: str
    name: str
    customer: str | None
    practice: str | None
    region: str | None
    status: str
    open: bool
    opened: date | None
    billing: tuple[str, ...]
    currency: str | None
    refs: tuple[str, ...]
    own_numbers: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Changes whenever anything of it does."""
        return hashlib.sha256(canonical(asdict(self))).hexdigest()


@dataclass(frozen=True)
class Hit:
    """A candidate as it was found; `embedding` is its name's unit vector, None while it has none."""

    project: str
    code: str
    name: str
    customer: str | None
    practice: str | None
    region: str | None
    status: str
    opened: date | None
    billing: tuple[str, ...]
    currency: str | None
    refs: frozenset[str]
    own_numbers: tuple[str, ...]
    files: frozenset[str]
    embedding: npt.NDArray[np.float32] | None


async def is_of(connection: Connection, read_at: datetime) -> bool:
    """Whether the catalogue holds this reading of the ERP, or a later one."""
    row = await (await connection.execute(SQL["read_at"])).fetchone()
    return row is not None and row["read_at"] >= read_at


async def refresh(connection: Connection, entries: Sequence[Entry], read_at: datetime) -> int:
    """Make the catalogue hold these entries and no others; how many were written or dropped."""
    await connection.execute(SQL["lock"])
    if await is_of(connection, read_at):
        return 0
    rows = await (await connection.execute(SQL["digests"])).fetchall()
    known = {row["project"]: row["digest"] for row in rows}
    changed = [entry for entry in entries if known.get(entry.project) != entry.digest]
    gone = sorted(known.keys() - {entry.project for entry in entries})
    if changed:
        async with connection.cursor() as cursor:
            await cursor.executemany(SQL["put"], [_values(entry) for entry in changed])
    if gone:
        await connection.execute(SQL["drop"], {"projects": gone})
    await connection.execute(SQL["stamp"], {"read_at": read_at})
    return len(changed) + len(gone)


async def embed_some(connection: Connection, embedder: Embedder, limit: int = AT_ONCE) -> int:
    """Embed names that have no vector of this model yet; how many there were, at most `limit`."""
    values = {"model": embedder.model, "limit": limit}
    rows = await (await connection.execute(SQL["unembedded"], values)).fetchall()
    if rows:
        vectors = await embedder([row["name"] for row in rows])
        async with connection.cursor() as cursor:
            await cursor.executemany(
                SQL["embed"],
                [
                    {"project": row["project"], "model": embedder.model, "embedding": Vector(vector).to_text()}
                    for row, vector in zip(rows, vectors, strict=True)
                ],
            )
    return len(rows)


async def by_reference(connection: Connection, refs: Sequence[str], files: Sequence[str], limit: int = 20) -> list[Hit]:
    """Codes whose contracts carry one of these numbers or files, closed ones too."""
    values = {"refs": list(refs), "files": list(files), "limit": limit}
    return await _hits(connection, "by_reference", values) if refs or files else []


async def by_code(connection: Connection, code: str) -> list[Hit]:
    """What carries this code, closed or not; Tryton does not hold codes unique."""
    return await _hits(connection, "by_code", {"code": code})


async def of_customer(connection: Connection, customer: str, text: str, on: date, limit: int = 200) -> list[Hit]:
    """A customer's codes that are open on a day, those spelt most alike first."""
    values = {"customer": customer, "on": on, "spelling": _vector(spelling(text)), "limit": limit}
    return await _hits(connection, "of_customer", values)


async def by_meaning(
    connection: Connection, embedding: Sequence[float], model: str, on: date, limit: int = 30
) -> list[Hit]:
    """Codes that are open on a day, nearest in meaning first, by the HNSW index."""
    await connection.execute(SQL["scan_on"])
    values = {"embedding": _vector(embedding), "model": model, "on": on, "limit": limit}
    return await _hits(connection, "by_meaning", values)


async def by_spelling(connection: Connection, text: str, on: date, limit: int = 30) -> list[Hit]:
    """Codes that are open on a day, nearest in spelling first, by the HNSW index."""
    await connection.execute(SQL["scan_on"])
    return await _hits(connection, "by_spelling", {"spelling": _vector(spelling(text)), "on": on, "limit": limit})


async def _hits(connection: Connection, query: str, values: dict[str, Any]) -> list[Hit]:
    rows = await (await connection.execute(SQL[query], values)).fetchall()
    return [_hit(row) for row in rows]


def _hit(row: dict[str, Any]) -> Hit:
    text: str | None = row["embedding"]
    changed: dict[str, Any] = {
        "billing": tuple(row["billing"]),
        "refs": frozenset(row["refs"]),
        "own_numbers": tuple(row["own_numbers"]),
        "files": frozenset(row["files"]),
        "embedding": None if text is None else np.fromstring(text[1:-1], dtype=np.float32, sep=","),
    }
    return Hit(**(row | changed))


def _values(entry: Entry) -> dict[str, Any]:
    lists = {name: list(getattr(entry, name)) for name in ("billing", "refs", "own_numbers", "files")}
    return {**asdict(entry), **lists, "digest": entry.digest, "spelling": _vector(spelling(entry.name))}


def _vector(values: Sequence[float]) -> str:
    return Vector(list(values)).to_text()
