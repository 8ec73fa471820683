"""Who a party is for tax and post, in the form in which images tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from erp.tryton.rpc import TrytonRpc
from erp.tryton.tables import Row


async def identifiers(rpc: TrytonRpc, party: int) -> list[Row]:
    """A party's identifiers, the one that its invoices carry first."""
    return await rpc.search_read("party.identifier", [("party", "=", party)], ("type", "code_compact"))


async def invoice_addresses(rpc: TrytonRpc, party: int) -> list[Row]:
    """A party's addresses that are marked for invoices."""
    domain = [("party", "=", party), ("invoice", "=", True)]
    return await rpc.search_read("party.address", domain, ("street", "postal_code", "city", "country"))


def identifier(row: Row, asked: Mapping[str, Any]) -> dict[str, str]:
    """Tryton drops spaces and dots of a code; where only they differ, the code is told as it was asked for."""
    asked_code = str(asked.get("code", ""))
    plain_code = "".join(c for c in asked_code if c.isalnum())
    return {"type": row["type"] or "", "code": asked_code if plain_code == row["code_compact"] else row["code_compact"]}


async def address(rpc: TrytonRpc, row: Row) -> dict[str, str]:
    """A row of `invoice_addresses` as arguments have it."""
    countries = await rpc.search_read("country.country", [("id", "=", row["country"])], ("code",))
    return {
        "street": row["street"] or "",
        "postal_code": row["postal_code"] or "",
        "city": row["city"] or "",
        "country": countries[0]["code"] if countries else "",
    }
