"""The project with its code and tasks, and the rates at which its hours are sold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.actions import Origin
from domain.records import Contract, Firm, PriceList
from domain.terms import Term
from policies.codes import CodeProposal
from policies.prerequisites.outside import day
from tools.codes import Paper
from tools.opportunity.fields import (
    DIFFERS,
    IN_ERP,
    NOT_STATED,
    PROPOSED,
    TO_SET_UP,
    Field,
    first,
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


def project_fields(paper: Paper, firm: Firm, chosen: Chosen, customer: str, today: date) -> Iterator[Field]:
    """The project as it is proposed to the ERP."""
    there = next((project for project in firm.projects if chosen.code and project.code == chosen.code), None)
    if there is not None:
        yield Field("Code", chosen.code, IN_ERP, recorded(there))
    else:
        yield code_field(chosen)
    yield Field("Name", project_name(paper, customer), TO_SET_UP, Origin("document", note="the document's name"))
    said = stated(paper.terms, "Billed by", "billing_type")
    known = [term for term in paper.terms if term.field == "billing_type" and term.value in BILLED]
    note = ", ".join(str(term.value).replace("_", " ") for term in known)
    yield Field("Billed by", billed_by(paper.terms), TO_SET_UP, read(known), note) if known else said
    starts = day(first(paper.terms, "effective_date"))
    opens = max(today, starts) if starts else today
    begins = [term for term in paper.terms if term.field == "effective_date"]
    why = Origin("policy", evidence=read(begins).evidence, note="when the work begins, never before today")
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


def task_fields(paper: Paper, contract: Contract | None) -> Iterator[Field]:
    """A task for each milestone or role, each from its own words."""
    currency = contract.currency if contract else first(paper.terms, "currency")
    tasks = planned_tasks(paper.terms, currency)
    terms = [term for term in paper.terms if term.field in OF_WORK]
    for task in tasks:
        price = priced(task["price"], task["currency"]) if task["price"] else None
        value = {"price an hour": price} if price else "billed as a whole"
        yield Field(str(task["name"]), value, TO_SET_UP, read(_naming(terms, str(task["name"]))))
    if not tasks:
        note = "The document states neither milestones nor roles: plan the tasks by hand."
        yield Field("Tasks", None, NOT_STATED, note=note)


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
