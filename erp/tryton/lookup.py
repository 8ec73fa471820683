"""Single records of Tryton and the forms in which images tell them: ids, version stamps, numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.canonical import plain
from domain.errors import InvalidInput, NotFound
from erp.tryton.rpc import TrytonRpc
from erp.tryton.tables import Row, referenced

RECORD_ID = re.compile(r"^[1-9][0-9]{0,9}$")


def record_id(value: Any) -> int:
    """An id as Tryton has them; InvalidInput for anything else."""
    if not RECORD_ID.match(str(value)):
        raise InvalidInput(f"{value!r} is not the id of a Tryton record.")
    return int(value)


async def written(rpc: TrytonRpc, model: str, arguments: Mapping[str, Any]) -> int | None:
    """The id of the record that the action with `arguments["reference"]` created; None if it created none."""
    if not arguments.get("reference"):
        return None
    return referenced(await record_of(rpc, str(arguments["reference"])), model)


async def record_of(rpc: TrytonRpc, reference: str) -> str | None:
    """The record ("model,id") that the action with this reference wrote, as our module in Tryton noted it."""
    done = await rpc.search_read("countersign.write", [("reference", "=", reference)], ("record",))
    return done[0]["record"] if done else None


async def records_of(rpc: TrytonRpc, reference: str) -> dict[str, int]:
    """All records that the action with this reference wrote, by model."""
    done = await rpc.search_read("countersign.write", [("reference", "=", reference)], ("record", "also"))
    names = [name for row in done for name in (row["record"], *(row["also"] or "").split())]
    return {model: int(record) for model, _, record in (name.partition(",") for name in names)}


async def one(rpc: TrytonRpc, model: str, wanted: int, fields: tuple[str, ...]) -> Row:
    """One record; NotFound when it is not there (or may not be seen)."""
    found = await rpc.search_read(model, [("id", "=", wanted)], fields)
    if not found:
        raise NotFound(f"There is no {model} {wanted} in Tryton.")
    return found[0]


def stamps(model: str, rows: list[Row]) -> dict[str, str]:
    """Version stamps as Tryton checks them: "model,id"."""
    return {f"{model},{row['id']}": row["_timestamp"] for row in rows}


def number(value: Decimal, places: int | None = None) -> str:
    """A decimal as arguments carry it: without an exponent or needless zeros, money with its cents."""
    if places is not None:
        return str(plain(value.quantize(Decimal(1).scaleb(-places))))
    whole = value.normalize()
    return str(plain(whole.quantize(Decimal(1)) if whole == whole.to_integral() else whole))
