"""One embedded PostgreSQL a run; every test that asks for a database has an empty one, migrated, for itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from store.database import Database
from store.embedded import embedded_postgres
from store.migrate import migrate
from tests.actions.ledger import make_tables
from tests.emptying import Emptied

pytest_plugins = ["tests.erp.firm"]
# Rules are tested, never how long a busy machine takes for them.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The owner's URL of the `postgres` database of a server that lives as long as this test process."""
    # Not below pytest's own folder: a second run of pytest closes that to all but root, and PostgreSQL is not root.
    with TemporaryDirectory(prefix="countersign-pg-") as folder, embedded_postgres(Path(folder) / "data") as server:
        with psycopg.connect(server.owner_url("postgres"), autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # this server's data outlives nothing
                connection.execute(f"alter system set {setting} = off")
            connection.execute("select pg_reload_conf()")
        yield server.owner_url("postgres")


@pytest.fixture(scope="session")
def databases(postgres: str) -> Emptied:
    return Emptied(postgres, migrate)


@pytest.fixture
def database_urls(databases: Emptied) -> Iterator[tuple[str, str]]:
    """(owner's URL, application's URL) of a database without rows."""
    with databases.one() as url:
        yield url, psycopg.conninfo.make_conninfo(url, user="countersign_app")


@pytest.fixture(scope="session")
def ledgers(postgres: str) -> Emptied:
    """Databases for what stands in for an ERP."""
    return Emptied(postgres, make_tables)


@pytest.fixture
def owner(database_urls: tuple[str, str]) -> Iterator[psycopg.Connection]:
    """A superuser's connection: to arrange what the application may not, and to check behind its back."""
    with psycopg.connect(database_urls[0], autocommit=True) as connection:
        yield connection


@pytest.fixture
async def worker_database(database_urls: tuple[str, str], anyio_backend: str) -> AsyncIterator[Database]:
    """The same database through the worker's role."""
    url = psycopg.conninfo.make_conninfo(database_urls[0], user="countersign_worker")
    async with Database(url, max_size=8) as pool:
        yield pool


@pytest.fixture
async def database(database_urls: tuple[str, str], anyio_backend: str) -> AsyncIterator[Database]:
    pool = Database(database_urls[1], max_size=8)
    await pool.open()
    yield pool
    await pool.close()
