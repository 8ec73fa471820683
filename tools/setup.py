"""Drafts the ERP project of a statement of work: name, code, customer and tasks, each with where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from domain.actions import Intent, Origin
from domain.errors import Conflict
from domain.records import Firm
from domain.source import Evidence
from domain.terms import Term
from policies.numbering import parts
from tools.codes import Paper
from tools.engagement import contract_of, customer_of

HOURS_A_DAY = 8
BILLED = {
    "time_and_materials": "timesheet",
    "fixed_fee": "progress",
    "milestone": "progress",
    "retainer": "progress",
}
NAME_LENGTH = 80


def project_from(paper: Paper, firm: Firm, code: str, linked: str | None = None) -> Intent:
    """The proposal to create this project. Raises Conflict when the customer is unknown or the code is taken."""
    if any(project.code == code for project in firm.projects):
        raise Conflict(f"The ERP has a project {code} already; choose a new number.")
    customer = customer_of(paper.work, firm, paper.text)
    if customer is None:
        raise Conflict("The document's client was not found among the ERP's customers; create the customer first.")
    contract = contract_of(paper.work, firm, customer, linked)
    practice, region = parts(code)
    name = project_name(paper, customer.name)
    arguments: dict[str, Any] = {
        "name": name,
        "code": code,
        "customer_id": customer.id,
        "contract_id": contract.id if contract else None,
        "billing": billed_by(paper.terms),
        "tasks": planned_tasks(paper.terms, contract.currency if contract else _first(paper.terms, "currency")),
    }
    return Intent(
        "project.create",
        arguments,
        f"Create project {code} {name}",
        reasons=(f"{customer.name} has this work in {paper.name}, and the ERP has no project for it.",),
        origins=_origins(paper, customer.source.label or customer.name),
        project_code=code,
        customer=customer.name,
        practice=practice,
        region=region,
        document=paper.id,
        contracts=(contract.number,) if contract else (),
    )


def project_name(paper: Paper, customer: str) -> str:
    """The document's name without its ending, else the customer's."""
    stem = " ".join(paper.name.rsplit(".", 1)[0].replace("_", " ").split())
    return (stem or customer)[:NAME_LENGTH]


def _first(terms: Sequence[Term], field: str) -> Any:
    return next((term.value for term in terms if term.field == field), None)


def billed_by(terms: Sequence[Term]) -> str:
    """How the ERP bills what the document says; by time where it says nothing."""
    kinds = [BILLED[term.value] for term in terms if term.field == "billing_type" and term.value in BILLED]
    return kinds[0] if kinds else "timesheet"


def planned_tasks(terms: Sequence[Term], currency: Any) -> list[dict[str, Any]]:
    """A task a milestone; or a task a role at its hourly price, a day counting as eight hours."""
    milestones = [term.value for term in terms if term.field == "milestones"]
    if milestones:
        return [_task(str(milestone["name"]), None, None) for milestone in milestones]
    rates = [term.value for term in terms if term.field == "rates" and term.value.get("role")]
    return [_task(str(rate["role"]), hourly(rate), currency) for rate in rates]


def _task(name: str, price: str | None, currency: Any) -> dict[str, Any]:
    priced = price is not None and isinstance(currency, str)
    told = {"price": price, "currency": currency} if priced else {"price": None, "currency": None}
    return {"name": name[:200], "hours": None, **told}


def hourly(rate: dict[str, Any]) -> str | None:
    """A rate as a price an hour, a day counting as eight hours; None for what is not paid by time."""
    amount = Decimal(str(rate["amount"]))
    hours = {"hour": 1, "day": HOURS_A_DAY}.get(str(rate["per"]))
    return str((amount / hours).quantize(Decimal("0.0001"))) if hours else None


def _origins(paper: Paper, customer: str) -> dict[str, Origin]:
    fields = {"customer_id": ("client",), "billing": ("billing_type",), "tasks": ("milestones", "rates")}
    origins = {
        argument: Origin("document", evidence=found, note="as read in the document")
        for argument, names in fields.items()
        if (found := _evidence(paper.terms, names))
    }
    return {
        "code": Origin("person", note="chosen by a person among the proposed codes"),
        "name": Origin("document", note="the document's name"),
        "customer_id": Origin("erp", note=f"found in the ERP by name: {customer}"),
        **origins,
    }


def _evidence(terms: Sequence[Term], names: Sequence[str]) -> tuple[Evidence, ...]:
    return tuple(term.evidence[0] for term in terms if term.field in names and term.evidence)[:6]
