"""Every named query is planned by PostgreSQL as the role that runs it: it parses, fits the schema and is permitted."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

import store
from store.queries import queries

FOLDER = Path(store.__file__).parent
OWNERS = {"tenants", "erasure"}  # run by the schema's owner
NOUNS = sorted(p.stem for p in FOLDER.glob("*.sql") if "-- name:" in p.read_text() and p.stem not in OWNERS)
# What only the worker's role may do.
WORKERS = {
    ("actions", "begin_attempt"),
    ("actions", "move_written"),
    ("attempts", "begin"),
    ("attempts", "end"),
    ("circuit", "answered"),
    ("circuit", "failed"),
    ("circuit", "probe"),
    ("seal", "add_leaves"),
    ("seal", "add_nodes"),
    ("retention", "prune"),
    ("freezes", "thaw"),
    ("waivers", "add"),
    ("waivers", "end"),
    ("documents", "set_bearing"),
    ("model_readings", "record"),
    ("model_readings", "dispute"),
    ("rulebook", "install"),
    ("rights", "change"),
    ("seal", "add_checkpoint"),
    ("audit", "word"),
}


def numbered(query: str) -> str:
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", query)))
    for position, name in enumerate(names, 1):
        query = query.replace(f"%({name})s", f"${position}")
    return query.replace("%%", "%")


@pytest.mark.parametrize("noun", NOUNS)
def test_queries_can_be_planned(noun: str, database_urls: tuple[str, str]) -> None:
    with (
        as_role(database_urls, "countersign_app") as application,
        as_role(database_urls, "countersign_worker") as worker,
    ):
        for name, query in queries(noun).items():
            text = f"explain (generic_plan) {numbered(query.as_string())}"
            if (noun, name) in WORKERS:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    application.execute(text)
            try:
                plan = (worker if (noun, name) in WORKERS else application).execute(text).fetchall()
            except psycopg.Error as error:
                pytest.fail(f"store/{noun}.sql {name}: {error}")
            assert plan, name


def as_role(database_urls: tuple[str, str], role: str) -> psycopg.Connection:
    connection = psycopg.connect(psycopg.conninfo.make_conninfo(database_urls[1], user=role), autocommit=True)
    connection.execute("select set_config('app.tenant', 'northlight', false)")
    return connection
