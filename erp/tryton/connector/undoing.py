"""The ways back in Tryton: each only over what the named earlier action wrote, and only while nothing builds on it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trytond.exceptions import UserError

CANCELLED = "Cancelled"
Arguments = Mapping[str, Any]


def cancel_project(pool: Any, arguments: Arguments) -> Any:
    """Nobody can record on the project and its tasks any more; it stays, so that its number is never given again."""
    return _cancelled(pool, _written_by(pool, "project.work", arguments["project_id"], arguments["created_by"]))


def _cancelled(pool: Any, project: Any) -> Any:
    works = pool.get("project.work").search([("parent", "child_of", [project.id])])
    if recorded(pool, works):
        raise UserError(f"Time or an invoice is recorded on {project.rec_name}; it cannot be cancelled.")
    status = pool.get("project.work.status").search(
        [("name", "=", CANCELLED), ("types", "in", "project"), ("types", "in", "task")], limit=1
    )
    if not status:
        raise UserError(f"Tryton has no status {CANCELLED!r} for projects and tasks; add it and try again.")
    pool.get("project.work").write(works, {"status": status[0].id, "timesheet_available": False})
    return project


def take_back_engagement(pool: Any, arguments: Arguments) -> Any:
    """Each record that the action made is closed; what was there before it, or is used by now, never."""
    by = arguments["created_by"]
    project = _cancelled(pool, _written_by(pool, "project.work", arguments["project_id"], by))
    if arguments.get("contract_id"):
        sale = _written_by(pool, "sale.sale", arguments["contract_id"], by)
        if sale.state not in ("draft", "quotation"):
            raise UserError(f"Contract {sale.number} is {sale.state}; only a quotation can be taken back.")
        pool.get("sale.sale").cancel([sale])
    if arguments.get("price_list_id"):
        listed = _written_by(pool, "product.price_list", arguments["price_list_id"], by)
        pool.get("product.price_list").write([listed], {"active": False})
    if arguments.get("customer_id"):
        party = _written_by(pool, "party.party", arguments["customer_id"], by)
        if used(pool, party, project, arguments.get("contract_id")):
            raise UserError(f"{party.rec_name} has other contracts, projects or invoices by now.")
        pool.get("party.party").write([party], {"active": False})
    return project


def used(pool: Any, party: Any, project: Any, contract: Any) -> bool:
    """Whether anything else is the party's than this project and contract."""
    mine = [("party", "=", party.id)]
    return bool(
        pool.get("sale.sale").search([*mine, ("id", "!=", int(contract or 0))], limit=1)
        or pool.get("project.work").search([*mine, ("id", "!=", project.id)], limit=1)
        or pool.get("account.invoice").search(mine, limit=1)
    )


def recorded(pool: Any, works: list[Any]) -> bool:
    """Whether time, progress or an invoice line stands on any of these works."""
    ids = [work.id for work in works]
    origins = [f"project.work,{number}" for number in ids]
    return bool(
        any(work.invoice_line for work in works)
        or pool.get("timesheet.line").search([("work.origin", "in", origins)], limit=1)
        or pool.get("project.work.invoiced_progress").search([("work", "in", ids)], limit=1)
    )


def clear_po_number(pool: Any, arguments: Arguments) -> Any:
    """The contract has no purchase order number again."""
    (sale,) = pool.get("sale.sale").search([("id", "=", int(arguments["contract_id"]))], limit=1) or [None]
    if sale is None:
        raise UserError(f"There is no contract {arguments['contract_id']}.")
    pool.get("sale.sale").write([sale], {"reference": None})
    return sale


def cancel_draft(pool: Any, arguments: Arguments) -> Any:
    """The draft is cancelled with Tryton's own button, and its hours can be billed again."""
    model = pool.get("account.invoice")
    invoice = _written_by(pool, "account.invoice", arguments["invoice_id"], arguments["drafted_by"])
    if invoice.state != "draft":
        raise UserError(f"Invoice {invoice.rec_name} is {invoice.state}; only a draft can be cancelled here.")
    amount, currency = Decimal(arguments["amount"]), arguments["currency"]
    if (invoice.untaxed_amount, invoice.currency.code) != (amount, currency):
        told = f"The draft is over {invoice.currency.code} {invoice.untaxed_amount}"
        raise UserError(f"{told}; cancelling one over {currency} {amount} was approved.")
    entries = pool.get("timesheet.line").search([("invoice_line.invoice", "=", invoice.id)])
    model.cancel([invoice])
    pool.get("timesheet.line").write(entries, {"invoice_line": None})
    return model(invoice.id)


def _written_by(pool: Any, model: str, wanted: Any, reference: str) -> Any:
    record = f"{model},{int(wanted)}"
    found = pool.get(model).search([("id", "=", int(wanted))], limit=1)
    logged = pool.get("countersign.write").search([("reference", "=", reference)], limit=1)
    if not found or not logged or record not in (logged[0].record, *(logged[0].also or "").split()):
        raise UserError(f"Action {reference} did not write {record}.")
    return found[0]
