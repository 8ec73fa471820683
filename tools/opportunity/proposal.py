"""From a statement of work to the proposal that sets its engagement up: what the ERP lacks, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.actions import Intent, Origin
from domain.errors import Conflict, NotFound
from domain.records import Contract, Customer, Firm
from domain.terms import Term
from policies.numbering import parts
from policies.prerequisites.outside import day
from tools.codes import Paper
from tools.engagement import contract_of, customer_of
from tools.opportunity.fields import first, number, opening, read, recorded, share
from tools.opportunity.schedule import MONTHS, invoice_days
from tools.setup import billed_by, hourly, planned_tasks, project_name

NEW = "new"
SAID = Origin("person", note="stated by whoever proposed it")
RULE = Origin("policy", note="follows from the other fields")


@dataclass(frozen=True)
class Stated:
    """What a person says besides the document: which customer it is (an ERP id, or `new`; None: as found), and of a
    new one what invoices need, as `customer.set_billing_identity` takes it.
    """

    customer: str | None = None
    tax_identifier: Mapping[str, str] | None = None
    invoice_address: Mapping[str, str] | None = None
    billing_email: str | None = None


@dataclass(frozen=True)
class Part:
    """Some arguments, each with its origin."""

    arguments: Mapping[str, Any]
    origins: Mapping[str, Origin]


def engagement_from(
    paper: Paper, firm: Firm, code: str, linked: str | None = None, stated: Stated | None = None
) -> Intent:
    """The proposal to set up what the document describes, as far as the ERP does not have it.

    Raises Conflict with what to do first (the code is taken, the client unclear, no fee stated), NotFound.
    """
    if any(project.code == code for project in firm.projects):
        raise Conflict(f"The ERP has a project {code} already; choose a new number.")
    said = stated or Stated()
    customer = _customer(paper, firm, said)
    contract = contract_of(paper.work, firm, customer, linked)
    client = customer.name if customer else str(first(paper.terms, "client"))
    made = [
        _of_customer(paper, customer, said),
        _of_contract(paper, firm, contract, client),
        _of_project(paper, contract, client, code, firm.fetched_at.date()),
    ]
    practice, region = parts(code)
    whose = f"{client} has this work in {paper.name}, and the ERP has no project for it."
    return Intent(
        "engagement.set_up",
        {name: value for part in made for name, value in part.arguments.items()},
        f"Set up {code} {project_name(paper, client)}",
        reasons=(whose, *_besides(customer, contract)),
        origins={name: origin for part in made for name, origin in part.origins.items()},
        project_code=code,
        customer=client,
        practice=practice,
        region=region,
        document=paper.id,
        contracts=(contract.number,) if contract else (),
    )


def _besides(customer: Customer | None, contract: Contract | None) -> Iterable[str]:
    if customer is None:
        yield "The customer is new: the ERP has none of this name."
    if contract is None:
        yield "The contract is entered as a quotation; it is confirmed once the client has signed."


def _customer(paper: Paper, firm: Firm, said: Stated) -> Customer | None:
    if said.customer == NEW:
        if first(paper.terms, "client") is None:
            raise Conflict("The document names no client; correct its terms first.")
        return None
    if said.customer:
        chosen = next((one for one in firm.customers if one.id == said.customer), None)
        if chosen is None:
            raise NotFound("The ERP has no such customer.")
        return chosen
    found = customer_of(paper.work, firm, paper.text)
    if found is None:
        raise Conflict("The document's client is none of the ERP's customers: say which it is, or that it is new.")
    return found


def _of_customer(paper: Paper, customer: Customer | None, said: Stated) -> Part:
    if customer is not None:
        origin = SAID if said.customer else recorded(customer, "found by the name in the document")
        return Part({"customer_id": customer.id}, {"customer_id": origin})
    told = {
        name: value
        for name, value in (
            ("tax_identifier", said.tax_identifier),
            ("invoice_address", said.invoice_address),
            ("billing_email", said.billing_email),
        )
        if value
    }
    name = str(first(paper.terms, "client"))
    return Part({"customer_name": name} | told, {"customer_name": _said(paper, "client")} | dict.fromkeys(told, SAID))


def _of_contract(paper: Paper, firm: Firm, contract: Contract | None, client: str) -> Part:
    """A contract that is there, or a new one with what it is worth and its prices."""
    if contract is not None:
        return Part(
            {"contract_id": contract.id}, {"contract_id": recorded(contract, "it carries the document's number")}
        )
    lines = _lines(paper)
    currency = first(paper.terms, "currency")
    if not lines or not currency:
        raise Conflict("The document states no fee, or not in which currency; correct its terms first.")
    wanted = {
        "contract_date": "effective_date",
        "currency": "currency",
        "payment_terms_days": "payment_terms_days",
        "po_number": "po_number",
    }
    found = {name: first(paper.terms, field) for name, field in wanted.items()}
    origins = {name: _said(paper, field) for name, field in wanted.items() if found[name] is not None}
    number_, title = first(paper.terms, "document_number"), project_name(paper, client)
    titled = title if not number_ or str(number_) in title else f"{number_} {title}"
    origins |= {"contract_title": _said(paper, "document_number"), "lines": _said(paper, *PAID)}
    prices = _prices(paper, title) if currency == firm.base_currency else {}
    origins |= dict.fromkeys(prices, _said(paper, "rates"))
    return Part({**found, "contract_title": titled[:200], "lines": lines, **prices}, origins)


PAID = ("milestones", "total_value", "not_to_exceed", "rates")


def _lines(paper: Paper) -> list[dict[str, Any]]:
    """What the contract is worth: its milestones, else its total or limit, else each rate without a quantity."""
    total = number(first(paper.terms, "total_value"))
    milestones = [(str(value["name"]), share(value.get("amount"), total)) for value in _values(paper, "milestones")]
    if milestones and all(amount is not None for _, amount in milestones):
        return [{"name": name[:200], "quantity": "1", "price": str(amount)} for name, amount in milestones]
    limit = number(first(paper.terms, "not_to_exceed"))
    if (whole := total or limit) is not None:
        name = "Fixed fee" if total else "Fees, not to exceed"
        return [{"name": name, "quantity": "1", "price": str(whole)}]
    rates = [(str(value["role"]), hourly(value)) for value in _values(paper, "rates") if value.get("role")]
    return [{"name": role[:200], "quantity": "0", "price": price} for role, price in rates if price]


def _prices(paper: Paper, title: str) -> dict[str, Any]:
    rates = {str(value["role"]): hourly(value) for value in _values(paper, "rates") if value.get("role")}
    listed = [{"name": role[:200], "price": price} for role, price in rates.items() if price]
    return {"price_list_name": f"{title} rates"[:200], "rates": listed} if listed else {}


def _of_project(paper: Paper, contract: Contract | None, client: str, code: str, today: date) -> Part:
    (opens, why), ends = opening(paper.terms, today), day(first(paper.terms, "end_date"))
    currency = contract.currency if contract else first(paper.terms, "currency")
    arguments = {
        "code": code,
        "name": project_name(paper, client),
        "billing": billed_by(paper.terms),
        "opens": opens.isoformat(),
        "ends": ends.isoformat() if ends and ends >= opens else None,
        "tasks": planned_tasks(paper.terms, currency),
        "schedule": _schedule(paper, currency),
    }
    origins = {
        "code": Origin("person", note="chosen by a person among the proposed codes"),
        "name": Origin("document", note="the document's name"),
        "billing": _said(paper, "billing_type"),
        "opens": why,
        "ends": _said(paper, "end_date"),
        "tasks": _said(paper, "milestones", "rates", "total_value"),
        "schedule": _said(paper, "milestones", "invoice_frequency", "effective_date", "end_date"),
    }
    return Part(arguments, {name: origin for name, origin in origins.items() if arguments[name]})


def _schedule(paper: Paper, currency: Any) -> list[str]:
    """When what is invoiced, in words that a person reads in the ERP."""
    total = number(first(paper.terms, "total_value"))
    found = [_invoice(value, share(value.get("amount"), total), currency) for value in _values(paper, "milestones")]
    rhythm = first(paper.terms, "invoice_frequency")
    starts, ends = day(first(paper.terms, "effective_date")), day(first(paper.terms, "end_date"))
    if not found and rhythm in MONTHS and starts and ends and ends >= starts:
        days = invoice_days(starts, ends, MONTHS[rhythm])
        found.append(f"Invoiced {rhythm}: {len(days)} invoices, the first on {days[0]}, the last on {days[-1]}")
    elif not found and rhythm:
        found.append(f"Invoiced {str(rhythm).replace('_', ' ')}")
    return found


def _invoice(value: Mapping[str, Any], amount: Decimal | None, currency: Any) -> str:
    when = value.get("due") or "no date stated"
    return f"{value['name']}: {when}" + (f", {currency or ''} {amount:,.2f}" if amount is not None else "")


def _values(paper: Paper, field: str) -> Sequence[dict[str, Any]]:
    return [term.value for term in paper.terms if term.field == field and isinstance(term.value, dict)]


def _said(paper: Paper, *fields: str) -> Origin:
    terms: list[Term] = [term for term in paper.terms if term.field in fields]
    return read(terms) if terms else RULE
