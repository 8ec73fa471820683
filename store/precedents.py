"""Corrections of terms as precedents: kept with the meaning of their words, found by nearness, within one tenant."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pgvector import Vector
from psycopg.types.json import Jsonb

from domain.canonical import plain
from store.database import Connection
from store.documents import TermRow
from store.queries import queries

SQL = queries("precedents")
LONGEST = 1_200


@dataclass(frozen=True)
class PrecedentRow:
    """An earlier correction that still stands. `said` are the words that it was made on; `similarity` is the cosine
    with the words that were asked for (1.0 = the same).
    """

    term: str
    document: str
    document_name: str
    field: str
    before: Any
    after: Any
    said: str
    person: str
    person_name: str
    corrected_at: datetime
    similarity: float


async def remember(
    connection: Connection,
    tenant: str,
    person: str,
    term: TermRow,
    *,
    after: Any,
    said: str,
    embedding: Sequence[float],
) -> None:
    """Keep a correction of a term that stood as `term` says; its decision is audited by the caller."""
    values = {
        "tenant": tenant,
        "term": uuid.UUID(term.id),
        "document": uuid.UUID(term.document),
        "field": term.field,
        "before": Jsonb(plain(term.read_value)),
        "after": Jsonb(plain(after)),
        "said": said[:LONGEST].replace("\x00", "\ufffd"),
        "embedding": Vector(list(embedding)).to_text(),
        "person": person,
    }
    await connection.execute(SQL["remember"], values)


async def fields(connection: Connection, besides: str) -> frozenset[str]:
    """The fields of which other documents than this one have precedents."""
    rows = await (await connection.execute(SQL["fields"], {"document": uuid.UUID(besides)})).fetchall()
    return frozenset(row["field"] for row in rows)


async def nearest(
    connection: Connection, field: str, embedding: Sequence[float], *, besides: str, limit: int = 3
) -> list[PrecedentRow]:
    """Corrections of a field in other documents, those on the nearest words first."""
    await connection.execute(SQL["scan_on"])
    values = {
        "field": field,
        "embedding": Vector(list(embedding)).to_text(),
        "document": uuid.UUID(besides),
        "limit": limit,
    }
    return [PrecedentRow(**row) for row in await (await connection.execute(SQL["nearest"], values)).fetchall()]
