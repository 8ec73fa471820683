"""Passages of documents by their meaning: kept once, found by nearness among the documents that are asked about."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pgvector import Vector

from store.database import Connection
from store.queries import queries

SQL = queries("passages")


@dataclass(frozen=True)
class NewPassage:
    """A passage to be kept: the position of its clause, its page, its range of the document's text, its unit vector."""

    position: int
    clause: int
    page: int
    start_at: int
    end_at: int
    embedding: Sequence[float]


@dataclass(frozen=True)
class PassageRow:
    """A passage with its text; `similarity` is the cosine with what was asked (1.0 = the same)."""

    document: str
    position: int
    clause: int
    page: int
    start_at: int
    end_at: int
    body: str
    similarity: float


async def add(connection: Connection, tenant: str, document: str, passages: Sequence[NewPassage]) -> None:
    """Keep passages of a document; those that are there already stay."""
    rows = [
        {
            "tenant": tenant,
            "document": uuid.UUID(document),
            "position": one.position,
            "clause": one.clause,
            "page": one.page,
            "start_at": one.start_at,
            "end_at": one.end_at,
            "embedding": Vector(list(one.embedding)).to_text(),
        }
        for one in passages
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(SQL["insert"], rows)


async def known(connection: Connection, documents: Sequence[str]) -> Mapping[str, int]:
    """How many passages each document has, those without any left out."""
    rows = await (await connection.execute(SQL["known"], {"documents": _uuids(documents)})).fetchall()
    return {row["document"]: row["passages"] for row in rows}


async def nearest(
    connection: Connection, embedding: Sequence[float], documents: Sequence[str], limit: int
) -> list[PassageRow]:
    """The passages of these documents that are nearest in meaning, nearest first."""
    await connection.execute(SQL["scan_on"])
    values = {
        "embedding": Vector(list(embedding)).to_text(),
        "documents": _uuids(documents),
        "limit": limit,
    }
    return [PassageRow(**row) for row in await (await connection.execute(SQL["nearest"], values)).fetchall()]


async def of_clauses(
    connection: Connection, embedding: Sequence[float], document: str, clauses: Sequence[int]
) -> list[PassageRow]:
    """The passages of some clauses of a document, in its order, each with how near it is."""
    values = {
        "embedding": Vector(list(embedding)).to_text(),
        "document": uuid.UUID(document),
        "clauses": list(clauses),
    }
    return [PassageRow(**row) for row in await (await connection.execute(SQL["of_clauses"], values)).fetchall()]


def _uuids(documents: Sequence[str]) -> list[uuid.UUID]:
    return [uuid.UUID(document) for document in documents]
