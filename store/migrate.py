"""Brings the schema up to date: numbered SQL files, each applied once, in order, in a transaction of its own.

Runs as the owner of the schema; the application never does. An applied file that changed afterwards is an error.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import LiteralString, cast

import psycopg
from procrastinate.schema import SchemaManager
from psycopg.sql import SQL

from domain.errors import ConfigurationError

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x636F756E  # "coun": two migrations at once wait for each other


def migrate(owner_url: str) -> list[str]:
    """Apply what is missing and return its names. Raises ConfigurationError when history and files disagree."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        _run(connection, (FOLDER.parent / "bootstrap.sql").read_text("utf-8"))
        applied = dict(connection.execute("select name, sha256 from schema_migration").fetchall())
        connection.commit()
        files = [(path.name, path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.sql"))]
        return [name for name, text in (_queue(), *files) if _apply(connection, name, text, applied)]


def _queue() -> tuple[str, str]:
    """The job queue's own schema; the application works through its tables and owns none of them either."""
    return "procrastinate", SchemaManager.get_schema() + (FOLDER.parent / "queue_grants.sql").read_text("utf-8")


def _apply(connection: psycopg.Connection, name: str, text: str, applied: dict[str, str]) -> bool:
    sha = hashlib.sha256(text.encode()).hexdigest()
    if name in applied:
        if applied[name] != sha:
            raise ConfigurationError(f"{name} changed after it was applied; add a new migration instead.")
        return False
    with connection.transaction():
        _run(connection, text)
        connection.execute("insert into schema_migration (name, sha256) values (%s, %s)", [name, sha])
    return True


def _run(connection: psycopg.Connection, text: str) -> None:
    connection.execute(SQL(cast("LiteralString", text)))
