"""What each action type does in Tryton, inside one transaction. Amounts and dates arrive as JSON strings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from trytond.exceptions import UserError
from trytond.transaction import Transaction

from erp.tryton.connector.undoing import cancel_draft, cancel_project, clear_po_number

Arguments = Mapping[str, Any]
ENGAGEMENT = "Engagement"


def create_project(pool: Any, arguments: Arguments) -> Any:
    """A project with one task per planned task, and one that ties it to its contract as Tryton does."""
    work = pool.get("project.work")
    work.lock()  # Tryton does not hold numbers unique: two approved actions with one code must not both pass
    if work.search([("number", "=", arguments["code"])], limit=1):
        raise UserError(f"There is a project {arguments['code']} already.")
    company = _company(pool)
    children = [_task(pool, planned, company) for planned in arguments.get("tasks") or ()]
    if arguments.get("contract_id"):
        children.append(_engagement(pool, arguments, company))
    status = pool.get("project.work.status").search([("types", "in", "project"), ("default", "=", True)], limit=1)
    (project,) = work.create(
        [
            {
                "name": arguments["name"],
                "type": "project",
                "number": arguments["code"],
                "company": company.id,
                "party": _existing(pool, "party.party", arguments["customer_id"]).id,
                "project_invoice_method": arguments["billing"],
                "status": status[0].id,
                "timesheet_available": True,
                "timesheet_start_date": pool.get("ir.date").today(),
                "children": [("create", children)] if children else [],
            }
        ]
    )
    return project


def _task(pool: Any, planned: Arguments, company: Any) -> dict[str, Any]:
    if planned.get("price") is not None and planned.get("currency") not in (None, company.currency.code):
        raise UserError(f"This Tryton prices tasks in {company.currency.code} only, not in {planned['currency']}.")
    product = pool.get("product.product").search(
        [("name", "=", planned["name"]), ("type", "=", "service"), ("default_uom_category.name", "=", "Time")], limit=1
    )
    status = pool.get("project.work.status").search([("types", "in", "task"), ("default", "=", True)], limit=1)
    hours = planned.get("hours")
    return {
        "name": planned["name"],
        "type": "task",
        "company": company.id,
        "product": product[0].id if product else None,
        "list_price": None if planned.get("price") is None else Decimal(planned["price"]),
        "effort_duration": None if hours is None else timedelta(hours=float(hours)),
        "status": status[0].id,
        "timesheet_available": True,
    }


def _engagement(pool: Any, arguments: Arguments, company: Any) -> dict[str, Any]:
    sale = _existing(pool, "sale.sale", arguments["contract_id"])
    lines = [line for line in sale.lines if line.type == "line"]
    if not lines:
        raise UserError(f"Contract {sale.number} has no lines that a project could originate from.")
    status = pool.get("project.work.status").search([("types", "in", "task"), ("default", "=", True)], limit=1)
    return {
        "name": ENGAGEMENT,
        "type": "task",
        "company": company.id,
        "origin": f"sale.line,{min(line.id for line in lines)}",
        "status": status[0].id,
    }


def set_po_number(pool: Any, arguments: Arguments) -> Any:
    """The contract's reference is where Tryton keeps the client's purchase order number."""
    sale = _existing(pool, "sale.sale", arguments["contract_id"])
    pool.get("sale.sale").write([sale], {"reference": arguments["po_number"]})
    return sale


def set_billing_identity(pool: Any, arguments: Arguments) -> Any:
    """The first identifier and the invoice address are replaced, or made where there is none."""
    party = _existing(pool, "party.party", arguments["customer_id"])
    values: dict[str, Any] = {}
    if identifier := arguments.get("tax_identifier"):
        new = {"type": identifier["type"], "code": identifier["code"]}
        first = pool.get("party.identifier").search([("party", "=", party.id)], order=[("id", "ASC")], limit=1)
        values["identifiers"] = [("write", [first[0].id], new)] if first else [("create", [new])]
    if address := arguments.get("invoice_address"):
        values["addresses"] = [_address(pool, party, address)]
    pool.get("party.party").write([party], values)
    return party


def _address(pool: Any, party: Any, address: Arguments) -> tuple[Any, ...]:
    country = pool.get("country.country").search([("code", "=", address["country"])], limit=1)
    if not country:
        raise UserError(f"Tryton knows no country {address['country']}.")
    values = {
        "street_unstructured": address["street"],
        "postal_code": address["postal_code"],
        "city": address["city"],
        "country": country[0].id,
        "invoice": True,
    }
    # Only the invoice address, which the approver was shown; any other address is not what they decided on.
    marked = [found for found in party.addresses if found.invoice]
    chosen = min(marked, key=lambda found: found.id, default=None)
    return ("create", [values]) if chosen is None else ("write", [chosen.id], values)


def create_draft_invoice(pool: Any, arguments: Arguments) -> Any:
    """A draft for exactly these time entries, made of the parts of Tryton's own project invoicing."""
    project = _existing(pool, "project.work", arguments["project_id"])
    entries = pool.get("timesheet.line").browse(sorted({int(entry) for entry in arguments["time_entry_ids"]}))
    by_work = _by_work(project, entries)
    invoice = project._get_invoice()  # noqa: SLF001 - Tryton's extension point for exactly this
    _agreed_terms(pool, invoice, arguments)
    invoice.description = f"{project.name}, {arguments['period']}"
    invoice.reference = f"{project.number or project.name} {arguments['period']}"
    invoice.save()
    for work, lines in by_work.items():
        _bill(pool, project, invoice, work, lines)
    pool.get("account.invoice").update_taxes([invoice])
    invoice = pool.get("account.invoice")(invoice.id)
    _as_approved(invoice, arguments)
    return invoice


def _by_work(project: Any, entries: list[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for entry in entries:
        work = entry.work.origin
        if project not in _ancestry(work):
            raise UserError(f"Time entry {entry.id} is not of project {project.rec_name}.")
        if entry.invoice_line:
            raise UserError(f"Time entry {entry.id} is invoiced already.")
        if not work.list_price:
            raise UserError(f"Task {work.rec_name} has no price.")
        found[work].append(entry)
    return found


def _ancestry(work: Any) -> list[Any]:
    found: list[Any] = []
    while work is not None and work not in found:
        found.append(work)
        work = work.parent
    return found


def _agreed_terms(pool: Any, invoice: Any, arguments: Arguments) -> None:
    """The contract's terms and billing address go before the customer's own."""
    if not arguments.get("contract_id"):
        return
    sale = _existing(pool, "sale.sale", arguments["contract_id"])
    if sale.currency != invoice.currency:
        told = f"Contract {sale.number} is in {sale.currency.code}"
        raise UserError(f"{told}; Tryton bills time in {invoice.currency.code}.")
    invoice.payment_term = sale.payment_term or invoice.payment_term
    invoice.invoice_address = sale.invoice_address or invoice.invoice_address


def _bill(pool: Any, project: Any, invoice: Any, work: Any, entries: list[Any]) -> None:
    seconds = sum((entry.duration for entry in entries), timedelta()).total_seconds()
    unit = pool.get("product.uom")(pool.get("ir.model.data").get_id("product", "uom_hour"))
    line = {"quantity": unit.round(seconds / 3600), "origins": entries}
    key = {"product": work.product, "unit": unit, "unit_price": work.list_price, "description": work.name}
    invoice_line = project._get_invoice_line(key, invoice, [line])  # noqa: SLF001 - as above
    invoice_line.invoice = invoice.id
    invoice_line.save()
    pool.get("timesheet.line").write(entries, {"invoice_line": invoice_line.id})


def _as_approved(invoice: Any, arguments: Arguments) -> None:
    amount, currency = Decimal(arguments["amount"]), arguments["currency"]
    if (invoice.untaxed_amount, invoice.currency.code) != (amount, currency):
        raise UserError(
            f"Tryton makes it {invoice.currency.code} {invoice.untaxed_amount}; {currency} {amount} was approved."
        )


def _company(pool: Any) -> Any:
    context: dict[str, Any] = Transaction().context or {}
    return _existing(pool, "company.company", context.get("company") or 0)


def _existing(pool: Any, model: str, wanted: Any) -> Any:
    found = pool.get(model).search([("id", "=", int(wanted))], limit=1)
    if not found:
        raise UserError(f"There is no {model} {wanted}.")
    return found[0]


HANDLERS: Mapping[str, Callable[[Any, Arguments], Any]] = {
    "project.create": create_project,
    "contract.set_po_number": set_po_number,
    "customer.set_billing_identity": set_billing_identity,
    "invoice.create_draft": create_draft_invoice,
    "project.cancel": cancel_project,
    "contract.clear_po_number": clear_po_number,
    "invoice.cancel_draft": cancel_draft,
}
