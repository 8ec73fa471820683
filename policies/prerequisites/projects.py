"""Prerequisites of the project itself: open, coded, for the right customer, not held, within its plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from domain.facts import FactKind
from domain.hours import hundredths, plainly
from policies.prerequisites.case import Case
from policies.prerequisites.items import sold_by_time
from policies.prerequisites.judgement import Judgement, fails, not_applicable, passes, unknown
from policies.prerequisites.outside import flag, source_of
from policies.prerequisites.rulebook import ACTIVATION

BY_HAND = "manual"
NOT_OPEN = ("done", "on_hold", "cancelled")


def not_active(case: Case) -> Judgement:
    """Nothing is billed on a project that is closed or on hold; a quiet one has nothing to bill."""
    status = case.project.status
    if status not in NOT_OPEN:
        return passes(f"The project is {status}.").citing(case.project.source)
    if not case.items:
        return passes("The project is not open and has nothing to bill.").citing(case.project.source)
    return fails(f"The project is {status.replace('_', ' ')} but has work to bill.").citing(case.project.source)


def not_billable(case: Case) -> Judgement:
    """Hours that a contract sells are billed by the ERP: a project that is left to be billed by hand bills none."""
    contract, billing = case.contract, case.project.billing
    if contract is None or not any(sold_by_time(line) for line in contract.lines):
        return not_applicable("No contract sells hours of the project.")
    if billing != BY_HAND:
        return passes(f"The ERP bills the project by {billing}.").citing(case.project.source)
    left = [e for e in case.facts.time if e.invoice_line_id is None and e.price and e.date <= case.today]
    if not left:
        return passes("The project is billed by hand, and no priced time is left.").citing(case.project.source)
    hours = plainly(sum((entry.hours for entry in left), Decimal(0)))
    said = f"The project is billed by hand in the ERP; {hours} priced hours are on no invoice."
    return fails(said).citing(case.project.source, contract.source)


def code_missing(case: Case) -> Judgement:
    """Without a code nothing can be posted to practice and region."""
    if case.project.code:
        return passes(f"The project's code is {case.project.code}.").citing(case.project.source)
    return fails("The project has no code in the ERP.").citing(case.project.source)


def customer_differs(case: Case) -> Judgement:
    """The project's customer is the contract's."""
    if case.contract is None or case.project.customer_id is None:
        return not_applicable("Contract or customer is missing; there is nothing to compare.")
    sources = (case.project.source, case.contract.source)
    if case.project.customer_id == case.contract.customer_id:
        return passes("Project and contract name the same customer.").citing(*sources)
    return fails(f"The project's customer is not the one of contract {case.contract.number}.").citing(*sources)


def hold(case: Case) -> Judgement:
    """Nobody has put billing on hold. A report that does not plainly say "not held" counts as a hold."""
    report = case.facts.outside.get(FactKind.BILLING_HOLD, case.subject)
    if report:
        if flag(report.value.get("held")) is False:
            return passes("Billing is not on hold.").citing(source_of(report))
        why = str(report.value.get("reason_code") or "no reason given").replace("_", " ")
        return fails(f"Billing is on hold ({why}), reported on {report.reported_at:%Y-%m-%d}.").citing(
            source_of(report)
        )
    return unknown("No connected system says whether billing of this project is on hold.")


def activation_delayed(case: Case) -> Judgement:
    """A signed contract has its project opened within two weeks."""
    if case.contract is None or case.contract.date is None or case.project.opened is None:
        return not_applicable("Contract date or opening date is not recorded.")
    days = (case.project.opened - case.contract.date).days
    sources = (case.project.source, case.contract.source)
    if case.project.status == "open" and not case.facts.time and days > case.threshold(ACTIVATION, "days"):
        return fails(f"The project was opened {days} days after the contract's date.").citing(*sources)
    return passes("The project is open.").citing(*sources)


def over_budget(case: Case) -> Judgement:
    """The hours recorded stay within the planned effort."""
    efforts = [task.effort_hours for task in case.project.tasks if task.effort_hours]
    planned = sum(efforts, start=Decimal(0))
    if not planned:
        return not_applicable("No effort is planned.")
    spent = hundredths(sum((entry.hours for entry in case.facts.time if entry.date <= case.today), start=Decimal(0)))
    planned = hundredths(planned)
    said = f"{plainly(spent)} of {plainly(planned)} planned hours are recorded."
    return (fails(said) if spent > planned else passes(said)).citing(case.project.source)


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "project.not_active": not_active,
    "project.not_billable": not_billable,
    "project.code_missing": code_missing,
    "project.customer_differs": customer_differs,
    "billing.hold": hold,
    "project.activation_delayed": activation_delayed,
    "project.over_budget": over_budget,
}
