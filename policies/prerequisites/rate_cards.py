"""Prerequisites of the rate card: there is one, it covers the day and the role, and says one price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal

from domain.source import Evidence
from policies.prerequisites.case import Case
from policies.prerequisites.items import words
from policies.prerequisites.judgement import Judgement, counted, fails, fails_on, not_applicable, passes
from policies.prerequisites.outside import day, number
from policies.prerequisites.rates import agreed_rate, roles_of

NO_TIME = "There is no unbilled time."
NO_LIST = "The contract has no price list."


def missing(case: Case) -> Judgement:
    """A contract that is billed by time has its rates in the ERP, not only on paper."""
    if case.contract is None or not case.work:
        return not_applicable(NO_TIME if case.contract else "The project has no contract.")
    if case.price_list is not None:
        return passes(f"Prices are those of {case.price_list.name}.").citing(case.price_list.source)
    return fails(f"Contract {case.contract.number} has no price list in the ERP.").citing(case.contract.source)


def out_of_date(case: Case) -> Judgement:
    """The rate card is valid on each day that is billed by it."""
    listed = case.price_list
    if listed is None:
        return not_applicable(NO_LIST)
    if not case.work or (listed.valid_from is None and listed.valid_until is None):
        return not_applicable("The price list has no dates, or there is no unbilled time.")
    off = [
        item
        for item in case.work
        if item.date
        and (
            (listed.valid_from and item.date < listed.valid_from)
            or (listed.valid_until and item.date > listed.valid_until)
        )
    ]
    if not off:
        return passes("The price list is valid on every day that is billed.").citing(listed.source)
    span = f"{listed.valid_from or 'the beginning'} to {listed.valid_until or 'today'}"
    said = f"{counted(len(off), 'time entry')} outside the validity of {listed.name} ({span})."
    return fails_on(said, [item.id for item in off]).citing(listed.source, *(item.source for item in off))


def ambiguous(case: Case) -> Judgement:
    """A role has one rate; two of them in force at once leave the price to chance."""
    found: dict[str, set[Decimal]] = defaultdict(set)
    quotes: list[Evidence] = []
    for term in case.terms("rates"):
        value = term.value if isinstance(term.value, dict) else {}
        amount = number(value.get("amount"))
        if amount is not None and value.get("role"):
            found[f"{words(str(value['role']))} per {value.get('per')}"].add(amount)
            quotes += term.evidence
    listed = case.price_list
    for role, price in listed.prices if listed else ():
        found[f"{words(role)} in the price list"].add(price)
    if not found:
        return not_applicable("No rates are stated.")
    several = {role: sorted(prices) for role, prices in sorted(found.items()) if len(prices) > 1}
    sources = (listed.source if listed else None,)
    if not several:
        return passes("Every role has one rate.").citing(*sources)
    told = "; ".join(f"{role}: {' and '.join(f'{p:,.2f}' for p in prices)}" for role, prices in several.items())
    return fails(f"{told}.").citing(*sources, evidence=tuple(dict.fromkeys(quotes)))


def role_missing(case: Case) -> Judgement:
    """Each role that is billed stands in the rate card."""
    listed = case.price_list
    if listed is None:
        return not_applicable(NO_LIST)
    named = [item for item in case.work if roles_of(case, item)]
    if not named:
        return not_applicable("No unbilled time has a role.")
    bare = [item for item in named if agreed_rate(case, item) is None]
    if not bare:
        return passes("The price list has every role that is billed.").citing(listed.source)
    roles = ", ".join(sorted({roles_of(case, item)[0] for item in bare}))
    return fails(f"{listed.name} has no price for {roles}.").citing(listed.source, *(item.source for item in bare))


def escalation_due(case: Case) -> Judgement:
    """A yearly rise that was agreed is applied once a year has passed: the price list no longer has the first rates."""
    term, begins, listed = case.term("rate_escalation"), case.term("effective_date"), case.price_list
    since = day(begins.value) if begins else None
    if term is None or since is None or listed is None:
        return not_applicable("No rise of rates was agreed, or there is no price list.")
    if (case.today.year, case.today.month, case.today.day) < (since.year + 1, since.month, since.day):
        said = f"The rates have been in force since {since}; the rise of {term.value} is due after a year."
        return passes(said).citing(listed.source, evidence=term.evidence)
    prices = {words(role): price for role, price in listed.prices}
    agreed = [t.value for t in case.terms("rates") if isinstance(t.value, dict)]
    still = [
        v["role"] for v in agreed if v.get("role") and prices.get(words(str(v["role"]))) == number(v.get("amount"))
    ]
    if not still:
        return passes("The price list no longer has the first rates.").citing(listed.source, evidence=term.evidence)
    said = f"A rise of {term.value} is due since {since.replace(year=since.year + 1, day=min(since.day, 28))}; "
    return fails(f"{said}{', '.join(still)} still at the first rate.").citing(listed.source, evidence=term.evidence)


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "rate_card.missing": missing,
    "rate_card.out_of_date": out_of_date,
    "rate_card.ambiguous": ambiguous,
    "rate_card.role_missing": role_missing,
    "escalation.due": escalation_due,
}
