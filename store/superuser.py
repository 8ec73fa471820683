"""What only the database's own superuser can do, for the harnesses that show what of it is seen. Never for a server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString, cast

import psycopg
from psycopg import sql

from store.spelling import BUCKETS

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


def fill_catalogue(owner_url: str, tenant: str, vectors: Sequence[Sequence[float]], model: str) -> None:
    """A catalogue of open codes with these vectors and no others, its index by meaning built anew as it was defined."""
    spelt = "[" + ",".join(["0"] * (BUCKETS - 1) + ["1"]) + "]"
    columns = "tenant, project, code, name, status, open, digest, spelling, model, embedding"
    with psycopg.connect(owner_url) as connection:
        found = connection.execute(
            "select indexname, indexdef from pg_indexes where indexdef like '%hnsw%' and tablename = 'code_catalogue'"
        ).fetchall()
        connection.execute("set maintenance_work_mem = '1GB'")
        connection.execute("truncate code_catalogue")
        for name, _ in found:
            connection.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
        with connection.cursor().copy(f"copy code_catalogue ({columns}) from stdin") as copy:
            for number, vector in enumerate(vectors):
                text = "[" + ",".join(f"{value:.7g}" for value in vector) + "]"
                copy.write_row((tenant, str(number), f"X{number}", "", "open", True, "", spelt, model, text))
        for name, definition in found:
            if name == "code_catalogue_meaning":  # all spellings are the same here
                connection.execute(sql.SQL(cast("LiteralString", definition)))
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("vacuum (analyze) code_catalogue")
