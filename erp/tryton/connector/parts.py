"""What several action types do in Tryton: find records, and make a project with its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from trytond.exceptions import UserError
from trytond.transaction import Transaction

Arguments = Mapping[str, Any]
ENGAGEMENT = "Engagement"


def company_of(pool: Any) -> Any:
    """The company of this request."""
    context: dict[str, Any] = Transaction().context or {}
    return existing(pool, "company.company", context.get("company") or 0)


def existing(pool: Any, model: str, wanted: Any) -> Any:
    """The record with this id. Raises UserError."""
    found = pool.get(model).search([("id", "=", int(wanted))], limit=1)
    if not found:
        raise UserError(f"There is no {model} {wanted}.")
    return found[0]


def address_values(pool: Any, address: Arguments) -> dict[str, Any]:
    """A postal address as Tryton keeps it, marked for invoices."""
    country = pool.get("country.country").search([("code", "=", address["country"])], limit=1)
    if not country:
        raise UserError(f"Tryton knows no country {address['country']}.")
    return {
        "street_unstructured": address["street"],
        "postal_code": address["postal_code"],
        "city": address["city"],
        "country": country[0].id,
        "invoice": True,
    }


def new_project(pool: Any, arguments: Arguments, party: Any, sale: Any | None, *, starts: date) -> Any:
    """The project with its tasks, on which time may be recorded from `starts` on."""
    work = pool.get("project.work")
    work.lock()  # Tryton does not hold numbers unique: two approved actions with one code must not both pass
    if work.search([("number", "=", arguments["code"])], limit=1):
        raise UserError(f"There is a project {arguments['code']} already.")
    company = company_of(pool)
    children = [_task(pool, planned, company) for planned in arguments.get("tasks") or ()]
    if sale is not None:
        children.append(_engagement(pool, sale, company))
    ends = arguments.get("ends")
    (project,) = work.create(
        [
            {
                "name": arguments["name"],
                "type": "project",
                "number": arguments["code"],
                "company": company.id,
                "party": party.id,
                "project_invoice_method": arguments["billing"],
                "status": _open(pool, "project"),
                "timesheet_available": True,
                "timesheet_start_date": starts,
                "timesheet_end_date": date.fromisoformat(ends) if ends else None,
                "comment": "\n".join(arguments.get("schedule") or ()) or None,
                "children": [("create", children)] if children else [],
            }
        ]
    )
    return project


def _task(pool: Any, planned: Arguments, company: Any) -> dict[str, Any]:
    if planned.get("price") is not None and planned.get("currency") not in (None, company.currency.code):
        raise UserError(f"This Tryton prices tasks in {company.currency.code} only, not in {planned['currency']}.")
    values = {"name": planned["name"], "type": "task", "company": company.id, "status": _open(pool, "task")}
    if planned.get("amount") is not None:
        return values | {"product": fixed_fee(pool), "list_price": Decimal(planned["amount"])}
    hours = planned.get("hours")
    return values | {
        "product": hourly(pool, planned["name"]),
        "list_price": None if planned.get("price") is None else Decimal(planned["price"]),
        "effort_duration": None if hours is None else timedelta(hours=float(hours)),
        "timesheet_available": True,
    }


def hourly(pool: Any, name: str) -> int | None:
    """The service of this name that is sold by time."""
    domain = [("name", "=", name), ("type", "=", "service"), ("default_uom_category.name", "=", "Time")]
    found = pool.get("product.product").search(domain, limit=1)
    return found[0].id if found else None


def fixed_fee(pool: Any) -> int | None:
    """The first service that is sold as a whole."""
    domain = [("type", "=", "service"), ("default_uom_category.name", "!=", "Time"), ("salable", "=", True)]
    found = pool.get("product.product").search(domain, order=[("id", "ASC")], limit=1)
    return found[0].id if found else None


def _open(pool: Any, kind: str) -> int:
    return pool.get("project.work.status").search([("types", "in", kind), ("default", "=", True)], limit=1)[0].id


def _engagement(pool: Any, sale: Any, company: Any) -> dict[str, Any]:
    lines = [line for line in sale.lines if line.type == "line"]
    if not lines:
        raise UserError(f"Contract {sale.number} has no lines that a project could originate from.")
    return {
        "name": ENGAGEMENT,
        "type": "task",
        "company": company.id,
        "origin": f"sale.line,{min(line.id for line in lines)}",
        "status": _open(pool, "task"),
    }
