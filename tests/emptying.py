"""One database for many tests: emptied after each, and made anew only when a test changed more than its rows.

Making a database takes a third of a second of computing, emptying one a hundredth.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager

import psycopg
from psycopg import sql

# In a schema of its own, so that no test that looks at our tables meets it.
WATCH = """
create schema watching;
create table watching.altered ();
create function watching.note() returns event_trigger language plpgsql security definer as $$
begin
    insert into watching.altered default values;
end $$;
create event trigger watching on ddl_command_end execute function watching.note();
alter event trigger watching enable always;
"""
# Deleted rows would stay in an index by meaning as dead ends; a table that has one is truncated.
EMPTY = """
set session_replication_role = replica;
do $$
declare
    tab record;
    filled boolean;
begin
    for tab in
        select format('%I.%I', s.nspname, c.relname) as name, exists (
            select from pg_index i join pg_class k on k.oid = i.indexrelid join pg_am a on a.oid = k.relam
            where i.indrelid = c.oid and a.amname = 'hnsw') as graph
        from pg_class c join pg_namespace s on s.oid = c.relnamespace
        where c.relkind = 'r' and s.nspname = 'public' and c.relname <> all (array['schema_migration', 'checkpoint_migrations'])
    loop
        execute format('select exists (select from %s)', tab.name) into filled;
        if filled then
            execute format(case when tab.graph then 'truncate %s cascade' else 'delete from %s' end, tab.name);
        end if;
    end loop;
    perform setval(format('%I.%I', schemaname, sequencename), start_value, false)
    from pg_sequences where last_value is not null;
end $$;
reset session_replication_role;
"""


class Emptied:
    """Databases of one server that begin alike and without rows; one that was emptied is given out again.

    `fill` makes the tables in a database of the URL it is given.
    """

    def __init__(self, server: str, fill: Callable[[str], object]) -> None:
        self._server = server
        self._fill = fill
        self._template = ""
        self._spare: list[str] = []

    @contextmanager
    def one(self) -> Generator[str]:
        """The owner's URL of a database that nobody else has meanwhile."""
        name = self._spare.pop() if self._spare else self._copied()
        yield self._url(name)
        self._take_back(name)

    def _take_back(self, name: str) -> None:
        with psycopg.connect(self._url(name), autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid()"
            )
            altered = connection.execute("select from watching.altered").fetchone() is not None
            if not altered:
                connection.execute(EMPTY)
        if altered:
            self._ordered(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        else:
            self._spare.append(name)

    def _copied(self) -> str:
        self._template = self._template or self._made()
        name = _new()
        self._ordered(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(self._template))
        )
        return name

    def _made(self) -> str:
        name = _new()
        self._ordered(sql.SQL("create database {}").format(sql.Identifier(name)))
        self._fill(self._url(name))
        with psycopg.connect(self._url(name), autocommit=True) as connection:
            connection.execute(WATCH)
            connection.execute("truncate watching.altered")
        return name

    def _ordered(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement)

    def _url(self, name: str) -> str:
        return psycopg.conninfo.make_conninfo(self._server, dbname=name)


def _new() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"
