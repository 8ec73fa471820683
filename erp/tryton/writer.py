"""Writes to Tryton 8.2, for the worker alone: one approved action is one call of our module in Tryton's own process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.errors import ErpError, InvalidInput
from domain.source import Source
from erp.tryton.images import IMAGES
from erp.tryton.rpc import TrytonConnection
from erp.tryton.sources import SYSTEM, source
from erp.tryton.tables import Row

LABELS = {"project.work": "number", "sale.sale": "number", "party.party": "name", "account.invoice": "number"}


class TrytonWriter(TrytonConnection):
    """An `ErpWriter` (erp/writer.py). Tryton must have the module `countersign` (erp/tryton/connector) activated."""

    system = SYSTEM

    async def write(
        self,
        action_type: str,
        arguments: Mapping[str, Any],
        *,
        reference: str,
        versions: Mapping[str, str],
        attempt: int,
        deadline: datetime,
    ) -> Source:
        """Carry out one action in one Tryton transaction. Asked for again with the same reference, nothing changes.

        Raises ErpStale when one of `versions` is not the record's stamp any more, ErpRefused when Tryton or the module
        says no and ErpClosed when it comes too late (nothing was written), ErpNotReached when nothing was sent,
        ErpUnavailable when it is not known whether anything was written.
        """
        if action_type not in IMAGES:
            raise InvalidInput(f"Tryton knows no action {action_type!r}.")
        record = await self._rpc.call(
            "model.countersign.write.execute",
            action_type,
            dict(arguments),
            reference,
            attempt,
            deadline.isoformat(),
            context={"_timestamp": dict(versions)},
        )
        return await self._source(record)

    async def settle(self, reference: str, *, attempt: int) -> Source | None:
        """The record that the action with this reference wrote; None after closing it for attempts up to this one."""
        record = await self._rpc.call("model.countersign.write.settle", reference, attempt)
        return await self._source(record) if record else None

    async def _source(self, record: str) -> Source:
        model, _, record_id = record.partition(",")
        if model not in LABELS or not record_id.isdigit():
            raise ErpError(f"Tryton's module named a record that is none of ours: {record!r}.")
        rows = await self._rpc.search_read(model, [("id", "=", int(record_id))], (LABELS[model],))
        row: Row = rows[0] if rows else {"id": int(record_id)}
        return source(model, row, None, row.get(LABELS[model]) or f"{model} {record_id}")
