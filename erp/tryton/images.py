"""The before- and after-image of each action type: exactly the fields that it sets, with the records' stamps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from domain.actions import Image
from domain.errors import InvalidInput, NotFound
from erp.tryton.lookup import number, one, record_id, stamps, written
from erp.tryton.rpc import TrytonRpc
from erp.tryton.tables import Row
from erp.tryton.undoing import cancelled_draft, cancelled_project
from erp.tryton.work import hours


async def image(rpc: TrytonRpc, action_type: str, arguments: Mapping[str, Any]) -> Image:
    """The state of what this action sets. Creations are looked up by `arguments["reference"]`, if it is given."""
    if action_type not in IMAGES:
        raise InvalidInput(f"Tryton knows no action {action_type!r}.")
    return await IMAGES[action_type](rpc, arguments)


async def _contract_po(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    sale = await one(rpc, "sale.sale", record_id(arguments["contract_id"]), ("reference",))
    return Image({"po_number": sale["reference"] or None}, stamps("sale.sale", [sale]))


async def _billing_identity(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    party = await one(rpc, "party.party", record_id(arguments["customer_id"]), ("name",))
    versions = stamps("party.party", [party])
    fields: dict[str, Any] = {}
    if arguments.get("tax_identifier") is not None:
        rows = await identifiers(rpc, party["id"])
        fields["tax_identifier"] = _identifier(rows[0], arguments["tax_identifier"]) if rows else None
        versions |= stamps("party.identifier", rows[:1])
    if arguments.get("invoice_address") is not None:
        rows = await invoice_addresses(rpc, party["id"])
        fields["invoice_address"] = await _address(rpc, rows[0]) if rows else None
        versions |= stamps("party.address", rows[:1])
    return Image(fields, versions)


def _identifier(row: Row, asked: Mapping[str, Any]) -> dict[str, str]:
    """Tryton drops spaces and dots of a code; where only they differ, the code is told as it was asked for."""
    asked_code = str(asked.get("code", ""))
    plain_code = "".join(c for c in asked_code if c.isalnum())
    return {"type": row["type"] or "", "code": asked_code if plain_code == row["code_compact"] else row["code_compact"]}


async def _address(rpc: TrytonRpc, row: Row) -> dict[str, str]:
    countries = await rpc.search_read("country.country", [("id", "=", row["country"])], ("code",))
    return {
        "street": row["street"] or "",
        "postal_code": row["postal_code"] or "",
        "city": row["city"] or "",
        "country": countries[0]["code"] if countries else "",
    }


async def _project(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    created = await written(rpc, "project.work", arguments)
    if created is None:
        taken = await rpc.search_read("project.work", [("number", "=", arguments["code"])], ("number",))
        fields = dict.fromkeys(("name", "code", "customer_id", "contract_id", "billing", "tasks"))
        return Image({**fields, "code_taken": bool(taken)}, stamps("project.work", taken))
    work = await one(rpc, "project.work", created, ("name", "number", "party", "project_invoice_method"))
    tasks = await rpc.search_read(
        "project.work", [("parent", "=", created)], ("name", "effort_duration", "list_price", "origin", "currency")
    )
    fields = {
        "name": work["name"],
        "code": work["number"],
        "customer_id": None if work["party"] is None else str(work["party"]),
        "contract_id": await _contract_of(rpc, tasks),
        "billing": work["project_invoice_method"],
        "tasks": await _tasks(rpc, [task for task in tasks if not task["origin"]], arguments),
    }
    return Image({**fields, "code_taken": True}, stamps("project.work", [work, *tasks]))


async def _tasks(rpc: TrytonRpc, tasks: list[Row], arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tasks as arguments have them. Tryton's prices are in its company's currency, whether that was said or not."""
    currencies = await rpc.search_read("currency.currency", (), ("code",))
    codes = {row["id"]: row["code"] for row in currencies}
    planned = arguments.get("tasks") or ()
    unsaid = {index for index, task in enumerate(planned) if task.get("currency") is None}
    return [
        {
            "name": task["name"],
            "hours": None if task["effort_duration"] is None else number(hours(task["effort_duration"])),
            "price": None if task["list_price"] is None else number(task["list_price"]),
            "currency": None if index in unsaid else codes[task["currency"]],
        }
        for index, task in enumerate(tasks)
    ]


async def _contract_of(rpc: TrytonRpc, tasks: list[Row]) -> str | None:
    lines = [int(task["origin"].split(",")[1]) for task in tasks if (task["origin"] or "").startswith("sale.line,")]
    sold = await rpc.search_read("sale.line", [("id", "in", lines)], ("sale",)) if lines else []
    return str(sold[0]["sale"]) if sold else None


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


async def identifiers(rpc: TrytonRpc, party: int) -> list[Row]:
    """A party's identifiers, the one that its invoices carry first."""
    return await rpc.search_read("party.identifier", [("party", "=", party)], ("type", "code_compact"))


async def invoice_addresses(rpc: TrytonRpc, party: int) -> list[Row]:
    """A party's addresses that are marked for invoices."""
    domain = [("party", "=", party), ("invoice", "=", True)]
    return await rpc.search_read("party.address", domain, ("street", "postal_code", "city", "country"))


IMAGES: Mapping[str, Callable[[TrytonRpc, Mapping[str, Any]], Awaitable[Image]]] = {
    "contract.set_po_number": _contract_po,
    "customer.set_billing_identity": _billing_identity,
    "project.create": _project,
    "invoice.create_draft": _invoice,
    "project.cancel": cancelled_project,
    "contract.clear_po_number": _contract_po,
    "invoice.cancel_draft": cancelled_draft,
}
