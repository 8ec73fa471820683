"""Proposals that wait for decisions: whose time has come, and which were made from a document."""

from __future__ import annotations

from store.database import Connection
from store.queries import queries

SQL = queries("waiting")


async def to_remind(connection: Connection) -> list[str]:
    """Actions that waited, unreminded, as long as the policy they were proposed under lets them."""
    return [row["id"] for row in await (await connection.execute(SQL["to_remind"])).fetchall()]


async def to_escalate(connection: Connection) -> list[str]:
    """Actions that by the policy they were proposed under others may decide on, too, by now."""
    return [row["id"] for row in await (await connection.execute(SQL["to_escalate"])).fetchall()]


async def remind(connection: Connection, action_id: str) -> bool:
    """Note that people were reminded; False when the action no longer waits, or they were before."""
    return await (await connection.execute(SQL["remind"], {"id": action_id})).fetchone() is not None


async def escalate(connection: Connection, action_id: str) -> bool:
    """Note that those above may decide, too; False when the action no longer waits, or they could before."""
    return await (await connection.execute(SQL["escalate"], {"id": action_id})).fetchone() is not None


async def overdue(connection: Connection) -> list[str]:
    """Actions that waited longer than policy lets them."""
    return [row["id"] for row in await (await connection.execute(SQL["overdue"])).fetchall()]


async def for_document(connection: Connection, action_type: str, document: str) -> list[str]:
    """Proposals of this type, made from this document, that wait for a decision."""
    rows = await connection.execute(SQL["waiting_for_document"], {"type": action_type, "document": document})
    return [row["id"] for row in await rows.fetchall()]
