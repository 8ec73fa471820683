"""The project with its code and tasks, and the rates at which its hours are sold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.actions import Origin
from domain.records import Contract, Firm, PriceList, Project
from domain.terms import Term
from policies.codes import CodeProposal
from tools.codes import Paper
from tools.opportunity.fields import (
    DIFFERS,
    IN_ERP,
    NOT_STATED,
    PROPOSED,
    TO_SET_UP,
    Field,
    against,
    first,
    opening,
    priced,
    read,
    recorded,
    stated,
)
from tools.setup import BILLED, billed_by, hourly, planned_tasks, project_name

OF_WORK = ("rates", "milestones")


@dataclass(frozen=True)
class Chosen:
    """The code of the work: the one that a person chose, else the proposals, best first."""

    code: str | None
    proposals: tuple[CodeProposal, ...] = ()


def project_of(firm: Firm, code: str | None, contract: Contract | None) -> Project | None:
    """The ERP's project of this work: that of the code that a person chose, else the contract's only one."""
    if code:
        return next((project for project in firm.projects if project.code == code), None)
    mine = [project for project in firm.projects if contract is not None and contract.id in project.contract_ids]
    return mine[0] if len(mine) == 1 else None


def project_fields(paper: Paper, there: Project | None, chosen: Chosen, customer: str, today: date) -> Iterator[Field]:
    """The project as it is proposed to the ERP, or as it stands there."""
    kinds = [term for term in paper.terms if term.field == "billing_type" and term.value in BILLED]
    said = ", ".join(str(term.value).replace("_", " ") for term in kinds)
    billed = Field("Billed by", billed_by(paper.terms), TO_SET_UP, read(kinds), said)
    billed = billed if kinds else stated(paper.terms, "Billed by", "billing_type")
    if there is not None:
        yield Field("Code", there.code, IN_ERP, recorded(there))
        yield Field("Name", there.name, IN_ERP, recorded(there))
        yield against(billed, there.billing, there)
        yield Field("Opened", there.opened and there.opened.isoformat(), IN_ERP, recorded(there))
        return
    yield code_field(chosen)
    yield Field("Name", project_name(paper, customer), TO_SET_UP, Origin("document", note="the document's name"))
    yield billed
    opens, why = opening(paper.terms, today)
    yield Field("Opens", opens.isoformat(), TO_SET_UP, why)


def code_field(chosen: Chosen) -> Field:
    """The code that a person chose, or the best of those proposed."""
    if chosen.code:
        return Field("Code", chosen.code, TO_SET_UP, Origin("person", note="chosen among the proposed codes"))
    if not chosen.proposals:
        return Field("Code", None, NOT_STATED, note="No open project and no numbering rule fits: choose one by hand.")
    best = chosen.proposals[0]
    origin = Origin("policy", note="; ".join(best.reasons[:2]))
    return Field("Code", best.code, PROPOSED, origin, f"{best.confidence:.0%} sure: choose it or another.")


def task_fields(paper: Paper, there: Project | None, contract: Contract | None) -> Iterator[Field]:
    """A task for each milestone or role, each from its own words; what the project has is told to be there."""
    tasks = planned_tasks(paper.terms, contract.currency if contract else first(paper.terms, "currency"))
    terms = [term for term in paper.terms if term.field in OF_WORK]
    known = {task.name.casefold(): task for task in there.tasks} if there else {}
    for task in tasks:
        name = str(task["name"])
        field = Field(name, _worth(task, first(paper.terms, "currency")), TO_SET_UP)
        field = replace(field, origin=read(_naming(terms, name)))
        yield replace(field, state=IN_ERP) if name.casefold() in known else field
    if there is not None:
        planned = {str(task["name"]).casefold() for task in tasks}
        for name, task in known.items():
            if name not in planned:
                price = (
                    {"amount": str(task.list_price.amount), "currency": task.list_price.currency}
                    if task.list_price
                    else None
                )
                yield Field(task.name, price and {"price an hour": price}, IN_ERP, Origin("erp", task.source))
    elif not tasks:
        note = "The document states neither milestones nor roles: plan the tasks by hand."
        yield Field("Tasks", None, NOT_STATED, note=note)


def _worth(task: Mapping[str, Any], currency: str | None) -> Any:
    if task["price"]:
        return {"price an hour": priced(task["price"], task["currency"])}
    return {"as a whole": priced(task["amount"], currency)} if task["amount"] else "billed as a whole"


def _naming(terms: Sequence[Term], name: str) -> list[Term]:
    return [term for term in terms if name in (str(term.value.get("name")), str(term.value.get("role")))]


def price_fields(paper: Paper, firm: Firm, contract: Contract | None) -> Iterator[Field]:
    """Each rate of the document beside the contract's price list, or another list that has them all."""
    rates = [term for term in paper.terms if term.field == "rates" and isinstance(term.value, dict)]
    currency = first(paper.terms, "currency")
    linked = next((one for one in firm.price_lists if contract and one.id == contract.price_list_id), None)
    listed = linked or _alike(firm, rates, currency)
    if listed is not None:
        note = "" if linked else "Another engagement's list with the same rates: it could serve this one, too."
        yield Field("Record", listed.name, IN_ERP, recorded(listed), note)
    for term in rates:
        yield _rate(term, listed, currency)
    if not rates and first(paper.terms, "milestones") is None and first(paper.terms, "total_value") is None:
        yield Field("Rates", None, NOT_STATED, note="The document states neither rates nor a fee: ask the client.")


def _alike(firm: Firm, rates: Sequence[Term], currency: str | None) -> PriceList | None:
    """A price list with every one of these roles at the same price an hour."""
    wanted = {str(term.value.get("role")).casefold(): hourly(term.value) for term in rates}
    for listed in firm.price_lists if wanted and None not in wanted.values() else ():
        known = {name.casefold(): price for name, price in listed.prices}
        if listed.currency == currency and all(known.get(role) == Decimal(str(p)) for role, p in wanted.items()):
            return listed
    return None


def _rate(term: Term, listed: PriceList | None, currency: str | None) -> Field:
    role, per = str(term.value.get("role") or "Any role"), str(term.value.get("per") or "")
    value = {f"per {per}": priced(term.value.get("amount"), currency)}
    known = {name.casefold(): price for name, price in listed.prices} if listed else {}
    there, asked = known.get(role.casefold()), hourly(term.value)
    if listed is None or there is None or asked is None:
        return Field(role, value, TO_SET_UP, read([term]))
    if there == Decimal(asked):
        return Field(role, value, IN_ERP, read([term]), f"{listed.name} says the same.")
    return Field(role, value, DIFFERS, read([term]), f"{listed.name} says {there:.2f} {listed.currency} per hour.")
