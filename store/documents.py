"""Documents of a tenant: their bytes and text, what was read in them, and what people decided about it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal, TypeVar

from psycopg.types.json import Jsonb

from domain.canonical import plain
from domain.errors import NotFound
from domain.masters import Bearing
from domain.source import Evidence
from domain.terms import Term, TermStatus
from store.database import Connection
from store.queries import queries

SQL = queries("documents")
Verdict = Literal["confirm", "correct", "reject"]


@dataclass(frozen=True)
class DocumentRow:
    """A document without its bytes and text. `pages` and `warnings` are JSON as `sow.document` writes them."""

    id: str
    name: str
    sha256: str
    kind: str
    language: str
    bytes: int
    page_count: int
    contract: str | None
    status: str
    pages: tuple[dict[str, Any], ...]
    warnings: tuple[dict[str, Any], ...]
    uploaded_by: str
    uploaded_by_name: str
    uploaded_at: datetime
    attached_to: str | None = None  # the message that it came in


@dataclass(frozen=True)
class TermRow:
    """A term as it stands: `value` is in force, `read_value` is what the reading proposed."""

    id: str
    document: str
    position: int
    field: str
    value: Any
    read_value: Any
    confidence: float
    method: str
    status: TermStatus
    alternatives: tuple[Any, ...]
    evidence: tuple[Evidence, ...]
    decided_by: str | None
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True)
class ClauseRow:
    """A clause of a document; `rank` orders what a search found."""

    document: str
    position: int
    number: str
    title: str
    page: int
    start_at: int
    end_at: int
    body: str
    document_name: str = ""
    rank: float = 0.0


@dataclass(frozen=True)
class NewClause:
    """A clause to be kept."""

    number: str
    title: str
    page: int
    start: int
    end: int
    body: str


@dataclass(frozen=True)
class NewDocument:
    """A document that was read, to be kept with its clauses and terms."""

    name: str
    sha256: str
    kind: str
    language: str
    content: bytes
    body: str
    pages: Sequence[Any]
    warnings: Sequence[Any]
    clauses: Sequence[NewClause]
    terms: Sequence[Term]
    contract: str | None = None
    attached_to: str | None = None
    bearing: Bearing | None = None


async def add(connection: Connection, tenant: str, person: str, new: NewDocument) -> str | None:
    """Keep a document and return its id, or None when the tenant has one with the same digest."""
    row = {
        "tenant": tenant,
        "name": new.name,
        "sha256": new.sha256,
        "kind": new.kind,
        "language": new.language,
        "bytes": len(new.content),
        "page_count": len(new.pages),
        "contract": new.contract,
        "content": new.content,
        "body": _storable(new.body),
        "pages": _json(new.pages),
        "warnings": _json(new.warnings),
        "attached_to": _uuid(new.attached_to) if new.attached_to else None,
        "bearing": _json(new.bearing) if new.bearing else None,
        "uploaded_by": person,
    }
    added = await (await connection.execute(SQL["insert"], row)).fetchone()
    if added is None:
        return None
    async with connection.cursor() as cursor:
        await cursor.executemany(SQL["insert_clause"], _clauses(tenant, added["id"], new.clauses))
        await cursor.executemany(SQL["insert_term"], _terms(tenant, added["id"], new.terms))
    return added["id"]


async def add_terms(connection: Connection, tenant: str, document: str, terms: Sequence[Term], *, first: int) -> None:
    """Keep further terms of a document from position `first` on."""
    async with connection.cursor() as cursor:
        await cursor.executemany(SQL["insert_term"], _terms(tenant, document, terms, first))


def _clauses(tenant: str, document: str, clauses: Sequence[NewClause]) -> list[dict[str, Any]]:
    owner = {"tenant": tenant, "document": document}
    return [
        {**owner, "position": n, **plain(clause), "body": _storable(clause.body), "title": _storable(clause.title)}
        for n, clause in enumerate(clauses)
    ]


def _terms(tenant: str, document: str, terms: Sequence[Term], first: int = 0) -> list[dict[str, Any]]:
    owner = {"tenant": tenant, "document": document}
    return [
        {
            **owner,
            "position": n,
            "field": term.field,
            "value": _json(term.value),
            "confidence": term.confidence,
            "method": term.method,
            "status": term.status.value,
            "alternatives": _json(term.alternatives),
            "evidence": _json(term.evidence),
        }
        for n, term in enumerate(terms, first)
    ]


def _json(value: Any) -> Jsonb:
    return Jsonb(_storable(plain(value)))


def _storable(value: Any) -> Any:
    """PostgreSQL holds no NUL; one character for another keeps every offset true."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return {key: _storable(item) for key, item in value.items()} if isinstance(value, dict) else value


async def unread_bearing(connection: Connection, after: str) -> str | None:
    """The next document whose bearing on others was never read, or not all of it; None after the last."""
    row = await (await connection.execute(SQL["unread_bearing"], {"after": _uuid(after)})).fetchone()
    return row["id"] if row else None


async def set_bearing(connection: Connection, document: str, found: Bearing) -> None:
    """Keep a document's bearing on others where it was never read; for the worker's role alone."""
    await connection.execute(SQL["set_bearing"], {"id": _uuid(document), "bearing": _json(found)})


async def by_digest(connection: Connection, sha256: str) -> DocumentRow | None:
    """The document with these bytes."""
    row = await (await connection.execute(SQL["by_digest"], {"sha256": sha256})).fetchone()
    return _document(row) if row else None


async def get(connection: Connection, document: str) -> DocumentRow:
    """One document. Raises NotFound."""
    row = await (await connection.execute(SQL["get"], {"id": _uuid(document)})).fetchone()
    if row is None:
        raise NotFound
    return _document(row)


async def listing(connection: Connection, *, limit: int = 100, offset: int = 0) -> list[DocumentRow]:
    """Documents, newest first."""
    rows = await (await connection.execute(SQL["newest"], {"limit": limit, "offset": offset})).fetchall()
    return [_document(row) for row in rows]


async def by_contract(connection: Connection, contract: str) -> list[DocumentRow]:
    """The documents of one ERP contract number, newest first."""
    rows = await (await connection.execute(SQL["of_contract"], {"contract": contract})).fetchall()
    return [_document(row) for row in rows]


async def attached(connection: Connection, message: str) -> list[DocumentRow]:
    """The documents that came in a message."""
    rows = await (await connection.execute(SQL["attached"], {"id": _uuid(message)})).fetchall()
    return [_document(row) for row in rows]


async def content(connection: Connection, document: str) -> bytes:
    """The document's bytes, a protected PDF without its protection. Raises NotFound."""
    return bytes(await _one(connection, "content", document))


async def body(connection: Connection, document: str) -> str:
    """The text that evidence counts in. Raises NotFound."""
    return str(await _one(connection, "body", document))


async def _one(connection: Connection, column: str, document: str) -> Any:
    row = await (await connection.execute(SQL[column], {"id": _uuid(document)})).fetchone()
    if row is None:
        raise NotFound
    return row[column]


async def terms(connection: Connection, *documents: str, fields: Sequence[str] | None = None) -> list[TermRow]:
    """The terms of documents (of these fields alone), each as it stands, rejected ones too."""
    named = None if fields is None else list(fields)
    wanted = {"documents": [_uuid(document) for document in documents], "fields": named}
    return [_term(row) for row in await (await connection.execute(SQL["terms"], wanted)).fetchall()]


async def to_confirm(connection: Connection, *documents: str) -> dict[str, int]:
    """How many terms no person has looked at yet, of the documents that have such."""
    rows = await connection.execute(SQL["to_confirm"], {"documents": [_uuid(document) for document in documents]})
    return {row["document"]: row["left_over"] async for row in rows}


async def term(connection: Connection, wanted: str) -> TermRow:
    """One term as it stands. Raises NotFound."""
    row = await (await connection.execute(SQL["term"], {"id": _uuid(wanted)})).fetchone()
    if row is None:
        raise NotFound
    return _term(row)


async def decide(
    connection: Connection, tenant: str, person: str, wanted: str, verdict: Verdict, *, value: Any, reason: str
) -> None:
    """Record a person's verdict on a term; the newest is in force."""
    values = {
        "tenant": tenant,
        "term": _uuid(wanted),
        "verdict": verdict,
        "value": _json(value) if verdict == "correct" else None,
        "reason": reason,
        "person": person,
    }
    await connection.execute(SQL["insert_decision"], values)


async def attach(connection: Connection, document: str, contract: str | None) -> None:
    """Say which ERP contract number a document belongs to. Raises NotFound."""
    values = {"id": _uuid(document), "contract": contract}
    if await (await connection.execute(SQL["attach"], values)).fetchone() is None:
        raise NotFound


async def clauses(connection: Connection, document: str) -> list[ClauseRow]:
    """The clauses of a document in order."""
    rows = await (await connection.execute(SQL["clauses"], {"document": _uuid(document)})).fetchall()
    return [_row(ClauseRow, row) for row in rows]


async def search_clauses(
    connection: Connection, text: str, *, documents: Sequence[str] | None = None, limit: int = 8
) -> list[ClauseRow]:
    """Clauses about `text` in words a person would type ("payment terms", "acceptance or review"), best first."""
    wanted = None if documents is None else [_uuid(document) for document in documents]
    values = {"text": text, "documents": wanted, "limit": limit}
    return [_row(ClauseRow, row) for row in await (await connection.execute(SQL["search_clauses"], values)).fetchall()]


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound from error


Row = TypeVar("Row", DocumentRow, TermRow, ClauseRow)


def _row(kind: type[Row], row: dict[str, Any]) -> Row:
    return kind(**{field.name: row[field.name] for field in fields(kind) if field.name in row})


def _document(row: dict[str, Any]) -> DocumentRow:
    return _row(DocumentRow, {**row, "pages": tuple(row["pages"]), "warnings": tuple(row["warnings"])})


def _term(row: dict[str, Any]) -> TermRow:
    evidence = tuple(
        Evidence(
            item["page"],
            item["quote"],
            item["start"],
            item["end"],
            tuple((box[0], box[1], box[2], box[3]) for box in item["boxes"]),
            row["document"],
        )
        for item in row["evidence"]
    )
    known = {"status": TermStatus(row["status"]), "alternatives": tuple(row["alternatives"]), "evidence": evidence}
    return _row(TermRow, {**row, **known})
