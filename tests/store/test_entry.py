"""An entry's bytes are RFC 8785 whatever it says, and those of the entries that were sealed before it had more fields."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql
from psycopg.types.json import Jsonb

from domain.canonical import canonical
from store.database import Database
from store.entry import Entry, encoded

TEXT = st.text(st.characters(blacklist_categories=("Cs",)))
EVERY = st.builds(
    Entry,
    id=st.integers(1, 2**53 - 1),
    at=st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds it
    person=TEXT,
    agent_run=st.none() | TEXT,
    on_behalf_of=st.none() | TEXT,
    event=TEXT,
    subject=TEXT,
    trace=st.none() | TEXT,
    facts=TEXT,
)


@given(EVERY, TEXT)
def test_an_entry_is_canonical_json(entry: Entry, tenant: str) -> None:
    said = {"tenant": tenant, **entry._asdict(), "at": entry.at.isoformat(timespec="microseconds")}
    for name in ("trace", "on_behalf_of"):
        if said[name] is None:
            del said[name]
    assert encoded(tenant, entry) == canonical(said)


def test_an_entry_without_the_younger_fields_is_as_it_was_first_sealed() -> None:
    at = datetime(2026, 10, 1, 12, 0, 0, 5, tzinfo=UTC)
    entry = Entry(7, at, "ann", None, None, "thing.done", "thing:1", None, '{"n": 1}')
    assert encoded("alpha", entry) == (
        b'{"agent_run":null,"at":"2026-10-01T12:00:00.000005+00:00","event":"thing.done","facts":"{\\"n\\": 1}",'
        b'"id":7,"person":"ann","subject":"thing:1","tenant":"alpha"}'
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changed", "taken"),
    [
        ({}, True),
        ({"event": "things.all_done", "trace": "0" * 32, "on_behalf_of": "bob"}, True),
        ({"facts": Jsonb({"n": "x" * 59_000})}, True),
        ({"facts": Jsonb({"n": '"' * 14_000}), "subject": "s" * 9_000}, False),  # each sign takes four in the bundle
        ({"facts": Jsonb({"n": '"' * 14_000})}, True),
        ({"facts": Jsonb({"n": "x" * 66_000})}, False),
        ({"event": "done"}, False),
        ({"event": "Thing.done"}, False),
        ({"trace": "0" * 31}, False),
        ({"on_behalf_of": ""}, False),
    ],
)
async def test_an_entry_that_no_bundle_can_hold_or_that_is_misshapen_is_refused(
    database: Database, owner: psycopg.Connection, changed: dict[str, object], taken: bool
) -> None:
    row: dict[str, object] = {"event": "thing.done", "subject": "thing:1", "person": "ann", "facts": Jsonb({})}
    row |= {"tenant": "alpha", "agent_run": None, "on_behalf_of": None, "trace": None} | changed
    statement = sql.SQL("insert into audit_entry ({}) values ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(map(sql.Placeholder, row))
    )
    async with database.tenant("alpha") as connection:
        if taken:
            await connection.execute(statement, row)
        else:
            with pytest.raises(psycopg.errors.CheckViolation):
                await connection.execute(statement, row)
