"""Reads a consulting firm out of Tryton 8.2 with an account that Tryton itself holds to reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.actions import Image
from domain.errors import ErpError, ErpRefused, NotFound
from domain.records import Firm
from erp.reader import ReadsWhole
from erp.tryton.billing import Ledger, contracts, invoices, price_lists
from erp.tryton.images import image
from erp.tryton.lookup import record_id
from erp.tryton.parties import customers
from erp.tryton.rpc import TrytonConnection
from erp.tryton.sources import SYSTEM
from erp.tryton.tables import Tables, read_tables
from erp.tryton.work import WorkTree, employees, projects, time_entries


class TrytonReader(TrytonConnection, ReadsWhole):
    """An `ErpReader` (erp/reader.py) of the first company that the account belongs to."""

    system = SYSTEM

    async def firm(self) -> Firm:
        """All records that readiness needs; a request per page of a table."""
        fetched_at = datetime.now(UTC)
        return firm_of(await read_tables(self._rpc), fetched_at)

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


def firm_of(tables: Tables, fetched_at: datetime) -> Firm:
    """The firm that these rows describe."""
    if not tables.rows["company.company"]:
        raise ErpError("The account belongs to no company in Tryton.")
    company = tables.rows["company.company"][0]
    currency = tables.word("currency.currency", company["currency"], "code") or ""
    tree = WorkTree(tables)
    ledger = Ledger(tables, tree)
    return Firm(
        system=SYSTEM,
        company=company["rec_name"],
        base_currency=currency,
        fetched_at=fetched_at,
        customers=customers(tables, fetched_at),
        contracts=contracts(tables, ledger, fetched_at),
        projects=projects(tables, tree, currency, fetched_at),
        employees=employees(tables, fetched_at),
        time=time_entries(tables, tree, currency, fetched_at),
        invoices=invoices(tables, tree, ledger, fetched_at),
        price_lists=price_lists(tables, fetched_at),
        closed_periods=tuple((row["start_date"], row["end_date"]) for row in tables.rows["account.period"]),
    )
