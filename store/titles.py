"""What the documents of a tenant are called, so that a conversation can name one."""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Connection
from store.queries import queries

SQL = queries("titles")


@dataclass(frozen=True)
class Title:
    """A document's id, the name of its file, and the number of the ERP contract that holds it."""

    id: str
    name: str
    contract: str | None


async def newest(connection: Connection, *, limit: int = 2000) -> list[Title]:
    """The newest documents by name."""
    rows = await (await connection.execute(SQL["newest"], {"limit": limit})).fetchall()
    return [Title(**row) for row in rows]
