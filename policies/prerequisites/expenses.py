"""Prerequisites of expenses: what the statement of work lets a client be charged, with receipts, up to its cap."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.facts import FactKind
from domain.money import Money
from policies.prerequisites.case import Case
from policies.prerequisites.items import Item
from policies.prerequisites.judgement import Judgement, counted, fails_on, not_applicable, passes, unknown
from policies.prerequisites.outside import flag, money, number

NO_EXPENSES = "No expense is to be charged."
NOT_CHARGED = frozenset({"included", "not_reimbursed"})


def expenses(case: Case) -> list[Item]:
    """The expenses to charge."""
    return [item for item in case.items if item.expense is not None]


def _name(item: Item) -> str:
    report = item.expense
    return str(report.value.get("category") or report.subject.rpartition("/")[2]).replace("_", " ") if report else ""


def _told(items: list[Item]) -> str:
    return ", ".join(sorted({_name(item) for item in items}))


def receipt_missing(case: Case) -> Judgement:
    """An expense is charged on with its receipt; small ones, as the firm sets it, without."""
    found = expenses(case)
    if not found:
        return not_applicable(NO_EXPENSES)
    least = case.threshold("expense.receipt_missing", "from_amount")
    above = [item for item in found if item.amount and item.amount.amount >= least]
    bare = [item for item in above if item.expense and flag(item.expense.value.get("receipt")) is False]
    silent = [item.id for item in above if item.expense and flag(item.expense.value.get("receipt")) is None]
    if bare:
        said = f"{counted(len(bare), 'expense')} without a receipt: {_told(bare)}."
        return fails_on(said, [item.id for item in bare], silent).citing(*(item.source for item in bare))
    if silent:
        return unknown(f"Nobody says whether there is a receipt for {counted(len(silent), 'expense')}.", silent)
    return passes("Every expense has its receipt.").citing(*(item.source for item in above))


def not_approved(case: Case) -> Judgement:
    """An expense is approved within the firm before a client pays for it."""
    found = expenses(case)
    if not found:
        return not_applicable(NO_EXPENSES)
    states = {item.id: str(item.expense.value.get("status") or "").lower() for item in found if item.expense}
    off = [item for item in found if states[item.id] not in ("approved", "")]
    silent = [item.id for item in found if not states[item.id]]
    if off:
        said = f"{counted(len(off), 'expense')} not approved: {_told(off)}."
        return fails_on(said, [item.id for item in off], silent).citing(*(item.source for item in off))
    if silent:
        return unknown(f"Nobody says whether {counted(len(silent), 'expense')} is approved.", silent)
    return passes("Every expense is approved.").citing(*(item.source for item in found))


def excluded(case: Case) -> Judgement:
    """Where the price includes expenses, none is charged beside it."""
    found, terms = expenses(case), case.terms("expenses")
    if not found:
        return not_applicable(NO_EXPENSES)
    kinds = {str(term.value) for term in terms}
    if not kinds:
        return unknown("No statement of work says whether expenses are charged.", [item.id for item in found])
    quotes = tuple(quote for term in terms for quote in term.evidence)
    if kinds <= NOT_CHARGED:
        said = f"Expenses are {' and '.join(sorted(kinds)).replace('_', ' ')} by the statement of work: {_told(found)}."
        held = fails_on(said, [item.id for item in found])
        return held.citing(*(item.source for item in found), evidence=quotes)
    return passes("The statement of work lets expenses be charged.").citing(evidence=quotes)


def over_cap(case: Case) -> Judgement:
    """Expenses, with those charged before, stay within the cap; the latest that do not fit are held."""
    found, term = expenses(case), case.term("expense_cap")
    if not found:
        return not_applicable(NO_EXPENSES)
    if term is None:
        return not_applicable("No statement of work caps the expenses.")
    cap = _cap(case, str(term.value))
    if cap is None or any(item.amount and item.amount.currency != cap.currency for item in found):
        return unknown("The cap and the expenses are in different currencies; no dated rate is known.", _ids(found))
    spent = sum(_charged(case, cap.currency), start=Money(cap.amount * 0, cap.currency))
    beyond: list[Item] = []
    for item in found:
        spent += item.amount or Money(cap.amount * 0, cap.currency)
        beyond += [item] if cap < spent else []
    if not beyond:
        return passes(f"Expenses come to {spent} of {cap}.").citing(evidence=term.evidence)
    said = f"Expenses come to {spent}, the cap is {cap}."
    return fails_on(said, _ids(beyond)).citing(*(item.source for item in beyond), evidence=term.evidence)


def _ids(items: list[Item]) -> list[str]:
    return [item.id for item in items]


def _cap(case: Case, text: str) -> Money | None:
    currency = case.term("currency")
    code = str(currency.value) if currency else case.contract.currency if case.contract else case.currency
    if text.endswith("%"):
        share = number(text[:-1])
        return case.contract.total * (share / 100) if share is not None and case.contract else None
    amount = number(text)
    return None if amount is None else Money(amount, code)


def _charged(case: Case, currency: str) -> list[Money]:
    before = (r for r in case.reports(FactKind.EXPENSE) if flag(r.value.get("billed")))
    amounts = (money(report.value, currency) for report in before)
    return [amount for amount in amounts if amount is not None and amount.currency == currency]


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "expense.receipt_missing": receipt_missing,
    "expense.not_approved": not_approved,
    "expense.excluded": excluded,
    "expense.over_cap": over_cap,
}
