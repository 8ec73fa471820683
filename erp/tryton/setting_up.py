"""The images of new work: a project, or a whole engagement with the customer, contract and prices made for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from domain.actions import Image
from erp.tryton.identity import address, identifier, identifiers, invoice_addresses
from erp.tryton.lookup import number, one, record_id, records_of, stamps, written
from erp.tryton.parties import payment_days
from erp.tryton.rpc import TrytonRpc
from erp.tryton.tables import Row, Tables, read_tables
from erp.tryton.work import hours

WORK = ("name", "number", "party", "project_invoice_method", "timesheet_start_date", "timesheet_end_date", "comment")
TASK = ("name", "effort_duration", "list_price", "origin", "currency", "timesheet_available")
SALE = ("description", "sale_date", "currency", "payment_term", "reference", "state")
NEW = (
    *("customer_id", "customer_name", "tax_identifier", "invoice_address", "billing_email", "contract_id"),
    *("contract_title", "contract_date", "currency", "payment_terms_days", "po_number", "lines", "price_list_name"),
    *("rates", "code", "name", "billing", "opens", "ends", "tasks", "schedule"),
)
TERMS = (
    "account.invoice.payment_term",
    "account.invoice.payment_term.line",
    "account.invoice.payment_term.line.delta",
)


async def new_project(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    """The project that the action made; before it, whether its code is taken."""
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


async def new_engagement(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> Image:
    """What the action made; before it, what of it is there already, or cannot be made."""
    created = await written(rpc, "project.work", arguments)
    if created is None:
        taken = await rpc.search_read("project.work", [("number", "=", arguments["code"])], ("number",))
        found = [*(["Another project has this code already."] if taken else []), *await _lacking(rpc, arguments)]
        return Image(dict.fromkeys(NEW) | {"in_the_way": found}, stamps("project.work", taken))
    made = await records_of(rpc, str(arguments["reference"]))
    work = await one(rpc, "project.work", created, WORK)
    tasks = await rpc.search_read("project.work", [("parent", "=", created)], TASK)
    fields = {
        **dict.fromkeys(NEW),
        "code": work["number"],
        "name": work["name"],
        "billing": work["project_invoice_method"],
        "opens": work["timesheet_start_date"] and work["timesheet_start_date"].isoformat(),
        "ends": work["timesheet_end_date"] and work["timesheet_end_date"].isoformat(),
        "tasks": await _planned(rpc, tasks, arguments),
        "schedule": (work["comment"] or "").splitlines(),
        **await _customer(rpc, work["party"], made, arguments),
        **await _contract(rpc, await _contract_of(rpc, tasks), made),
        **await _prices(rpc, made),
    }
    return Image({**fields, "in_the_way": []}, stamps("project.work", [work, *tasks]))


async def _planned(rpc: TrytonRpc, tasks: Sequence[Row], arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tasks as arguments have them; what no time is recorded on is billed as a whole."""
    work = [task for task in tasks if not task["origin"]]
    wholes = {task["name"] for task in work if not task["timesheet_available"]}
    found = await _tasks(rpc, work, arguments)
    return [
        one | ({"price": None, "currency": None, "amount": one["price"]} if one["name"] in wholes else {"amount": None})
        for one in found
    ]


async def _customer(
    rpc: TrytonRpc, party: int, made: Mapping[str, int], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    if party != made.get("party.party"):
        return {"customer_id": str(party)}
    row = await one(rpc, "party.party", party, ("name", "customer_payment_term"))
    tax, addresses = await identifiers(rpc, party), await invoice_addresses(rpc, party)
    emails = [("party", "=", party), ("type", "=", "email"), ("invoice", "=", True)]
    contacts = await rpc.search_read("party.contact_mechanism", emails, ("value",))
    return {
        "customer_name": row["name"],
        "tax_identifier": identifier(tax[0], arguments.get("tax_identifier") or {}) if tax else None,
        "invoice_address": await address(rpc, addresses[0]) if addresses else None,
        "billing_email": contacts[0]["value"] if contacts else None,
        "made_customer_id": str(party),
    }


async def _contract(rpc: TrytonRpc, contract: str | None, made: Mapping[str, int]) -> dict[str, Any]:
    if contract is None or int(contract) != made.get("sale.sale"):
        return {"contract_id": contract}
    row = await one(rpc, "sale.sale", int(contract), (*SALE, "number"))
    domain = [("sale", "=", row["id"]), ("type", "=", "line")]
    lines = await rpc.search_read("sale.line", domain, ("description", "quantity", "unit_price"))
    currency = await one(rpc, "currency.currency", row["currency"], ("code",))
    days = payment_days(Tables.of(await read_tables(rpc, TERMS)))
    return {
        "contract_title": row["description"],
        "contract_date": row["sale_date"] and row["sale_date"].isoformat(),
        "currency": currency["code"],
        "payment_terms_days": days.get(row["payment_term"]),
        "po_number": row["reference"] or None,
        "lines": [_line(line) for line in lines],
        "contract_number": row["number"],
        "made_contract_id": contract,
    }


def _line(row: Row) -> dict[str, str]:
    quantity = number(Decimal(str(row["quantity"])))
    return {"name": row["description"], "quantity": quantity, "price": number(row["unit_price"])}


async def _prices(rpc: TrytonRpc, made: Mapping[str, int]) -> dict[str, Any]:
    listed = made.get("product.price_list")
    if listed is None:
        return {}
    row = await one(rpc, "product.price_list", listed, ("name",))
    lines = await rpc.search_read("product.price_list.line", [("price_list", "=", listed)], ("product", "formula"))
    products = await rpc.search_read("product.product", [("id", "in", [line["product"] for line in lines])], ("name",))
    names = {product["id"]: product["name"] for product in products}
    rates = [{"name": names[line["product"]], "price": number(Decimal(line["formula"]))} for line in lines]
    return {"price_list_name": row["name"], "rates": rates, "made_price_list_id": str(listed)}


async def _lacking(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> list[str]:
    """What keeps this from being made, each as a sentence that says what to do."""
    return [
        *await _customer_lacks(rpc, arguments),
        *await _terms_lack(rpc, arguments),
        *await _services_lack(rpc, arguments),
    ]


async def _customer_lacks(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> list[str]:
    name, address_ = arguments.get("customer_name"), arguments.get("invoice_address")
    if name is None:
        party = record_id(arguments["customer_id"])
        await one(rpc, "party.party", party, ("name",))
        addresses = await rpc.search_read("party.address", [("party", "=", party)], ("city",))
        bare = bool(arguments.get("contract_title")) and not addresses
        return ["The customer has no address in the ERP, which a contract needs: add it first."] if bare else []
    found: list[str] = []
    if await rpc.search_read("party.party", [("name", "ilike", name)], ("name",)):
        found.append(f"The ERP has a party {name} already: choose it instead of a new one.")
    if address_ is None:
        found.append("A new customer needs an invoice address: ask the client.")
    elif not await rpc.search_read("country.country", [("code", "=", address_["country"])], ("code",)):
        found.append(f"The ERP knows no country {address_['country']}: add it first.")
    return found


async def _terms_lack(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> list[str]:
    days = arguments.get("payment_terms_days")
    if days is None or days in payment_days(Tables.of(await read_tables(rpc, TERMS))).values():
        return []
    return [f"The ERP has no payment terms of {days} days: add them first, or leave them out."]


async def _services_lack(rpc: TrytonRpc, arguments: Mapping[str, Any]) -> list[str]:
    if not (roles := [rate["name"] for rate in arguments.get("rates") or ()]):
        return []
    there = {row["name"] for row in await rpc.search_read("product.product", [("name", "in", roles)], ("name",))}
    missing = [role for role in roles if role not in there]
    return [f"The ERP has no service named {', '.join(missing)} to price: add it, or leave it out."] if missing else []
