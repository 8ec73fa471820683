"""Writes to Tryton 8.2, for the worker alone: one approved action is one call of our module in Tryton's own process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.errors import ErpError, InvalidInput
from domain.source import Source
from erp.tryton.images import IMAGES
from erp.tryton.rpc import TrytonConnection
from erp.tryton.sources import source
from erp.tryton.tables import Row

LABELS = {"project.work": "number", "sale.sale": "number", "party.party": "name", "account.invoice": "number"}


class TrytonWriter(TrytonConnection):
    """An `ErpWriter` (erp/writer.py). Tryton must have the module `countersign` (erp/tryton/connector) activated."""

    async def write(
        self, action_type: str, arguments: Mapping[str, Any], *, reference: str, versions: Mapping[str, str]
    ) -> Source:
        """Carry out one action in one Tryton transaction. Asked for again with the same reference, nothing changes.

        Raises ErpStale when one of `versions` is not the record's stamp any more, ErpRefused when Tryton or the module
        says no (nothing was written), ErpUnavailable when it is not known whether anything was written.
        """
        if action_type not in IMAGES:
            raise InvalidInput(f"Tryton knows no action {action_type!r}.")
        record = await self._rpc.call(
            "model.countersign.write.execute",
            action_type,
            dict(arguments),
            reference,
            context={"_timestamp": dict(versions)},
        )
        return await self._source(record)

    async def find(
        self,
        action_type: str,
        arguments: Mapping[str, Any],  # noqa: ARG002 - of the port; here the reference alone tells
        *,
        reference: str,
    ) -> Source | None:
        """The record that the action with this reference wrote, None if it never took effect."""
        domain = [("reference", "=", reference), ("action", "=", action_type)]
        done = await self._rpc.search_read("countersign.write", domain, ("record",))
        return await self._source(done[0]["record"]) if done else None

    async def _source(self, record: str) -> Source:
        model, _, record_id = record.partition(",")
        if model not in LABELS or not record_id.isdigit():
            raise ErpError(f"Tryton's module named a record that is none of ours: {record!r}.")
        rows = await self._rpc.search_read(model, [("id", "=", int(record_id))], (LABELS[model],))
        row: Row = rows[0] if rows else {"id": int(record_id)}
        return source(model, row, None, row.get(LABELS[model]) or f"{model} {record_id}")
