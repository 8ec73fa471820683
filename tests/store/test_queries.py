"""Every named query is planned by PostgreSQL as the application's role: it parses, fits the schema and is permitted."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

import store
from store.queries import queries

FOLDER = Path(store.__file__).parent
OWNERS = {"tenants"}  # run by the schema's owner, see store/tenants.py
NOUNS = sorted(p.stem for p in FOLDER.glob("*.sql") if "-- name:" in p.read_text() and p.stem not in OWNERS)


def numbered(query: str) -> str:
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", query)))
    for position, name in enumerate(names, 1):
        query = query.replace(f"%({name})s", f"${position}")
    return query.replace("%%", "%")


@pytest.mark.parametrize("noun", NOUNS)
def test_queries_can_be_planned(noun: str, database_urls: tuple[str, str]) -> None:
    with psycopg.connect(database_urls[1], autocommit=True) as application:
        application.execute("select set_config('app.tenant', 'northlight', false)")
        for name, query in queries(noun).items():
            try:
                plan = application.execute(f"explain (generic_plan) {numbered(query.as_string())}").fetchall()
            except psycopg.Error as error:
                pytest.fail(f"store/{noun}.sql {name}: {error}")
            assert plan, name
