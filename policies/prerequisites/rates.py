"""Prerequisites of price: a rate for every hour, the agreed one, in one currency."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from domain.hours import plainly
from domain.money import Money, totals
from domain.source import Evidence
from domain.terms import Term
from policies.prerequisites.case import Case
from policies.prerequisites.items import Item, words
from policies.prerequisites.judgement import Judgement, counted, fails, fails_on, not_applicable, passes, unknown
from policies.prerequisites.outside import number

NO_TIME = "There is no unbilled time."
HOURS_OF = {"hour": 1, "day": 8}
CENT = Decimal("0.01")


def agreed_rate(case: Case, item: Item) -> Money | None:
    """What the contract's price list gives for the hour's role; None where it has none."""
    key = _sold_as(item)
    if key not in case.listed_rates:
        case.listed_rates[key] = _listed(case, item)
    return case.listed_rates[key]


def _sold_as(item: Item) -> tuple[str | None, str]:
    """What decides an hour's rate: its task and its person."""
    return (item.entry.task_id, item.entry.employee_id) if item.entry else (None, "")


def _listed(case: Case, item: Item) -> Money | None:
    found = case.price_list
    if found is None:
        return None
    prices = dict(found.prices)
    price = next((prices[name] for name in roles_of(case, item) if name in prices), None)
    return None if price is None else Money(price, found.currency)


def roles_of(case: Case, item: Item) -> tuple[str, ...]:
    """Under which roles an hour is sold: its task's first, then the person's."""
    employee = case.facts.employees.get(item.entry.employee_id) if item.entry else None
    task = case.tasks.get(item.entry.task_id or "") if item.entry else None
    names = (task.product if task else None, employee.role if employee else None)
    return tuple(name for name in names if name)


def _stated_rate(case: Case, item: Item) -> tuple[Decimal, Term] | None:
    """The statement of work's hourly rate for the role, unless an amendment may have changed it since."""
    key = _sold_as(item)
    if key not in case.stated_rates:
        case.stated_rates[key] = _stated(case, item)
    return case.stated_rates[key]


def _stated(case: Case, item: Item) -> tuple[Decimal, Term] | None:
    if case.contract is None or case.contract.amendments:
        return None
    roles = {words(role) for role in roles_of(case, item)}
    for term in case.terms("rates"):
        value = term.value if isinstance(term.value, dict) else {}
        amount, hours = number(value.get("amount")), HOURS_OF.get(str(value.get("per")))
        if amount is not None and hours and words(str(value.get("role") or "")) in roles:
            return amount / hours, term
    return None


def price_differs(case: Case) -> Judgement:
    """The price that the ERP would bill is the one that was agreed for the role."""
    priced = [item for item in case.work if item.entry and item.entry.price]
    if case.contract is None:
        return not_applicable("The project has no contract that would state a price.")
    if not priced:
        return not_applicable("There is no priced unbilled time.")
    off = [item for item in priced if _differs(case, item)]
    if off:
        pairs = sorted({_pair(case, item) for item in off})
        said = f"{counted(len(off), 'time entry')} priced otherwise than agreed: {'; '.join(pairs)}."
        sources = (item.source for item in off)
        listed = case.price_list.source if case.price_list else None
        return fails_on(said, [item.id for item in off]).citing(listed, *sources, evidence=_evidence(case, off))
    bare = [item.id for item in priced if agreed_rate(case, item) is None and _stated_rate(case, item) is None]
    if bare:
        return unknown(
            f"Neither price list nor statement of work gives a rate for {counted(len(bare), 'time entry')}.", bare
        )
    return passes("All unbilled time is priced as agreed.").citing(case.price_list.source if case.price_list else None)


def _differs(case: Case, item: Item) -> bool:
    price = item.entry.price if item.entry else None
    listed, stated = agreed_rate(case, item), _stated_rate(case, item)
    if price is None:
        return False
    off_list = listed is not None and (listed.currency != price.currency or abs(listed.amount - price.amount) >= CENT)
    return off_list or (stated is not None and abs(stated[0] - price.amount) >= CENT)


def _pair(case: Case, item: Item) -> str:
    listed, stated = agreed_rate(case, item), _stated_rate(case, item)
    price = item.entry.price if item.entry else None
    agreed = stated[0] if stated and price and abs(stated[0] - price.amount) >= CENT else listed and listed.amount
    return f"{price} an hour instead of {agreed:,.2f}" if agreed else f"{price} an hour"


def _evidence(case: Case, items: list[Item]) -> tuple[Evidence, ...]:
    quotes = (quote for item in items if (found := _stated_rate(case, item)) for quote in found[1].evidence)
    return tuple(dict.fromkeys(quotes))


def time_no_rate(case: Case) -> Judgement:
    """An hour without a price would be billed at nothing."""
    if not case.work:
        return not_applicable(NO_TIME)
    bare = [item for item in case.work if item.entry and not item.entry.price]
    if not bare:
        return passes("All unbilled time has a rate.")
    hours = sum((item.entry.hours for item in bare if item.entry), Decimal(0))
    said = f"{plainly(hours)} unbilled hours have no rate; what they are worth is not known." if hours else NO_TIME
    return fails_on(said, [item.id for item in bare]).citing(*(item.source for item in bare))


def currency_differs(case: Case) -> Judgement:
    """Contract, price list and time are in one currency."""
    if case.contract is None:
        return not_applicable("The project has no contract.")
    listed = case.price_list.currency if case.price_list else None
    present = {item.amount.currency for item in case.items if item.amount and not item.expense} | (
        {listed} if listed else set[str]()
    )
    others = sorted(present - {case.contract.currency})
    foreign = [i for i in case.items if i.expense and i.amount and i.amount.currency != case.currency]
    sources = (case.contract.source, case.price_list.source if case.price_list else None)
    if not present and not foreign:
        return not_applicable("There is nothing to compare the contract's currency with.")
    if others:
        said = f"Contract {case.contract.number} is in {case.contract.currency}, its prices are in {', '.join(others)}."
        return fails(said).citing(*sources)
    if foreign:
        sums = " and ".join(str(one) for one in totals(item.amount for item in foreign if item.amount))
        said = f"{counted(len(foreign), 'expense')} of {sums} cannot be added to what is billed in {case.currency}."
        return fails_on(said, [item.id for item in foreign]).citing(*(item.source for item in foreign))
    return passes(f"Contract and prices are in {case.contract.currency}.").citing(*sources)


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "price.differs": price_differs,
    "time.no_rate": time_no_rate,
    "currency.differs": currency_differs,
}
