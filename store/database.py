"""The way to PostgreSQL: a transaction that sees exactly one tenant's rows, or none."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from domain.errors import InvalidInput, StoreUnavailable
from store.entry import Entry
from store.receipts import Receipts

BIND = "select set_config('app.tenant', %s, true)"
BIND_LIGHTLY = f"{BIND}, set_config('synchronous_commit', 'off', true)"


class Connection(AsyncConnection[dict[str, Any]]):
    """A connection that knows which audit entries its transaction has written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries: list[Entry] = []


class Database:
    """A pool of connections of the application's role, which owns nothing.

    With `receipts`, no audit entry commits that is not noted there.
    """

    def __init__(self, url: str, *, max_size: int = 10, receipts: Receipts | None = None) -> None:
        self.url = url
        self._receipts = receipts
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=Connection,
            kwargs={"row_factory": dict_row, "autocommit": True, "prepare_threshold": 0},
            min_size=1,
            max_size=max_size,
            timeout=30,  # a crowd waits its turn; `open` gives up sooner
            open=False,
        )

    async def open(self) -> None:
        """Connect. Raises StoreUnavailable with advice when the server cannot be reached."""
        try:
            await self._pool.open(wait=True, timeout=10)
        except PoolTimeout as error:
            raise StoreUnavailable("PostgreSQL cannot be reached: check COUNTERSIGN_DATABASE_URL.") from error

    async def close(self) -> None:
        """Give all connections back to the server."""
        await self._pool.close()
        if self._receipts:
            self._receipts.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def tenant(self, tenant: str, *, durable: bool = True) -> AsyncGenerator[Connection]:
        """A transaction in which row-level security shows this tenant's rows only.

        Without `durable` its commit does not wait for the disk: a crash of the server can lose it, but never keep
        what a later transaction committed and lose this one. No audit entry can be written in it.
        """
        async with self._connection() as connection:
            entries = connection.entries = []
            async with connection.transaction():
                await connection.execute(BIND if durable else BIND_LIGHTLY, [tenant])
                yield connection
                if entries and not durable:
                    raise ValueError("an audit entry needs a durable transaction")
                if self._receipts and entries:
                    self._receipts.announce(tenant, entries)
            if self._receipts and entries:
                self._receipts.confirm(tenant, entries)

    @asynccontextmanager
    async def nobody(self) -> AsyncGenerator[Connection]:
        """A transaction that sees no tenant's rows: for signing in and for the job queue."""
        async with self._connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def tenant_connection(self, tenant: str) -> AsyncGenerator[Connection]:
        """An autocommit connection bound to one tenant, for the LangGraph checkpointer; unbound before it is reused."""
        async with self._connection() as connection:
            await connection.execute("select set_config('app.tenant', %s, false)", [tenant])
            try:
                yield connection
            finally:
                if not connection.closed:
                    await connection.execute("select set_config('app.tenant', '', false)")

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Connection]:
        try:
            async with self._pool.connection() as connection:
                yield connection
        except psycopg.DataError as error:
            # PostgreSQL's own word on what no column can hold, such as NUL or a number of thirty digits.
            raise InvalidInput("Something in the request cannot be stored or looked up.") from error
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise StoreUnavailable("PostgreSQL cannot be reached; nothing was changed. Try again.") from error
