"""The statement of work against the ERP: each term in force beside the record that should say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from domain.money import Money
from domain.records import Contract, ContractLine
from domain.terms import Term
from policies.prerequisites.case import Case
from policies.prerequisites.items import TIME_UNITS, same_name, sold_by_time, words
from policies.prerequisites.judgement import Judgement, fails, not_applicable, passes
from policies.prerequisites.outside import day, number
from policies.prerequisites.rates import HOURS_OF

NOTHING = "There are no two values to compare."
CENT = Decimal("0.01")
AS_A_WHOLE = frozenset({"milestone", "fixed_fee", "retainer", "unit_price"})
BY_TIME = frozenset({"time_and_materials"})
# Legal forms by one spelling each; what differs in them only is another company.
FORMS = {
    "limited": "ltd",
    "incorporated": "inc",
    "corporation": "corp",
    "company": "co",
    "gesellschaft": "ges",
    "aktiengesellschaft": "ag",
}
LEGAL_FORMS = "ltd inc corp co plc llc llp lp gmbh ag kg se sa sas sarl bv nv dac ab as oy spa srl ug ev"
LEGAL = frozenset(LEGAL_FORMS.split())


def currency_differs(case: Case) -> Judgement:
    """The contract in the ERP is in the currency that was agreed."""
    term = case.term("currency")
    if case.contract is None or term is None:
        return not_applicable(NOTHING)
    return _compared(case.contract, term, str(term.value) == case.contract.currency, case.contract.currency, term.value)


def total_differs(case: Case) -> Judgement:
    """What is sold as a whole stands in the ERP at its agreed price; a validated amendment may have changed it."""
    term = case.term("total_value")
    amount = number(term.value) if term else None
    contract = case.contract
    if contract is None or term is None or amount is None or case.project.billing == "timesheet":
        return not_applicable(NOTHING)
    if contract.amendments or _foreign(case):
        return not_applicable("An amendment in the ERP, or another currency, makes the totals no two of a kind.")
    same = abs(contract.total.amount - amount) < CENT
    return _compared(contract, term, same, contract.total, Money(amount, contract.currency))


def _foreign(case: Case) -> bool:
    stated = case.term("currency")
    return stated is not None and case.contract is not None and str(stated.value) != case.contract.currency


def milestones_differ(case: Case) -> Judgement:
    """A milestone that the ERP knows by name has its agreed amount there."""
    contract = case.contract
    if contract is None or _foreign(case):
        return not_applicable(NOTHING)
    pairs = [
        (term, amount, line) for term, amount in _amounts(case, contract) if (line := _line(contract, term, amount))
    ]
    if not pairs:
        return not_applicable("No milestone of a statement of work has an amount and a line in the ERP.")
    off = [(term, amount, line) for term, amount, line in pairs if abs(line.amount.amount - amount) >= CENT]
    sources = (contract.source, *(line.source for _, _, line in off))
    if not off:
        return passes("Every milestone has its agreed amount in the ERP.").citing(*sources)
    told = "; ".join(f"{line.description}: {line.amount} instead of {amount:,.2f}" for _, amount, line in off)
    return fails(f"{told}.").citing(*sources, evidence=tuple(quote for term, _, _ in off for quote in term.evidence))


def _amounts(case: Case, contract: Contract) -> list[tuple[Term, Decimal]]:
    found: list[tuple[Term, Decimal]] = []
    for term in case.milestone_terms:
        text = str(term.value.get("amount") or "") if isinstance(term.value, dict) else ""
        share = number(text[:-1]) if text.endswith("%") else None
        amount = contract.total.amount * share / 100 if share is not None else number(text)
        if amount is not None:
            found.append((term, amount))
    return found


def _line(contract: Contract, term: Term, amount: Decimal) -> ContractLine | None:
    """The line of that name; of several the one with the right amount, so that only what differs in all is told."""
    name = str(term.value.get("name") or "")
    named = [line for line in contract.lines if same_name(name, line.description)]
    exact = [line for line in named if words(line.description) == words(name)] or named
    return min(exact, key=lambda line: (abs(line.amount.amount - amount), line.id), default=None)


def price_list_differs(case: Case) -> Judgement:
    """The ERP's price list has each role at its agreed rate; what time was already priced by is told there instead."""
    contract, listed = case.contract, case.price_list
    if contract is None or listed is None or contract.amendments or _foreign(case):
        return not_applicable(NOTHING)
    rates = [(term, *rate) for term in case.terms("rates") if (rate := _rate(term))]
    if not rates or listed.currency != contract.currency:
        return not_applicable("No statement of work gives a rate for a role in the price list's currency.")
    prices = {words(name): price for name, price in listed.prices}
    used = {
        words(task.product)
        for i in case.work
        if i.entry
        if (task := case.tasks.get(i.entry.task_id or ""))
        if task.product
    }
    off = [
        (term, role, rate, prices.get(words(role)))
        for term, role, rate in rates
        if words(role) not in prices or (words(role) not in used and abs(prices[words(role)] - rate) >= CENT)
    ]
    if not off:
        return passes("The price list has every agreed rate.").citing(contract.source, listed.source)
    told = "; ".join(
        f"{role}: {'missing' if has is None else f'{has:,.2f}'} instead of {r:,.2f}" for _, role, r, has in off
    )
    quotes = tuple(quote for term, *_ in off for quote in term.evidence)
    return fails(f"Price list {listed.name}: {told}.").citing(contract.source, listed.source, evidence=quotes)


def _rate(term: Term) -> tuple[str, Decimal] | None:
    value = term.value if isinstance(term.value, dict) else {}
    amount, hours, role = number(value.get("amount")), HOURS_OF.get(str(value.get("per"))), value.get("role")
    return (str(role), amount / hours) if role and hours and amount is not None else None


def unit_differs(case: Case) -> Judgement:
    """A role that was agreed by the day is not sold by the hour in the ERP, and the reverse."""
    if case.contract is None or not case.contract.lines:
        return not_applicable(NOTHING)
    agreed = {words(str(t.value.get("role") or "")): t for t in case.terms("rates") if isinstance(t.value, dict)}
    pairs = [
        (line, agreed[words(line.product or "")]) for line in case.contract.lines if words(line.product or "") in agreed
    ]
    pairs = [(line, term) for line, term in pairs if sold_by_time(line) and str(term.value.get("per")) in HOURS_OF]
    if not pairs:
        return not_applicable("No role is sold by a unit of time in both.")
    off = [(line, term) for line, term in pairs if TIME_UNITS[words(line.unit)] != term.value.get("per")]
    if not off:
        return passes("Every role is sold by the agreed unit.").citing(case.contract.source)
    told = "; ".join(
        f"{line.product} by the {TIME_UNITS[words(line.unit)]}, agreed by the {t.value.get('per')}" for line, t in off
    )
    quotes = tuple(quote for _, term in off for quote in term.evidence)
    return fails(f"The ERP sells {told}.").citing(case.contract.source, *(x.source for x, _ in off), evidence=quotes)


def end_date_differs(case: Case) -> Judgement:
    """The project in the ERP ends when the contract in force does."""
    term = case.term("end_date")
    agreed, ends = day(term.value) if term else None, case.project.ends
    if term is None or agreed is None or ends is None:
        return not_applicable(NOTHING)
    sources = (case.project.source, case.contract.source if case.contract else None)
    if agreed == ends:
        return passes(f"Project and statement of work end on {ends}.").citing(*sources, evidence=term.evidence)
    said = f"The project ends on {ends} in the ERP, on {agreed} by the statement of work in force."
    return fails(said).citing(*sources, evidence=term.evidence)


def advance_missing(case: Case) -> Judgement:
    """An advance that was agreed is asked for in the ERP."""
    term = case.term("advance")
    if case.contract is None or term is None:
        return not_applicable("No statement of work asks for an advance.")
    if case.contract.advance_unapplied is not None:
        return passes("The ERP has the advance.").citing(case.contract.source, evidence=term.evidence)
    said = f"The statement of work asks for an advance of {term.value}; contract {case.contract.number} has none."
    return fails(said).citing(case.contract.source, evidence=term.evidence)


def delivery_differs(case: Case) -> Judgement:
    """Invoices go to the address that the client named for them."""
    term = case.term("invoice_delivery")
    named = re.findall(r"[\w.+-]+@[\w.-]+\w", str(term.value)) if term else []
    if term is None or case.customer is None or not case.customer.billing_emails or not named:
        return not_applicable(NOTHING)
    known = {address.casefold() for address in case.customer.billing_emails}
    if any(address.casefold() in known for address in named):
        return passes("The ERP sends invoices where they are asked for.").citing(
            case.customer.source, evidence=term.evidence
        )
    said = f"Invoices are to go to {', '.join(named)}; the ERP has {', '.join(sorted(known))}."
    return fails(said).citing(case.customer.source, evidence=term.evidence)


def client_differs(case: Case) -> Judgement:
    """The company that signed is the one that is billed: another legal form, or another name, is another company."""
    term, customer, contract = case.term("client"), case.customer, case.contract
    if term is None or customer is None or contract is None or contract.customer_id != customer.id:
        return not_applicable(NOTHING)
    signed, billed = _company(str(term.value)), _company(customer.name)
    forms = signed[1], billed[1]
    same = bool(signed[0] & billed[0]) and (forms[0] == forms[1] or not all(forms))
    return _compared(contract, term, same, customer.name, term.value)


def _company(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """(the words of a name, its legal forms); dots within a form do not count."""
    parts = {FORMS.get(word, word) for word in words(name.replace(".", "")).split()}
    return frozenset(parts - LEGAL - {"the", "and"}), frozenset(parts & LEGAL)


def billing_type_differs(case: Case) -> Judgement:
    """What was agreed by time is billed by time, and what was agreed as a whole is not."""
    types = {str(term.value) for term in case.terms("billing_type")}
    if not types or case.contract is None or bool(types & BY_TIME) == bool(types & AS_A_WHOLE):
        return not_applicable("No statement of work says by what alone is billed.")
    by_time = bool(types & BY_TIME)
    terms = case.terms("billing_type")
    quotes = tuple(quote for term in terms for quote in term.evidence)
    billing = case.project.billing
    if by_time == (billing == "timesheet"):
        return passes(f"The project is billed by {billing}, as agreed.").citing(case.project.source, evidence=quotes)
    said = f"Agreed is {', '.join(sorted(types)).replace('_', ' ')}; the ERP bills the project by {billing}."
    return fails(said).citing(case.project.source, case.contract.source, evidence=quotes)


def _compared(contract: Contract, term: Term, same: bool, held: object, stated: object) -> Judgement:
    said = f"The statement of work says {stated}, the ERP {held}."
    return (passes(said) if same else fails(said)).citing(contract.source, evidence=term.evidence)


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "sow.currency_differs": currency_differs,
    "sow.total_differs": total_differs,
    "sow.milestones_differ": milestones_differ,
    "sow.price_list_differs": price_list_differs,
    "sow.unit_differs": unit_differs,
    "sow.end_date_differs": end_date_differs,
    "sow.advance_missing": advance_missing,
    "sow.delivery_differs": delivery_differs,
    "sow.client_differs": client_differs,
    "sow.billing_type_differs": billing_type_differs,
}
