"""A statement of work's project as the ERP would have it: its name, how it is billed, and its tasks."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from domain.terms import Term
from tools.codes import Paper
from tools.opportunity.fields import number, share

HOURS_A_DAY = 8
BILLED = {
    "time_and_materials": "timesheet",
    "fixed_fee": "progress",
    "milestone": "effort",
    "retainer": "progress",
}
NAME_LENGTH = 80


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
    """A task a milestone, or one for a fixed fee, billed as a whole; or a task a role at its hourly price."""
    total = number(_first(terms, "total_value"))
    milestones = [term.value for term in terms if term.field == "milestones"]
    if milestones:
        return [_whole(str(one["name"]), share(one.get("amount"), total)) for one in milestones]
    rates = [term.value for term in terms if term.field == "rates" and term.value.get("role")]
    if not rates and total is not None and billed_by(terms) == "progress":
        return [_whole("Fixed fee", total)]
    return [_task(str(rate["role"]), hourly(rate), currency) for rate in rates]


def _task(name: str, price: str | None, currency: Any) -> dict[str, Any]:
    priced = price is not None and isinstance(currency, str)
    told = {"price": price, "currency": currency} if priced else {"price": None, "currency": None}
    return {"name": name[:200], "hours": None, **told, "amount": None}


def _whole(name: str, amount: Decimal | None) -> dict[str, Any]:
    worth = None if amount is None else str(amount)
    return {"name": name[:200], "hours": None, "price": None, "currency": None, "amount": worth}


def hourly(rate: dict[str, Any]) -> str | None:
    """A rate as a price an hour, a day counting as eight hours; None for what is not paid by time."""
    amount = Decimal(str(rate["amount"]))
    hours = {"hour": 1, "day": HOURS_A_DAY}.get(str(rate["per"]))
    return str((amount / hours).quantize(Decimal("0.0001"))) if hours else None
