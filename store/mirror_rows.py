"""Which of the vendor's own rows each mirrored record was made of: how a changed or deleted row finds its record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from store.database import Connection
from store.mirror import AT_ONCE, KIND_OF, Key, Record
from store.queries import queries

SQL = queries("mirror_rows")


@dataclass(frozen=True)
class Row:
    """A vendor's own row, and the record that was made of it."""

    model: str
    id: int
    version: str
    kind: str
    owner: str


async def put(connection: Connection, tenant: str, rows: Sequence[Row]) -> None:
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


async def forget(connection: Connection, gone: Sequence[tuple[str, int]]) -> None:
    """Rows that the vendor no longer has."""
    if gone:
        given = {"models": [model for model, _ in gone], "ids": [id_ for _, id_ in gone]}
        await connection.execute(SQL["forget_rows"], given)


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
