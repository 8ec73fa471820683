"""A record of the ERP as last read, with its lines and what it was before: what a source chip opens."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access import ReadinessReader
from api.render import page
from api.services import Wired
from store import cited

router = APIRouter(prefix="/records")
POWER = re.compile(r"-?\d+(\.\d+)?E[+-]?\d+")
UNSHOWN = frozenset({"source", "id"})


@dataclass(frozen=True)
class Lines:
    """Parts of a record: a row each, `this` the one that the source names."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[bool, tuple[Any, ...]], ...]


@router.get("/{model}/{record_id}")
async def show(request: Request, wired: Wired, actor: ReadinessReader, model: str, record_id: str) -> Response:
    """One record."""
    erp = wired.erp(actor)
    async with wired.database.tenant(actor.tenant) as connection:
        found = await cited.get(connection, model, record_id)
        before = await cited.before(connection, found.kind, found.id)
    parts = {name: value for name, value in found.body.items() if _is_lines(value)}
    return page(
        request,
        "record.html",
        system=erp.reader.system,
        record=found,
        model=model,
        title=_title(found.body),
        code=found.body.get("code") if found.kind == "project" else None,
        fields={name: _said(value) for name, value in found.body.items() if name not in parts and _shown(name, value)},
        parts=[_lines(name, value, model, record_id) for name, value in parts.items()],
        before=[(one.until, _plain(one.body)) for one in before],
    )


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in UNSHOWN}


def _title(body: Mapping[str, Any]) -> str:
    return str(body.get("name") or body.get("number") or body.get("code") or body["id"])


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in cast("list[Any]", value))


def _lines(name: str, rows: Sequence[Mapping[str, Any]], model: str, record_id: str) -> Lines:
    columns = tuple(dict.fromkeys(key for row in rows for key, value in row.items() if _shown(key, value)))
    return Lines(
        name,
        columns,
        tuple((_names(row, model, record_id), tuple(_said(row.get(key)) for key in columns)) for row in rows),
    )


def _shown(name: str, value: Any) -> bool:
    return name not in UNSHOWN and value not in (None, "", [])


def _said(value: Any) -> Any:
    """A number as people write it: "2.6E+2" is 260."""
    return f"{Decimal(value):f}" if isinstance(value, str) and POWER.fullmatch(value) else value


def _names(row: Mapping[str, Any], model: str, record_id: str) -> bool:
    source: Mapping[str, Any] = row.get("source") or {}
    return (source.get("model"), source.get("id")) == (model, record_id)
