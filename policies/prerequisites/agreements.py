"""Prerequisites of what was agreed: signed, in force, one contract and not several, and not billed beyond its total."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from domain.facts import FactKind, OutsideFact
from domain.money import Money
from policies.prerequisites.case import LIVE, Case
from policies.prerequisites.items import Item, same_name, words
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
from policies.prerequisites.outside import day, flag, money, source_of

NO_CONTRACT = "The project has no contract."


def not_signed(case: Case) -> Judgement:
    """The statement of work bears both signatures; where no document was read, the ERP's confirmation stands for it."""
    contract, term = case.contract, case.term("signed")
    if contract is None:
        return not_applicable(NO_CONTRACT)
    signed = flag(term.value) if term else None
    evidence = term.evidence if term else ()
    if signed is False:
        said = f"The statement of work of contract {contract.number} is not signed."
        return fails(said).citing(contract.source, evidence=evidence)
    if signed:
        return passes("The statement of work is signed.").citing(contract.source, evidence=evidence)
    if contract.state in LIVE:
        return passes("No document says otherwise than the ERP: the contract is confirmed.").citing(contract.source)
    return unknown(f"Neither the ERP nor a document says that contract {contract.number} is signed.")


def not_in_force(case: Case) -> Judgement:
    """Work that was done before the statement of work took effect is not covered by it."""
    term = case.term("effective_date")
    begins = day(term.value) if term else None
    if term is None or begins is None:
        return not_applicable("No statement of work says from when it is in force.")
    if not case.work:
        return not_applicable("There is no unbilled time.")
    early = [item for item in case.work if item.date and item.date < begins]
    if not early:
        return passes(f"All unbilled time is after {begins}, when it took effect.").citing(evidence=term.evidence)
    said = f"{counted(len(early), 'time entry')} before {begins}, when the statement of work took effect."
    return fails_on(said, [i.id for i in early]).citing(*(i.source for i in early), evidence=term.evidence)


def ambiguous(case: Case) -> Judgement:
    """One live contract governs a project; with several, prices and ceilings are taken from one of them only."""
    if not case.facts.contracts:
        return not_applicable(NO_CONTRACT)
    numbers = sorted(contract.number for contract in case.live)
    sources = (contract.source for contract in case.live)
    if len(numbers) > 1:
        said = f"Contracts {', '.join(numbers)} are all in force; {case.contract and case.contract.number} is used."
        return fails(said).citing(*sources)
    return passes("No second contract is in force.").citing(*sources)


def over_total(case: Case) -> Judgement:
    """What is billed as a whole does not exceed what was sold."""
    contract = case.contract
    if contract is None or case.project.billing == "timesheet" or not contract.total.amount:
        return not_applicable("Nothing of a fixed total is billed.")
    sold = [item for item in case.items if item.line is not None]
    if not sold:
        return not_applicable("No milestone is due to be billed.")
    if {contract.total.currency, contract.invoiced.currency} != {case.currency}:
        return unknown(f"The contract is in {contract.currency}, the work in {case.currency}; no dated rate is known.")
    due = case.value(frozenset(item.id for item in sold))
    said = f"Contract {contract.total}, invoiced {contract.invoiced}, milestones to bill {due}."
    room = contract.total - contract.invoiced
    beside = case.unbilled - due
    return (passes(said) if due <= room else exceeds(said, room + beside)).citing(contract.source)


def part_cap_reached(case: Case) -> Judgement:
    """A cap on one role or task holds the latest time that exceeds it, and none of the rest."""
    found = [(report, *_beyond(case, report)) for report in case.reports(FactKind.PART_CAP)]
    if any(foreign for _, _, foreign in found):
        return unknown("A cap is in another currency than the work; no dated rate is known.")
    over = [(report, items) for report, items, _ in found if items]
    if not over:
        return passes("No cap on a role or task is reached.").citing(*(source_of(report) for report, _, _ in found))
    names = ", ".join(report.subject.partition("/")[2] for report, _ in over)
    held = {item.id for _, items in over for item in items}
    said = f"The cap on {names} is reached; {case.value(frozenset(held))} is beyond it."
    return fails_on(said, held).citing(*(source_of(report) for report, _ in over))


def _beyond(case: Case, report: OutsideFact) -> tuple[list[Item], bool]:
    """The items of a capped role or task that do not fit under its cap, latest first; whether it cannot be compared."""
    cap, name = money(report.value, case.currency), report.subject.partition("/")[2]
    billed = [
        entry.price * entry.hours
        for entry in case.facts.time
        if entry.invoice_line_id and entry.price and _named(case, entry.task_id, entry.employee_id, name)
    ]
    due = [
        (item, item.amount)
        for item in case.work
        if item.entry and item.amount and _named(case, item.entry.task_id, item.entry.employee_id, name)
    ]
    currencies = {amount.currency for amount in (*billed, *(amount for _, amount in due))}
    if cap is None or not currencies <= {cap.currency}:
        return [], True
    spent = sum(billed, start=Money(Decimal(0), cap.currency))
    beyond: list[Item] = []
    for item, amount in due:
        spent += amount
        beyond += [item] if cap < spent.rounded else []
    return beyond, False


def _named(case: Case, task_id: str | None, employee_id: str, name: str) -> bool:
    task, employee = case.tasks.get(task_id or ""), case.facts.employees.get(employee_id)
    role = (task.product if task else None) or (employee.role if employee else None) or ""
    return words(role) == words(name) or (task is not None and same_name(task.name, name))


def disagreement(case: Case) -> Judgement:
    """Where several systems report on one subject, they say the same."""
    heads = [head for head in (case.subject, *(c.number for c in case.facts.contracts)) if head]
    customer = case.customer
    heads += [customer.code or customer.name] if customer else []
    keys = case.facts.outside.disagreements(*heads)
    if not keys:
        return passes("No two systems contradict each other.")
    rivals = [report for key in keys for report in case.facts.outside.rival[key]]
    told = "; ".join(
        f"{kind.value.replace('_', ' ')} of {subject}: {_told(case, kind, subject)}" for kind, subject in keys
    )
    return fails(f"Systems disagree. {told}.").citing(*map(source_of, rivals))


def _told(case: Case, kind: FactKind, subject: str) -> str:
    reports = case.facts.outside.rival[kind, subject]
    believed = case.facts.outside.get(kind, subject)
    said = (f"{r.system} says {', '.join(f'{k} {v}' for k, v in sorted(r.value.items()))}" for r in reports)
    return f"{'; '.join(said)} ({believed.system if believed else 'none'} is believed)"


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "contract.not_signed": not_signed,
    "contract.not_in_force": not_in_force,
    "contract.ambiguous": ambiguous,
    "contract.over_total": over_total,
    "cap.part_reached": part_cap_reached,
    "facts.disagree": disagreement,
}
