"""The images of the ways back: what a person must see, and what must still hold, before an earlier write is undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.actions import Image
from erp.tryton.lookup import number, one, record_id, record_of, records_of, stamps
from erp.tryton.rpc import TrytonRpc
from erp.tryton.tables import Row

# By the argument that names it, the model of a record that was made for an engagement, and the field of its state.
MADE_FOR = (
    ("contract_id", "sale.sale", "contract_state"),
    ("price_list_id", "product.price_list", "price_list"),
    ("customer_id", "party.party", "customer"),
)


async def cancelled_project(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    """The project's status, whether the named action created it, and whether anything is recorded on it."""
    wanted = record_id(arguments["project_id"])
    project = await one(rpc, "project.work", wanted, ("number", "status"))
    works = await rpc.search_read("project.work", [("parent", "child_of", [wanted])], ("invoice_line",))
    status = await one(rpc, "project.work.status", project["status"], ("name",))
    fields = {
        "status": status["name"].lower(),
        "code": project["number"],
        "written_by_action": await record_of(rpc, arguments["created_by"]) == f"project.work,{wanted}",
        "recorded": await _recorded(rpc, works),
    }
    return Image(fields, stamps("project.work", works))


async def taken_back(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    """The project as `cancelled_project` tells it, with the state of each record that was made for it."""
    image = await cancelled_project(rpc, arguments)
    made = await records_of(rpc, arguments["created_by"])
    fields, versions = dict(image.fields), dict(image.versions)
    for argument, model, name in MADE_FOR:
        if not arguments.get(argument):
            continue
        wanted = record_id(arguments[argument])
        domain = (
            [("id", "=", wanted)] if model == "sale.sale" else [("id", "=", wanted), ("active", "in", [True, False])]
        )
        rows = await rpc.search_read(model, domain, ("state" if model == "sale.sale" else "active",))
        fields[name] = _standing(rows[0]) if rows else None
        fields["written_by_action"] = fields["written_by_action"] and made.get(model) == wanted
        versions |= stamps(model, rows)
    if arguments.get("customer_id"):
        fields["customer_used"] = await _used(rpc, arguments)
    return Image(fields, versions)


def _standing(row: Row) -> str:
    return row["state"] if "state" in row else "active" if row["active"] else "inactive"


async def _used(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> bool:
    """Whether anything else is the customer's than this project and contract."""
    mine = ("party", "=", record_id(arguments["customer_id"]))
    contract = record_id(arguments["contract_id"]) if arguments.get("contract_id") else 0
    others = {"sale.sale": contract, "project.work": record_id(arguments["project_id"]), "account.invoice": 0}
    found = [await rpc.search_read(model, [mine, ("id", "!=", own)], ()) for model, own in others.items()]
    return any(found)


async def _recorded(rpc: TrytonRpc, works: list[Row]) -> bool:
    ids = [work["id"] for work in works]
    origins = [f"project.work,{number_}" for number_ in ids]
    timesheets = [row["id"] for row in await rpc.search_read("timesheet.work", [("origin", "in", origins)], ())]
    time = await rpc.search_read("timesheet.line", [("work", "in", timesheets)], ())
    progress = await rpc.search_read("project.work.invoiced_progress", [("work", "in", ids)], ())
    return bool(time or progress or any(work["invoice_line"] for work in works))


async def cancelled_draft(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    """The invoice's state and amount, the time entries on it, and whether the named action drafted it."""
    wanted = record_id(arguments["invoice_id"])
    invoice = await one(rpc, "account.invoice", wanted, ("untaxed_amount", "currency", "state"))
    lines = await rpc.search_read("account.invoice.line", [("invoice", "=", wanted)], ("invoice",))
    billed = await rpc.search_read("timesheet.line", [("invoice_line", "in", [row["id"] for row in lines])], ())
    currency = await one(rpc, "currency.currency", invoice["currency"], ("code",))
    fields = {
        "state": invoice["state"],
        "time_entry_ids": [str(row["id"]) for row in billed],
        "amount": number(invoice["untaxed_amount"], places=2),
        "currency": currency["code"],
        "written_by_action": await record_of(rpc, arguments["drafted_by"]) == f"account.invoice,{wanted}",
    }
    return Image(fields, stamps("account.invoice", [invoice]))
