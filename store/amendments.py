"""What documents say of others (what they change there, which one prevails), and which ones people say these are."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from domain.amendments import Amendment, Effect, Reference
from domain.canonical import plain
from domain.masters import Bearing
from store.database import Connection
from store.queries import queries

SQL = queries("amendments")
EFFECTS: TypeAdapter[tuple[Effect, ...]] = TypeAdapter(tuple[Effect, ...])
REFERENCES: TypeAdapter[tuple[Reference, ...]] = TypeAdapter(tuple[Reference, ...])
BEARING: TypeAdapter[Bearing] = TypeAdapter(Bearing)
Relation = Literal["amends", "under"]


@dataclass(frozen=True)
class LinkRow:
    """A person's word on what a document amends or is under; `target` is None for nothing that is kept here."""

    document: str
    relation: Relation
    target: str | None
    person: str
    person_name: str
    linked_at: datetime


@dataclass(frozen=True)
class Place:
    """A numbered clause's range in its document's text."""

    number: str
    title: str
    start_at: int
    end_at: int


async def add(connection: Connection, tenant: str, document: str, found: Amendment) -> None:
    """Keep what a document says it changes."""
    row = {
        "tenant": tenant,
        "document": uuid.UUID(document),
        "kind": found.kind,
        "number": found.number,
        "effective": found.effective,
        "refers": Jsonb(_storable(plain(found.references))),
        "effects": Jsonb(_storable(plain(found.effects))),
    }
    await connection.execute(SQL["insert"], row)


def _storable(value: Any) -> Any:
    """PostgreSQL holds no NUL; one character for another keeps every offset true."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return {key: _storable(item) for key, item in value.items()} if isinstance(value, dict) else value


async def every(connection: Connection) -> Mapping[str, Amendment]:
    """The tenant's amendments by document; every quote names its document."""
    rows = await (await connection.execute(SQL["every"])).fetchall()
    return {row["document"]: _amendment(row) for row in rows}


def _amendment(row: dict[str, Any]) -> Amendment:
    for item in (*row["refers"], *row["effects"]):
        item["evidence"]["document"] = row["document"]
    return Amendment(
        row["kind"],
        row["number"],
        row["effective"],
        REFERENCES.validate_python(row["refers"]),
        EFFECTS.validate_python(row["effects"]),
    )


async def link(
    connection: Connection,
    tenant: str,
    person: str,
    document: str,
    *,
    relation: Relation,
    target: str | None,
    reason: str,
) -> None:
    """Record a person's word on what a document amends or is under; the newest is in force."""
    values = {
        "tenant": tenant,
        "document": uuid.UUID(document),
        "relation": relation,
        "target": uuid.UUID(target) if target else None,
        "reason": reason,
        "person": person,
    }
    await connection.execute(SQL["link"], values)


async def links(connection: Connection) -> Mapping[tuple[str, Relation], LinkRow]:
    """People's words in force, by document and relation."""
    rows = await (await connection.execute(SQL["links"])).fetchall()
    return {(row["document"], row["relation"]): LinkRow(**row) for row in rows}


async def bearings(connection: Connection) -> Mapping[str, Bearing]:
    """What documents say of themselves beside others; a document that was read before that was kept has no entry."""
    found: dict[str, Bearing] = {}
    for row in await (await connection.execute(SQL["bearings"])).fetchall():
        for rank in row["bearing"]["ranks"]:
            rank["evidence"]["document"] = row["document"]
        for place in row["bearing"].get("rates", ()):
            place["document"] = row["document"]
        found[row["document"]] = BEARING.validate_python(row["bearing"])
    return found


async def places(connection: Connection, documents: Sequence[str]) -> Mapping[str, tuple[Place, ...]]:
    """Where the numbered clauses of documents stand, by document."""
    wanted = {"documents": [uuid.UUID(document) for document in documents]}
    found: dict[str, list[Place]] = {document: [] for document in documents}
    for row in await (await connection.execute(SQL["places"], wanted)).fetchall():
        found[row.pop("document")].append(Place(**row))
    return {document: tuple(rows) for document, rows in found.items()}
