"""Reads a consulting firm out of Tryton 8.2 with an account that Tryton itself holds to reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.actions import Image
from domain.errors import ErpRefused, NotFound
from domain.records import Firm
from erp.reader import Changes, Head, Page, Take, collected
from erp.tryton.firm import FirmOf, head_of, rows_of
from erp.tryton.images import image
from erp.tryton.increments import changes, mark_of
from erp.tryton.lookup import record_id
from erp.tryton.neighbourhood import Wanted, neighbourhood
from erp.tryton.rpc import TrytonConnection
from erp.tryton.sources import SYSTEM
from erp.tryton.tables import ATTACHMENTS, BEHIND, HOLDERS, SMALL, TABLES, TIME, Tables, attachments, read_tables
from store.mirror_rows import Rows


class TrytonReader(TrytonConnection):
    """An `ErpReader` (erp/reader.py) of the first company that the account belongs to."""

    system = SYSTEM

    async def firm(self) -> Firm:
        """All records that readiness needs, kept nowhere."""
        return await collected(self, datetime.now(UTC))

    async def whole(self, take: Take) -> Head:
        """See `ErpReader`. Time is handed over page by page; all else is small enough to be read before it."""
        fetched_at = datetime.now(UTC)
        behind = await read_tables(self._rpc, BEHIND)
        mark = mark_of(self._rpc.clock or fetched_at, behind)
        rest = await read_tables(self._rpc, [model for model in TABLES if model not in (*BEHIND, TIME)])
        attached = await attachments(self._rpc, [row["id"] for row in rest[HOLDERS]])
        tables = Tables.of({**behind, **rest, ATTACHMENTS: attached})
        firm = FirmOf(tables, fetched_at)
        async for rows in self._rpc.pages(TIME, *TABLES[TIME]):
            tables.note_billed(rows)
            await take(Page(firm.time(rows), rows_of(TIME, rows, firm.tree)))
        await take(firm.page())
        return head_of(tables, mark)

    async def changes(self, mark: Mapping[str, Any], known: Rows) -> Changes | None:
        """See `ErpReader`: by the stamps of rows, and by counting for those that went."""
        return await changes(self._rpc, mark, known)

    async def around(self, project_id: str) -> Page | None:
        """See `ErpReader`."""
        fetched_at = datetime.now(UTC)
        small = await read_tables(self._rpc, (*BEHIND, *SMALL))
        found = await neighbourhood(self._rpc, small, Wanted(roots={record_id(project_id)}))
        return FirmOf(found.tables, fetched_at).page(found.complete)

    async def image(self, action_type: str, arguments: Mapping[str, Any]) -> Image:
        """The present state of what this action sets. See erp/tryton/images.py for the fields of each type."""
        return await image(self._rpc, action_type, arguments)

    async def attachment(self, attachment_id: str) -> bytes:
        """The content of a file held with a record; NotFound if there is no such file or it is only a link."""
        wanted = [record_id(attachment_id)]
        try:
            found = await self._rpc.call("model.ir.attachment.read", wanted, ["type", "data"])
        except ErpRefused as error:  # Tryton says the same of what is not there and of what may not be seen
            raise NotFound("There is no such attachment in Tryton, or it may not be seen.") from error
        if not found or found[0]["type"] != "data":
            raise NotFound("There is no such file in Tryton.")
        data = found[0]["data"]
        return data if isinstance(data, bytes) else b""
