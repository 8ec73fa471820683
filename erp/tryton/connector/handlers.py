"""What each action type does in Tryton, inside one transaction. Amounts and dates arrive as JSON strings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from trytond.exceptions import UserError

from erp.tryton.connector.engagements import confirm_contract, set_up_engagement
from erp.tryton.connector.parts import Arguments, address_values, existing, new_project
from erp.tryton.connector.undoing import cancel_draft, cancel_project, clear_po_number, take_back_engagement


def create_project(pool: Any, arguments: Arguments) -> Any:
    """A project with one task per planned task, and one that ties it to its contract as Tryton does."""
    sale = existing(pool, "sale.sale", arguments["contract_id"]) if arguments.get("contract_id") else None
    party = existing(pool, "party.party", arguments["customer_id"])
    return new_project(pool, arguments, party, sale, starts=pool.get("ir.date").today())


def set_po_number(pool: Any, arguments: Arguments) -> Any:
    """The contract's reference is where Tryton keeps the client's purchase order number."""
    sale = existing(pool, "sale.sale", arguments["contract_id"])
    pool.get("sale.sale").write([sale], {"reference": arguments["po_number"]})
    return sale


def set_billing_identity(pool: Any, arguments: Arguments) -> Any:
    """The first identifier and the invoice address are replaced, or made where there is none."""
    party = existing(pool, "party.party", arguments["customer_id"])
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
    values = address_values(pool, address)
    # Only the invoice address, which the approver was shown; any other address is not what they decided on.
    marked = [found for found in party.addresses if found.invoice]
    chosen = min(marked, key=lambda found: found.id, default=None)
    return ("create", [values]) if chosen is None else ("write", [chosen.id], values)


def create_draft_invoice(pool: Any, arguments: Arguments) -> Any:
    """A draft for exactly these time entries, made of the parts of Tryton's own project invoicing."""
    project = existing(pool, "project.work", arguments["project_id"])
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
    sale = existing(pool, "sale.sale", arguments["contract_id"])
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


HANDLERS: Mapping[str, Callable[[Any, Arguments], Any]] = {
    "project.create": create_project,
    "engagement.set_up": set_up_engagement,
    "engagement.take_back": take_back_engagement,
    "contract.confirm": confirm_contract,
    "contract.set_po_number": set_po_number,
    "customer.set_billing_identity": set_billing_identity,
    "invoice.create_draft": create_draft_invoice,
    "project.cancel": cancel_project,
    "contract.clear_po_number": clear_po_number,
    "invoice.cancel_draft": cancel_draft,
}
