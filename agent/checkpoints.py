"""LangGraph's PostgreSQL checkpointer behind row security: each of its statements runs as one tenant.

Deserialisation is strict: a crafted row can bring back messages and plain values, and no other type.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg import AsyncCursor
from psycopg.rows import DictRow, dict_row

from domain.errors import ConfigurationError
from store.database import Database


class TenantSaver(AsyncPostgresSaver):
    """Borrows a connection per statement instead of holding one while a model thinks. `setup` is a migration's job."""

    def __init__(self, database: Database, tenant: str) -> None:
        # The connection is never used: `_cursor`, the one place that reaches for it, is replaced below.
        super().__init__(conn=None, serde=JsonPlusSerializer(allowed_msgpack_modules=None))  # pyright: ignore[reportArgumentType]
        self._database = database
        self._tenant = tenant
        self.lock = asyncio.Lock()

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncGenerator[AsyncCursor[DictRow]]:  # noqa: ARG002 - the library's shape
        async with (
            self._database.tenant(self._tenant) as connection,
            connection.cursor(binary=True, row_factory=dict_row) as cursor,
        ):
            yield cursor

    async def setup(self) -> Any:
        """Refuse: the application owns no table, and the library's own tables would have no tenant."""
        raise ConfigurationError("Checkpoint tables are made by `countersign migrate`, as the schema's owner.")
