"""The record behind a source, as last read from the ERP: what a chip beside a figure opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.errors import NotFound
from store.database import Connection
from store.queries import queries

SQL = queries("cited")


@dataclass(frozen=True)
class Cited:
    """A mirrored record; `body` is its JSON (store/mirror.py), `version` the ERP's own stamp."""

    kind: str
    id: str
    version: str
    fetched_at: datetime
    body: Mapping[str, Any]


async def get(connection: Connection, model: str, id_: str) -> Cited:
    """The record that the vendor's row (its model and id) belongs to. Raises NotFound."""
    for query in ("of_row", "of_source"):
        row = await (await connection.execute(SQL[query], {"model": model, "id": id_})).fetchone()
        if row is not None:
            return Cited(**row)
    raise NotFound("This record is not among those last read from the ERP; it may be gone there.")


@dataclass(frozen=True)
class Past:
    """What a record was until a reading found it changed or gone."""

    body: Mapping[str, Any]
    until: datetime


async def before(connection: Connection, kind: str, id_: str, *, limit: int = 20) -> list[Past]:
    """What the mirror held of a record before, the latest first."""
    rows = await connection.execute(SQL["before"], {"kind": kind, "id": id_, "limit": limit})
    return [Past(**row) for row in await rows.fetchall()]
