"""Which actions an ERP record came from, and which actions rest on a document."""

from __future__ import annotations

from typing import Any

from store.database import Connection
from store.queries import queries

SQL = queries("lineage")


async def of_record(connection: Connection, asked: str, *, limit: int = 20) -> list[str]:
    """The ids of the actions that this record, number or id is about, those that wrote something first."""
    rows = await (await connection.execute(SQL["of_record"], {"asked": asked, "limit": limit})).fetchall()
    return [row["id"] for row in rows]


async def on_document(connection: Connection, document: str, *, limit: int = 100) -> list[dict[str, Any]]:
    """The actions that rest on a document, oldest first: id, type, state, summary and the record that was written."""
    found = await connection.execute(SQL["on_document"], {"document": document, "limit": limit})
    return await found.fetchall()
