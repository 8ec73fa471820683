"""Prerequisites of the books: prepayments, retainage, credit, exchange rates, budgets, and an open period."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.facts import FactKind, OutsideFact
from domain.money import Money
from policies.prerequisites.case import Case
from policies.prerequisites.items import words
from policies.prerequisites.judgement import Judgement, exceeds, fails, not_applicable, passes, unknown
from policies.prerequisites.outside import money, number, source_of

HELD_BACK = ("retention", "retainage", "retained", "holdback", "einbehalt", "sicherheitseinbehalt")


def _prepaid(report: OutsideFact, currency: str) -> tuple[Money, Money] | None:
    """(what was prepaid or granted, what is used of it), None where the report does not say both."""
    amount, used = money(report.value, currency), number(report.value.get("used"))
    return None if amount is None or used is None else (amount, Money(used, amount.currency))


def retainer_not_applied(case: Case) -> Judgement:
    """What the client has prepaid is used before more is asked for."""
    report = next(iter(case.reports(FactKind.RETAINER)), None)
    found = _prepaid(report, case.currency) if report else None
    if report is None or found is None:
        return unknown("The report does not say how much was prepaid and how much of it is used.")
    left = found[0] - found[1]
    if not case.items:
        return not_applicable("There is nothing to bill.")
    if left.amount > 0:
        return fails(f"{left} of the prepaid {found[0]} is not used up; set it off.").citing(source_of(report))
    return passes("Nothing prepaid is left to set off.").citing(source_of(report))


def retainer_used_up(case: Case) -> Judgement:
    """A retainer is renewed before it is overdrawn."""
    report = next(iter(case.reports(FactKind.RETAINER)), None)
    found = _prepaid(report, case.currency) if report else None
    if report is None or found is None:
        return unknown("The report does not say how much was prepaid and how much of it is used.")
    if found[0] < found[1]:
        return fails(f"{found[1]} of the prepaid {found[0]} is used.").citing(source_of(report))
    return passes(f"{found[1]} of the prepaid {found[0]} is used.").citing(source_of(report))


def retainage_not_held(case: Case) -> Judgement:
    """What the client may hold back until the end stands as a line of its own on the invoices."""
    term = case.term("retainage")
    if term is None:
        return not_applicable("No statement of work lets the client hold anything back.")
    sent = [i for i in case.facts.invoices if i.state != "cancelled" and i.untaxed.amount > 0]
    if not sent:
        return not_applicable("Nothing was invoiced yet.")
    held = [i for i in sent if any(set(words(line.description).split()) & set(HELD_BACK) for line in i.lines)]
    if held:
        return passes("The invoices hold it back.").citing(*(i.source for i in held), evidence=term.evidence)
    said = f"{term.value} is to be held back; none of the {len(sent)} invoices has a line for it."
    return fails(said).citing(*(i.source for i in sent), evidence=term.evidence)


def credit_exceeded(case: Case) -> Judgement:
    """What is open and what is to be billed stay within the customer's credit limit."""
    report = next(iter(case.reports(FactKind.CREDIT)), None)
    found = _prepaid(report, case.currency) if report else None
    if report is None or found is None:
        return unknown("The report does not say the limit and what is open.")
    limit, used = found
    if limit.currency != case.currency:
        return unknown(f"The limit is in {limit.currency}, the work in {case.currency}; no dated rate is known.")
    room = limit - used
    said = f"Credit limit {limit}, open {used}, to bill {case.unbilled}."
    return (passes(said) if case.unbilled <= room else exceeds(said, room)).citing(source_of(report))


def exchange_rate_missing(case: Case) -> Judgement:
    """An invoice in another currency than the firm's is booked at a dated rate."""
    base = case.facts.base_currency
    if case.currency == base or not case.items:
        return not_applicable(f"Nothing is billed in another currency than {base}.")
    if not case.facts.rates:
        return unknown("The ERP gave no exchange rates.")
    days = [on for currency, on in case.facts.rates if currency == case.currency and on <= case.today]
    if not days:
        return fails(f"The ERP has no exchange rate from {case.currency} to {base}.").citing(case.project.source)
    return passes(f"The ERP has a rate of {case.currency} from {max(days)}.").citing(case.project.source)


def period_closed(case: Case) -> Judgement:
    """The invoice can be posted today."""
    if not case.items:
        return not_applicable("There is nothing to bill.")
    closed = next((span for span in case.facts.closed_periods if span[0] <= case.today <= span[1]), None)
    if closed is not None:
        return fails(f"The accounting period {closed[0]} to {closed[1]} is closed.").citing(case.project.source)
    return passes(f"The accounting period of {case.today} is open.").citing(case.project.source)


def budget_exceeded(case: Case) -> Judgement:
    """What was invoiced and what is to be billed stay within the budget."""
    report = next(iter(case.reports(FactKind.BUDGET)), None)
    budget = money(report.value, case.currency) if report else None
    if report is None or budget is None:
        return not_applicable("The report names no amount.")
    invoiced = case.contract.invoiced if case.contract else Money(budget.amount * 0, budget.currency)
    if {budget.currency, invoiced.currency} != {case.currency}:
        return unknown(f"The budget is in {budget.currency}, the work in {case.currency}; no dated rate is known.")
    said = f"Budget {budget}, invoiced {invoiced}, to bill {case.unbilled}."
    within = invoiced + case.unbilled <= budget
    return (passes(said) if within else fails(said)).citing(source_of(report))


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "retainer.not_applied": retainer_not_applied,
    "retainer.used_up": retainer_used_up,
    "retainage.not_held": retainage_not_held,
    "credit.exceeded": credit_exceeded,
    "exchange_rate.missing": exchange_rate_missing,
    "period.closed": period_closed,
    "budget.exceeded": budget_exceeded,
}
