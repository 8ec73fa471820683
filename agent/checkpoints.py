"""LangGraph's PostgreSQL checkpointer behind row security: each of its statements runs as one tenant.

Deserialisation is strict: a crafted row can bring back messages and plain values, and no other type.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
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


class NewTurnSaver(TenantSaver):
    """For a turn that begins: nothing of it can be in the database yet, and only a turn that waits for people needs to
    be there. What LangGraph puts stays here until `keep`.
    """

    def __init__(self, database: Database, tenant: str) -> None:
        super().__init__(database, tenant)
        self._put: list[tuple[RunnableConfig, Checkpoint, CheckpointMetadata, ChannelVersions]] = []
        self._written: list[tuple[RunnableConfig, Sequence[tuple[str, Any]], str, str]] = []

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Nothing: a turn begins once."""
        del config
        return None

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Hold the checkpoint back, and name it as the library does."""
        self._put.append((config, checkpoint, metadata, new_versions))
        about: dict[str, Any] = config.get("configurable", {})
        named = {name: about[name] for name in ("thread_id", "checkpoint_ns")}
        return {"configurable": {**named, "checkpoint_id": checkpoint["id"]}}

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Hold the writes back."""
        self._written.append((config, writes, task_id, task_path))

    async def keep(self) -> None:
        """Write down what was held back, for the turn to be continued from another process."""
        for put in self._put:
            await super().aput(*put)
        for written in self._written:
            await super().aput_writes(*written)
