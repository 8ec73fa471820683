"""Prerequisites of the contract: that there is one, that it holds, and that the ERP says what was signed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from domain.facts import FactKind, OutsideFact
from domain.money import Money
from domain.terms import Term
from policies.prerequisites.case import LIVE, Case
from policies.prerequisites.items import Item, same_name
from policies.prerequisites.judgement import (
    Judgement,
    counted,
    exceeds,
    fails,
    fails_on,
    not_applicable,
    passes,
    unknown,
)
from policies.prerequisites.outside import flag, number, source_of

QUOTATIONS = ("draft", "quotation")
NO_CONTRACT = "The project has no contract."
NO_CAP = "Neither the statement of work nor a report states a cap."
SETTLED = ("approved", "rejected", "withdrawn", "closed", "cancelled")


def missing(case: Case) -> Judgement:
    """A project with something to bill has a contract."""
    if case.contract is None:
        return fails("No contract is linked to the project in the ERP.").citing(case.project.source)
    return passes(f"Contract {case.contract.number} covers the project.").citing(case.contract.source)


def not_confirmed(case: Case) -> Judgement:
    """A quotation does not oblige the client to pay; it can be confirmed once a signed statement of work was read."""
    if case.contract is None:
        return not_applicable(NO_CONTRACT)
    number_, state = case.contract.number, case.contract.state
    if state in LIVE:
        return passes(f"Contract {number_} is {state}.").citing(case.contract.source)
    said, signed = f"Contract {number_} is {state}, not confirmed.", case.term("signed")
    if signed is None or flag(signed.value) is not True or state not in QUOTATIONS:
        return fails(said).citing(case.contract.source)
    found = fails(f"{said} Its statement of work is signed.").citing(case.contract.source, evidence=signed.evidence)
    return found.clearing(contract_id=case.contract.id)


def cap_reached(case: Case) -> Judgement:
    """What was invoiced and what is to be billed stay within the not-to-exceed amount."""
    if case.contract is None:
        return not_applicable(NO_CONTRACT)
    stated = case.term("not_to_exceed")
    cap = cap_of(case)
    if cap is None:
        return not_applicable(NO_CAP)
    spent = case.contract.invoiced
    if {cap.currency, spent.currency, case.currency} != {cap.currency}:
        return unknown(f"The cap is in {cap.currency}, the work in {case.currency}; no dated rate is known.")
    room = cap - spent
    said = f"Cap {cap}, invoiced {spent}, to bill {case.unbilled}."
    found = passes(said) if case.unbilled <= room else exceeds(said, room)
    report = source_of(case.order) if case.order and stated is None else None
    return found.citing(case.contract.source, report, evidence=stated.evidence if stated else ())


def cap_of(case: Case) -> Money | None:
    """The not-to-exceed amount: the statement of work's, or the contract's total where a purchase order caps it."""
    contract, order, stated = case.contract, case.order, case.term("not_to_exceed")
    if contract is None:
        return None
    amount = number(stated.value) if stated else None
    if amount is not None:
        currency = case.term("currency")
        return Money(amount, str(currency.value) if currency else contract.currency)
    capped = order is not None and flag(order.value.get("capped")) is True
    return contract.total if capped and case.project.billing == "timesheet" else None


def change_request_open(case: Case) -> Judgement:
    """Work under a change request is billed only once the client has approved it."""
    if case.contract is None:
        return not_applicable(NO_CONTRACT)
    if FactKind.CHANGE_REQUEST not in case.facts.outside.covered:
        return unknown("No connected system reports change requests.")
    reports = case.facts.outside.under(FactKind.CHANGE_REQUEST, case.contract.number)
    pending = [r for r in reports if str(r.value.get("status", "")).lower() not in SETTLED]
    under_way = [(r, _items_under(case, r)) for r in pending]
    held = sorted({item.id for _, items in under_way for item in items})
    if held:
        names = ", ".join(_name(r) for r, items in under_way if items)
        said = f"{names} of contract {case.contract.number} is open, and its work is recorded."
        return fails_on(said, held).citing(*(source_of(r) for r, items in under_way if items))
    return passes("No open change request has unbilled work.").citing(*map(source_of, reports))


def _name(report: OutsideFact) -> str:
    return report.subject.partition("/")[2]


def _items_under(case: Case, report: OutsideFact) -> list[Item]:
    """The time on tasks that carry the change request's name, or on tasks below them; its milestone lines too."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(_name(report))}(?![\w-])", re.IGNORECASE)
    named = {task.id for task in case.project.tasks if pattern.search(f"{task.code} {task.name}")}
    return [item for item in case.items if _under(case, item, named) or _sold_as(item, pattern)]


def _under(case: Case, item: Item, named: set[str]) -> bool:
    task = case.tasks.get(item.entry.task_id or "") if item.entry else None
    seen: set[str] = set()
    while task is not None and task.id not in seen:
        if task.id in named:
            return True
        seen.add(task.id)
        task = case.tasks.get(task.parent_id or "")
    return False


def _sold_as(item: Item, pattern: re.Pattern[str]) -> bool:
    return item.line is not None and pattern.search(item.line.description) is not None


def amendment_not_carried(case: Case) -> Judgement:
    """An amendment that is only a draft does not change what the ERP bills."""
    if case.contract is None or not case.contract.amendments:
        return not_applicable("The contract has no amendment.")
    drafts = [amendment for amendment in case.contract.amendments if amendment.state == "draft"]
    if drafts:
        of = counted(len(case.contract.amendments), "amendment")
        said = f"{len(drafts)} of {of} of {case.contract.number} not validated."
        return fails(said).citing(*(amendment.source for amendment in drafts))
    return passes("Every amendment is validated.").citing(*(a.source for a in case.contract.amendments))


def schedule_missing(case: Case) -> Judgement:
    """Milestones that the statement of work promises stand as lines on the contract."""
    if case.contract is None:
        return not_applicable(NO_CONTRACT)
    lines = case.contract.lines
    if case.project.billing != "timesheet" and not lines:
        said = f"Contract {case.contract.number} has no line to bill a milestone by."
        return fails(said).citing(case.contract.source)
    promised = case.milestone_terms
    if not promised:
        return not_applicable("The statement of work names no milestones.")
    absent = [term for term in promised if not _scheduled(term, case)]
    evidence = tuple(quote for term in absent or promised for quote in term.evidence)
    if absent:
        said = f"{len(absent)} of {counted(len(promised), 'milestone')} of the statement of work not on the contract."
        return fails(said).citing(case.contract.source, evidence=evidence)
    return passes("The contract carries every milestone.").citing(case.contract.source, evidence=evidence)


def _scheduled(term: Term, case: Case) -> bool:
    value = term.value if isinstance(term.value, dict) else {"name": term.value}
    name, amount = str(value.get("name") or ""), _share(value.get("amount"), case)
    lines = case.contract.lines if case.contract else ()
    return any(same_name(name, line.description) or line.amount.amount == amount for line in lines)


def _share(amount: object, case: Case) -> Decimal | None:
    text = str(amount or "")
    if not text.endswith("%") or case.contract is None:
        return number(text)
    share = number(text[:-1])
    return None if share is None else case.contract.total.amount * share / 100


def advance_not_applied(case: Case) -> Judgement:
    """An advance that the client has paid is deducted from what is billed."""
    if case.contract is None or case.contract.advance_unapplied is None:
        return not_applicable("The contract has no advance payment.")
    if case.contract.advance_unapplied.amount > 0:
        said = f"{case.contract.advance_unapplied} of advance on {case.contract.number} is not applied yet."
        return fails(said).citing(case.contract.source)
    return passes("The advance is applied in full.").citing(case.contract.source)


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "contract.missing": missing,
    "contract.not_confirmed": not_confirmed,
    "cap.reached": cap_reached,
    "change_request.open": change_request_open,
    "amendment.not_carried": amendment_not_carried,
    "billing.schedule_missing": schedule_missing,
    "advance.not_applied": advance_not_applied,
}
