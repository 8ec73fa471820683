"""The before- and after-image of each action type: exactly the fields that it sets, with the records' stamps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from domain.actions import Image
from domain.errors import InvalidInput, NotFound
from erp.tryton.identity import address, identifier, identifiers, invoice_addresses
from erp.tryton.lookup import number, one, record_id, stamps, written
from erp.tryton.rpc import TrytonRpc
from erp.tryton.setting_up import new_engagement, new_project
from erp.tryton.undoing import cancelled_draft, cancelled_project, taken_back


async def image(rpc: TrytonRpc, action_type: str, arguments: Mapping[str, Any]) -> Image:
    """The state of what this action sets. Creations are looked up by `arguments["reference"]`, if it is given."""
    if action_type not in IMAGES:
        raise InvalidInput(f"Tryton knows no action {action_type!r}.")
    return await IMAGES[action_type](rpc, arguments)


async def _contract_po(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    sale = await one(rpc, "sale.sale", record_id(arguments["contract_id"]), ("reference",))
    return Image({"po_number": sale["reference"] or None}, stamps("sale.sale", [sale]))


async def _contract_state(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    sale = await one(rpc, "sale.sale", record_id(arguments["contract_id"]), ("state",))
    return Image({"state": sale["state"]}, stamps("sale.sale", [sale]))


async def _billing_identity(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    party = await one(rpc, "party.party", record_id(arguments["customer_id"]), ("name",))
    versions = stamps("party.party", [party])
    fields: dict[str, Any] = {}
    if arguments.get("tax_identifier") is not None:
        rows = await identifiers(rpc, party["id"])
        fields["tax_identifier"] = identifier(rows[0], arguments["tax_identifier"]) if rows else None
        versions |= stamps("party.identifier", rows[:1])
    if arguments.get("invoice_address") is not None:
        rows = await invoice_addresses(rpc, party["id"])
        fields["invoice_address"] = await address(rpc, rows[0]) if rows else None
        versions |= stamps("party.address", rows[:1])
    return Image(fields, versions)


async def _invoice(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    wanted = [record_id(entry) for entry in arguments["time_entry_ids"]]
    entries = await rpc.search_read("timesheet.line", [("id", "in", wanted)], ("invoice_line",))
    if len(entries) != len(set(wanted)):
        raise NotFound("Some of the time entries are no longer in Tryton.")
    versions = stamps("timesheet.line", entries)
    drafted = await written(rpc, "account.invoice", arguments)
    if drafted is None:
        billed = sorted(str(row["id"]) for row in entries if row["invoice_line"] is not None)
        fields = dict.fromkeys(("project_id", "contract_id", "period", "time_entry_ids", "amount", "currency", "state"))
        return Image({**fields, "already_invoiced": billed}, versions)
    return await _drafted(rpc, drafted, arguments, versions)


async def _drafted(rpc: TrytonRpc, drafted: int, arguments: Mapping[str, Any], versions: dict[str, str]) -> Image:
    invoice = await one(rpc, "account.invoice", drafted, ("untaxed_amount", "currency", "state"))
    lines = await rpc.search_read("account.invoice.line", [("invoice", "=", drafted)], ("invoice",))
    billed = await rpc.search_read(
        "timesheet.line", [("invoice_line", "in", [row["id"] for row in lines])], ("invoice_line", "work")
    )
    currency = await one(rpc, "currency.currency", invoice["currency"], ("code",))
    found = {str(row["id"]) for row in billed}
    asked = [str(entry) for entry in arguments["time_entry_ids"]]
    fields = {
        "project_id": str(arguments["project_id"]),
        "contract_id": arguments.get("contract_id"),
        "period": arguments["period"],
        "time_entry_ids": asked if found == set(asked) else sorted(found, key=int),
        "amount": number(invoice["untaxed_amount"], places=2),
        "currency": currency["code"],
        "state": invoice["state"],
        "already_invoiced": [],
    }
    return Image(fields, {**versions, **stamps("account.invoice", [invoice])})


IMAGES: Mapping[str, Callable[[TrytonRpc, Mapping[str, Any]], Awaitable[Image]]] = {
    "contract.set_po_number": _contract_po,
    "customer.set_billing_identity": _billing_identity,
    "project.create": new_project,
    "engagement.set_up": new_engagement,
    "engagement.take_back": taken_back,
    "contract.confirm": _contract_state,
    "invoice.create_draft": _invoice,
    "project.cancel": cancelled_project,
    "contract.clear_po_number": _contract_po,
    "invoice.cancel_draft": cancelled_draft,
}
