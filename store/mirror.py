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
class Row:
    """A vendor's own row, and the record that was made of it."""

    model: str
    id: int
    version: str
    kind: str
    owner: str


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


async def set_failed(connection: Connection, tenant: str, code: str, detail: str) -> None:
    """Remember that the ERP could not be read, and since when."""
    await connection.execute(SQL["failed"], {"tenant": tenant, "code": code, "detail": detail[:500]})


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
    project = record.project_id if isinstance(record, TimeEntry) else None
    kind = KIND_OF[type(record)]
    return {"n": number, "kind": kind, "id": record.id, "version": record.source.version, "project": project}


def keys_of(record: Record) -> list[str]:
    """What a record belongs to, and by which names other systems speak of it."""
    match record:
        case Project():
            names = [f"code:{record.code}"] if record.code else []
            owner = [f"customer:{record.customer_id}"] if record.customer_id else []
            return [
                *names,
                *_heads(record.code, record.name),
                *owner,
                *(f"contract:{id_}" for id_ in record.contract_ids),
            ]
        case Contract():
            listed = [f"price_list:{record.price_list_id}"] if record.price_list_id else []
            return [f"customer:{record.customer_id}", *listed, *_heads(record.number)]
        case Invoice():
            projects = dict.fromkeys(line.project_id for line in record.lines if line.project_id)
            owners = [f"project:{id_}" for id_ in projects] or [f"contract:{id_}" for id_ in record.contract_ids]
            return [f"customer:{record.customer_id}", *owners]
        case Customer():
            return _heads(record.code, record.name)
        case _:
            return []


def _heads(*names: str | None) -> list[str]:
    return [f"head:{name.split('/', 1)[0]}" for name in dict.fromkeys(names) if name]


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


async def put_rows(connection: Connection, tenant: str, rows: Sequence[Row]) -> None:
    """Remember of which rows of the vendor the records were made."""
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        given = {
            "tenant": tenant,
            "models": [row.model for row in part],
            "ids": [row.id for row in part],
            "versions": [row.version for row in part],
            "kinds": [row.kind for row in part],
            "owners": [row.owner for row in part],
        }
        await connection.execute(SQL["put_rows"], given)


class Seen:
    """Notes in a whole reading what was there, so that what was not can be found in the end."""

    def __init__(self, connection: Connection, tenant: str) -> None:
        self._connection, self._tenant = connection, tenant

    async def begin(self) -> None:
        """Forget an earlier reading's notes."""
        await self._connection.execute(SQL["unsee"])

    async def note(self, records: Sequence[Record], rows: Sequence[Row]) -> None:
        """These are there."""
        seen = [(f"record {KIND_OF[type(record)]}", record.id) for record in records]
        seen += [(row.model, str(row.id)) for row in rows]
        given = {"tenant": self._tenant, "models": [model for model, _ in seen], "ids": [id_ for _, id_ in seen]}
        await self._connection.execute(SQL["see"], given)

    async def gone(self) -> list[Key]:
        """The records that nobody saw; the vendor's rows that nobody saw are forgotten."""
        await self._connection.execute(SQL["forget_unseen_rows"])
        found = [(row["kind"], row["id"]) async for row in await self._connection.execute(SQL["gone"])]
        await self._connection.execute(SQL["unsee"])
        return found


async def forget(connection: Connection, tenant: str, gone: Sequence[Key], read_at: datetime) -> list[Change]:
    """Put records that are no longer in the ERP into the past."""
    given = {"tenant": tenant, "kinds": [k for k, _ in gone], "ids": [i for _, i in gone], "read_at": read_at}
    rows = await (await connection.execute(SQL["forget"], given)).fetchall() if gone else []
    return await _keyed(connection, tenant, rows)


async def forget_rows(connection: Connection, gone: Sequence[tuple[str, int]]) -> None:
    """Rows that the vendor no longer has."""
    if gone:
        given = {"models": [model for model, _ in gone], "ids": [id_ for _, id_ in gone]}
        await connection.execute(SQL["forget_rows"], given)


async def records(connection: Connection, kind: str) -> tuple[Any, ...]:
    """All records of a kind but time, by id."""
    return await _read(connection, "records", kind)


async def chosen(connection: Connection, kind: str, ids: Iterable[str]) -> tuple[Any, ...]:
    """The records with these ids."""
    return await _read(connection, "chosen", kind, ids=list(ids))


async def keyed(connection: Connection, kind: str, keys: Iterable[str]) -> tuple[Any, ...]:
    """The records of a kind that belong to any of these, such as "contract:12"."""
    return await _read(connection, "keyed", kind, keys=list(keys))


async def time_of(connection: Connection, projects: Sequence[str]) -> tuple[TimeEntry, ...]:
    """The time of these projects, of a few at once, as PostgreSQL hands out at most a gigabyte in one value."""
    found: list[TimeEntry] = []
    for start in range(0, len(projects), PROJECTS_AT_ONCE):
        found += await _read(connection, "time", "time", projects=list(projects[start : start + PROJECTS_AT_ONCE]))
    return tuple(found)


async def _read(connection: Connection, query: str, kind: str, **given: Any) -> tuple[Any, ...]:
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


@dataclass(frozen=True)
class Past:
    """A record as it was until a reading found it changed or gone."""

    record: Any
    fetched_at: datetime
    until: datetime


async def past(connection: Connection, kind: str, id_: str, *, limit: int = 50) -> tuple[Past, ...]:
    """What the mirror held of a record before, the latest first."""
    rows = await connection.execute(SQL["past"], {"kind": kind, "id": id_, "limit": limit})
    return tuple(
        [Past(_encoder(kind).validate_python(row["body"]), row["fetched_at"], row["until"]) async for row in rows]
    )


class Rows:
    """What the mirror knows of a vendor's rows, for a reader that looks for what changed and what is gone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def versions(self, model: str, ids: Sequence[int]) -> dict[int, str]:
        """The version of each of these rows that is known."""
        given = {"model": model, "ids": list(ids)}
        return {row["id"]: row["version"] async for row in await self._connection.execute(SQL["row_versions"], given)}

    async def count(self, model: str, after: int, until: int) -> int:
        """How many rows are known with after < id <= until."""
        given = {"model": model, "after": after, "until": until}
        row = await (await self._connection.execute(SQL["row_count"], given)).fetchone()
        return int(row["count"]) if row else 0

    async def top(self, model: str) -> int:
        """The greatest known id of a model, 0 for none."""
        row = await (await self._connection.execute(SQL["row_top"], {"model": model})).fetchone()
        return int(row["top"]) if row else 0

    async def within(self, model: str, after: int, until: int) -> set[int]:
        """The known ids with after < id <= until."""
        given = {"model": model, "after": after, "until": until}
        return {row["id"] async for row in await self._connection.execute(SQL["row_ids"], given)}

    async def owners(self, model: str, ids: Iterable[int]) -> dict[int, Key]:
        """The record (kind, id) that each of these rows was part of."""
        given = {"model": model, "ids": list(ids)}
        rows = await self._connection.execute(SQL["row_owners"], given)
        return {row["id"]: (row["kind"], row["owner"]) async for row in rows}

    async def keys(self, kind: str, ids: Sequence[str]) -> set[str]:
        """What these records belong to as the mirror has them, such as "contract:12"."""
        rows = await self._connection.execute(SQL["keys_of"], {"kind": kind, "ids": list(ids)})
        return {row["key"] async for row in rows}

    async def projects_of_time(self, ids: Sequence[str]) -> set[str]:
        """The projects that these time entries are on as the mirror has them."""
        rows = await self._connection.execute(SQL["projects_of_time"], {"ids": list(ids)})
        return {row["project"] async for row in rows}

    async def of(self, kind: str, owners: Iterable[str]) -> set[tuple[str, int]]:
        """The rows (model, id) that these records were made of."""
        given = {"kind": kind, "owners": list(owners)}
        return {(row["model"], row["id"]) async for row in await self._connection.execute(SQL["rows_of"], given)}


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
