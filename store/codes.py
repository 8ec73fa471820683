"""Remembers which project code a person chose for which work, and finds the choices nearest to a new document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pgvector import Vector

from domain.actor import Actor
from store import audit
from store.database import Connection
from store.embedding import Embedded
from store.queries import queries

SQL = queries("codes")


@dataclass(frozen=True)
class Choice:
    """The code that stands for a document or a case now, and who chose it (a person's id and name)."""

    code: str
    kind: str
    practice: str | None
    region: str | None
    chosen_by: str
    chosen_at: datetime
    chosen_by_name: str


@dataclass(frozen=True)
class PrecedentRow:
    """An earlier choice; `similarity` is the cosine with the text that was asked for (1.0 = the same)."""

    code: str
    kind: str
    document: str | None
    customer: str
    practice: str | None
    region: str | None
    billing: list[str]
    subject: str
    chosen_by: str
    chosen_at: datetime
    similarity: float


async def remember(
    connection: Connection,
    actor: Actor,
    *,
    code: str,
    kind: str,
    document: str | None,
    customer: str,
    practice: str | None,
    region: str | None,
    billing: Sequence[str],
    subject: str,
    embedding: Sequence[float],
    model: str = Embedded.model,
    case_key: str = "",
    reason: str = "",
) -> None:
    """Keep a person's choice as a precedent, audited in the same transaction."""
    values: dict[str, Any] = {
        "tenant": actor.tenant,
        "code": code,
        "kind": kind,
        "document": document,
        "customer": customer,
        "practice": practice,
        "region": region,
        "billing": list(billing),
        "subject": subject[:2000],
        "embedding": Vector(list(embedding)).to_text(),
        "model": model,
        "case_key": case_key,
        "chosen_by": actor.person,
    }
    await connection.execute(SQL["remember"], values)
    facts = {"code": code, "kind": kind, "reason": reason}
    await audit.append(connection, actor, "code.chosen", f"document:{document}" if document else f"code:{code}", facts)


async def nearest(
    connection: Connection,
    embedding: Sequence[float],
    *,
    besides: str | None = None,
    model: str = Embedded.model,
    customer: str = "",
    limit: int = 8,
) -> tuple[PrecedentRow, ...]:
    """The tenant's choices nearest in meaning, nearest first; `besides` leaves one document's own choice out.

    `customer`: only choices for this customer, by its name.
    Of several choices for one case only the last counts: the earlier ones were taken back.
    """
    await connection.execute(SQL["scan_on"])
    values = {"embedding": Vector(list(embedding)).to_text(), "document": besides, "model": model, "limit": limit}
    values["customer"] = customer
    rows = await (await connection.execute(SQL["nearest"], values)).fetchall()
    return tuple(PrecedentRow(**row) for row in rows)


async def reserved(connection: Connection) -> frozenset[str]:
    """New codes that people have chosen: taken, though the ERP may not know them yet."""
    rows = await (await connection.execute(SQL["reserved"])).fetchall()
    return frozenset(row["code"] for row in rows)


async def of_document(connection: Connection, document: str) -> Choice | None:
    """The latest choice for a document, or None."""
    row = await (await connection.execute(SQL["of_document"], {"document": document})).fetchone()
    return None if row is None else Choice(**row)


async def of_case(connection: Connection, case_key: str, document: str | None = None) -> Choice | None:
    """The latest choice for the same document or the same case, or None."""
    row = await (await connection.execute(SQL["of_case"], {"case_key": case_key, "document": document})).fetchone()
    return None if row is None else Choice(**row)
