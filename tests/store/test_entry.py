"""An entry's bytes are RFC 8785 whatever it says, and those of the entries that were sealed before it had more fields."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import canonical
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
