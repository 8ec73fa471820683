"""What a language model added to readings, what it cost, and where it disagrees with the rules."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from domain.canonical import plain
from domain.source import Evidence
from store.database import Connection
from store.queries import queries

SQL = queries("model_readings")


@dataclass(frozen=True)
class ModelReading:
    """One document's reading by a model. `state` is done, partial or failed; `outcomes` counts claims by their fate.

    `cost` is in the currency in which the installation states its prices, None where it states none.
    """

    document: str
    model: str
    state: str
    reason: str
    parts: int
    parts_read: int
    tokens_in: int
    tokens_out: int
    cost: Decimal | None
    outcomes: Mapping[str, int]
    started_at: datetime
    finished_at: datetime | None = None


async def record(connection: Connection, tenant: str, reading: ModelReading) -> bool:
    """Keep a reading; False when the document has one already."""
    row: dict[str, Any] = {
        "tenant": tenant,
        "document": uuid.UUID(reading.document),
        "model": reading.model,
        "state": reading.state,
        "reason": reading.reason,
        "parts": reading.parts,
        "parts_read": reading.parts_read,
        "tokens_in": reading.tokens_in,
        "tokens_out": reading.tokens_out,
        "cost": reading.cost,
        "outcomes": Jsonb(dict(reading.outcomes)),
        "started_at": reading.started_at,
    }
    return await (await connection.execute(SQL["record"], row)).fetchone() is not None


async def of_document(connection: Connection, document: str) -> ModelReading | None:
    """The document's reading by a model, None while there is none."""
    row = await (await connection.execute(SQL["of_document"], {"document": uuid.UUID(document)})).fetchone()
    return ModelReading(**row) if row else None


async def dispute(connection: Connection, tenant: str, term: str, value: Any, evidence: Evidence, model: str) -> None:
    """Put a model's other value beside a term, which is a conflict until a person decides."""
    row = {
        "tenant": tenant,
        "term": uuid.UUID(term),
        "value": Jsonb(plain(value)),
        "evidence": Jsonb(plain(evidence)),
        "model": model,
    }
    await connection.execute(SQL["dispute"], row)
