"""What only the database's own superuser can do, for the harnesses that show what of it is seen. Never for a server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString, cast

import psycopg
from psycopg import sql

# Written as the application writes them, one policy decision of some approver after the other.
CROWD = """
    insert into audit_entry (tenant, person, event, subject, trace, facts)
    select {tenant}, '5f0c7c0e-0000-4000-8000-0000000000' || lpad((n % 50)::text, 2, '0'), 'action.approved',
           'action:' || gen_random_uuid(), md5(n::text),
           jsonb_build_object('digest', repeat('a', 64), 'step', n % 3, 'policy', repeat('b', 64))
    from generate_series(1, {count}) n"""


def crowd(owner_url: str, tenant: str, count: int) -> None:
    """Write very many audit entries in one statement."""
    statement = sql.SQL(CROWD).format(tenant=sql.Literal(tenant), count=sql.Literal(count))
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(statement)
        connection.execute("vacuum (analyze) audit_entry")


def keep_tables(owner_url: str, tables: Sequence[str]) -> None:
    """Remember these tables' rows."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("drop schema if exists kept cascade")
        connection.execute("create schema kept")
        for table in tables:
            names = sql.Identifier("kept", table), sql.Identifier(table)
            connection.execute(sql.SQL("create table {} as table {}").format(*names))


def restore_tables(owner_url: str, tables: Sequence[str]) -> None:
    """Give these tables the rows that were remembered, and no others."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("set session_replication_role = replica")
        for table in tables:
            connection.execute(sql.SQL("truncate {}").format(sql.Identifier(table)))
            names = sql.Identifier(table), sql.Identifier("kept", table)
            connection.execute(sql.SQL("insert into {} overriding system value table {}").format(*names))


def execute(owner_url: str, statements: str) -> None:
    """Any SQL, several statements at once."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL(cast("LiteralString", statements)))
