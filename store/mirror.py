"""The ERP's facts as last read, in PostgreSQL: so that answers need no ERP, and yesterday's facts can be shown today.

A record is kept as the JSON of its domain record, so that a new field of a record needs no migration.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, cast

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from domain.records import Contract, Customer, Employee, Invoice, PriceList, Project, TimeEntry
from store.database import Connection
from store.mirror_keys import keys_of
from store.mirror_time import columns_of, summed
from store.queries import queries

SQL = queries("mirror")
Record = Customer | Contract | Project | Employee | TimeEntry | Invoice | PriceList
KINDS: Mapping[str, type] = {
    "customer": Customer,
    "contract": Contract,
    "project": Project,
    "employee": Employee,
    "time": TimeEntry,
    "invoice": Invoice,
    "price_list": PriceList,
}
KIND_OF = {of: kind for kind, of in KINDS.items()}
AT_ONCE = 5000
PROJECTS_AT_ONCE = 250
Key = tuple[str, str]


@dataclass(frozen=True)
class State:
    """How far the mirror is. `failed_since` and `failure` speak of attempts after the last complete reading."""

    system: str
    company: str
    base_currency: str
    closed_periods: tuple[tuple[date, date], ...]
    rates: tuple[tuple[str, date], ...]
    mark: Mapping[str, Any]
    generation: int
    read_at: datetime
    whole_at: datetime
    warnings: tuple[str, ...]
    tried_at: datetime | None
    failed_since: datetime | None
    doubted_since: datetime | None
    failure_code: str
    failure: str


@dataclass(frozen=True)
class Change:
    """A record that became another, arrived or went, and what it belongs to or belonged to."""

    kind: str
    id: str
    known: bool
    projects: frozenset[str]
    keys: frozenset[str]


@cache
def _codec(kind: str) -> TypeAdapter[Any]:
    several = cast("type[Any]", tuple.__class_getitem__((KINDS[kind], ...)))
    return TypeAdapter(several)


@cache
def _encoder(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])


async def lock(connection: Connection, tenant: str) -> None:
    """One reading of this firm at a time, across processes, until the transaction ends."""
    await connection.execute(SQL["lock"], {"lock": f"mirror:{tenant}"})


async def state(connection: Connection) -> State | None:
    """How far the mirror is, None before the first complete reading."""
    row = await (await connection.execute(SQL["state"])).fetchone()
    if row is None:
        return None
    fields: dict[str, Any] = {name: row[name] for name in State.__dataclass_fields__}
    fields["closed_periods"] = tuple(tuple(map(date.fromisoformat, period)) for period in row["closed_periods"])
    fields["rates"] = tuple((currency, date.fromisoformat(day)) for currency, day in row["rates"])
    fields["warnings"] = tuple(row["warnings"])
    return State(**fields)


async def failing(connection: Connection) -> Mapping[str, Any] | None:
    """The last attempt where it failed: tried_at, failed_since, failure_code, failure."""
    row = await (await connection.execute(SQL["attempt"])).fetchone()
    return row if row and row["failed_since"] else None


async def set_state(
    connection: Connection, tenant: str, found: Mapping[str, Any], *, whole: bool, changed: int
) -> None:
    """Say that a reading is complete. `found` names the columns of mirror_state that the reading tells."""
    periods = [[first.isoformat(), last.isoformat()] for first, last in found["closed_periods"]]
    values = {
        **found,
        "tenant": tenant,
        "closed_periods": Jsonb(periods),
        "rates": Jsonb([[currency, day.isoformat()] for currency, day in found["rates"]]),
        "mark": Jsonb(found["mark"]),
        "warnings": Jsonb(list(found["warnings"])),
        "whole": whole,
        "changed": int(bool(changed)),
    }
    await connection.execute(SQL["set_state"], values)
    await connection.execute(SQL["succeeded"], {"tenant": tenant})


async def set_failed(
    connection: Connection, tenant: str, code: str, detail: str, *, doubted: datetime | None = None
) -> None:
    """Remember that the ERP could not be read, and since when; `doubted`: that it was, and is not believed."""
    given = {"tenant": tenant, "code": code, "detail": detail[:500], "doubted": doubted}
    await connection.execute(SQL["failed"], given)


async def put(connection: Connection, tenant: str, records: Sequence[Record], read_at: datetime) -> list[Change]:
    """Keep these records as read; what differs from what was known is returned, and the former goes into the past."""
    changes: list[Change] = []
    for start in range(0, len(records), AT_ONCE):
        part = records[start : start + AT_ONCE]
        heads = [_head(number, record) for number, record in enumerate(part, 1)]
        bodies = f"[{','.join(map(_body, part))}]"
        given = {"tenant": tenant, "read_at": read_at, "heads": Jsonb(heads), "bodies": bodies}
        rows = await (await connection.execute(SQL["put"], given)).fetchall()
        changes += await _keyed(connection, tenant, rows, part)
    return changes


async def _keyed(
    connection: Connection, tenant: str, rows: Sequence[Mapping[str, Any]], records: Sequence[Record] = ()
) -> list[Change]:
    """Tell what changed with what it belongs to and belonged to; the former is forgotten, the present is kept."""
    changed = [(row["kind"], row["id"]) for row in rows if row["kind"] != "time"]
    keys: dict[Key, set[str]] = {key: set() for key in changed}
    if known := [(row["kind"], row["id"]) for row in rows if row["kind"] != "time" and row["known"]]:
        given = {"kinds": [kind for kind, _ in known], "ids": [id_ for _, id_ in known]}
        async for row in await connection.execute(SQL["unkey"], given):
            keys[row["kind"], row["id"]].add(row["key"])
    now = [
        (*of, key)
        for record in records
        if (of := (KIND_OF[type(record)], record.id)) in keys
        for key in keys_of(record)
    ]
    for kind, id_, key in now:
        keys[kind, id_].add(key)
    if now:
        kinds, ids, names = zip(*now, strict=True)
        given = {"tenant": tenant, "kinds": list(kinds), "ids": list(ids), "keys": list(names)}
        await connection.execute(SQL["key"], given)
    return [_change(row, keys.get((row["kind"], row["id"]), set())) for row in rows]


def _head(number: int, record: Record) -> dict[str, Any]:
    head = {"n": number, "kind": KIND_OF[type(record)], "id": record.id, "version": record.source.version}
    return head | columns_of(record) if isinstance(record, TimeEntry) else head


def _body(record: Record) -> str:
    """The record's JSON without the time of its reading, which stands in a column: unchanged records stay the same.

    A quote within a string is always escaped, so that the bare words can only be the field itself.
    """
    text = _encoder(KIND_OF[type(record)]).dump_json(record, exclude_defaults=True).decode()
    if record.source.fetched_at is None:
        return text
    stamp = json.loads(_stamp().dump_json(record.source.fetched_at))
    return text.replace(f'"fetched_at":"{stamp}"', '"fetched_at":null')


@cache
def _stamp() -> TypeAdapter[datetime]:
    return TypeAdapter(datetime)


def _change(row: Mapping[str, Any], keys: set[str]) -> Change:
    projects = frozenset(id_ for id_ in (row["project"], row["was_project"]) if id_)
    return Change(row["kind"], row["id"], row["known"], projects, frozenset(keys))


async def forget(connection: Connection, tenant: str, gone: Sequence[Key], read_at: datetime) -> list[Change]:
    """Put records that are no longer in the ERP into the past."""
    given = {"tenant": tenant, "kinds": [k for k, _ in gone], "ids": [i for _, i in gone], "read_at": read_at}
    rows = await (await connection.execute(SQL["forget"], given)).fetchall() if gone else []
    return await _keyed(connection, tenant, rows)


async def records(connection: Connection, kind: str) -> tuple[Any, ...]:
    """All records of a kind but time, by id."""
    return await read(connection, "records", kind)


async def records_at(connection: Connection, kind: str, at: datetime) -> tuple[Any, ...]:
    """All records of a kind, time too, as they were known at that moment, by id."""
    return await read(connection, "records_at", kind, at=at)


async def kept_since(connection: Connection) -> datetime | None:
    """The first reading of which anything is known."""
    row = await (await connection.execute(SQL["kept_since"])).fetchone()
    return row["since"] if row else None


async def chosen(connection: Connection, kind: str, ids: Iterable[str]) -> tuple[Any, ...]:
    """The records with these ids."""
    return await read(connection, "chosen", kind, ids=list(ids))


async def keyed(connection: Connection, kind: str, keys: Iterable[str]) -> tuple[Any, ...]:
    """The records of a kind that belong to any of these, such as "contract:12"."""
    return await read(connection, "keyed", kind, keys=list(keys))


async def time_of(connection: Connection, projects: Sequence[str]) -> tuple[TimeEntry, ...]:
    """The time of these projects, of a few at once, as PostgreSQL hands out at most a gigabyte in one value."""
    found: list[TimeEntry] = []
    for start in range(0, len(projects), PROJECTS_AT_ONCE):
        found += await read(connection, "time", "time", projects=list(projects[start : start + PROJECTS_AT_ONCE]))
    return tuple(found)


async def time_for_rules(
    connection: Connection, projects: Sequence[str], today: date, system: str
) -> tuple[TimeEntry, ...]:
    """The time of these projects as every rule judges it alike: what is billed is summed, except where an entry that is
    not billed repeats it.
    """
    found: list[TimeEntry] = []
    for start in range(0, len(projects), PROJECTS_AT_ONCE):
        given: dict[str, Any] = {"projects": list(projects[start : start + PROJECTS_AT_ONCE]), "today": today}
        given["twins"] = [row["id"] async for row in await connection.execute(SQL["twins"], given)]
        found += await read(connection, "open_time", "time", **given)
        found += summed(await (await connection.execute(SQL["billed_time"], given)).fetchall(), system)
    return tuple(found)


async def read(connection: Connection, query: str, kind: str, **given: Any) -> tuple[Any, ...]:
    """The records of a kind that one of the queries finds."""
    row = await (await connection.execute(SQL[query], {"kind": kind, **given})).fetchone()
    return _codec(kind).validate_json(row["body"]) if row else ()


async def ids(connection: Connection, kind: str) -> list[str]:
    """The ids of all records of a kind."""
    return [row["id"] async for row in await connection.execute(SQL["ids"], {"kind": kind})]


async def time_ids(connection: Connection, projects: Sequence[str]) -> list[str]:
    """The ids of the time of these projects."""
    return [row["id"] async for row in await connection.execute(SQL["time_ids"], {"projects": list(projects)})]


async def belonging(connection: Connection, keys: Iterable[str]) -> list[Key]:
    """(kind, id) of the records that belong to any of these keys."""
    given = {"keys": list(keys)}
    return [(row["kind"], row["id"]) async for row in await connection.execute(SQL["keyed_ids"], given)]


async def counts(connection: Connection) -> dict[str, int]:
    """How many records of each kind the mirror holds."""
    return {row["kind"]: row["count"] async for row in await connection.execute(SQL["counts"])}


async def every_time(connection: Connection) -> AsyncGenerator[tuple[TimeEntry, ...]]:
    """All time, a few projects at once."""
    projects = await ids(connection, "project")
    for start in range(0, len(projects), PROJECTS_AT_ONCE):
        yield await time_of(connection, projects[start : start + PROJECTS_AT_ONCE])


async def changed(connection: Connection) -> None:
    """Say that records changed without a reading of the whole firm."""
    await connection.execute(SQL["changed"])


async def heads(connection: Connection, names: Sequence[str]) -> set[str]:
    """Those of these names that a project, contract or customer goes by."""
    return {row["head"] async for row in await connection.execute(SQL["heads"], {"heads": list(names)})}
