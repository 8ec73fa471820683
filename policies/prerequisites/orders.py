"""Prerequisites of the client's purchase order: recorded, the same everywhere, in force, and large enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.money import Money
from domain.source import Evidence, Source
from policies.prerequisites.case import Case
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
NO_ORDER = "The contract is not billed against a purchase order."


def missing(case: Case) -> Judgement:
    """Where the client asks for a purchase order, its number is on the contract in the ERP."""
    if case.contract is None:
        return not_applicable(NO_CONTRACT)
    if case.contract.po_number:
        return passes("The contract carries a purchase order number.").citing(case.contract.source)
    required, said = _required(case)
    known = _stated(case)
    if required is None and not known:
        return unknown(f"Nobody says whether {case.contract.number} needs a purchase order.").citing(*_said(case))
    if required is False:
        return passes(said).citing(*_said(case), evidence=_quotes(case, "po_required"))
    found = fails(f"{said} Contract {case.contract.number} has none in the ERP.")
    cited = found.citing(case.contract.source, *_said(case), evidence=_quotes(case, "po_required", "po_number"))
    return cited.clearing(contract_id=case.contract.id, **_only(known))


def _required(case: Case) -> tuple[bool | None, str]:
    reported = flag(case.order.value.get("required")) if case.order else None
    term = case.term("po_required")
    stated = flag(term.value) if term else None
    if reported or stated:
        return True, "A purchase order is required."
    if reported is False or stated is False:
        return False, "No purchase order is required."
    return None, "A purchase order exists."


def _stated(case: Case) -> list[str]:
    """The numbers that others than the ERP state, one spelling each."""
    reported = case.order.value.get("number") if case.order else None
    term = case.term("po_number")
    found = [str(value).strip() for value in (reported, term.value if term else None) if value]
    return list({_key(value): value for value in reversed(found)}.values())


def _only(known: list[str]) -> dict[str, Any]:
    return {"po_number": known[0]} if len(known) == 1 else {}


def _key(number: str) -> str:
    """A number as all spell it: "PO 4500-118", "4500118" and "po-4500118" are one purchase order."""
    plain = "".join(c for c in number.upper() if c.isalnum())
    return plain.removeprefix("PO") if plain != "PO" else plain


def _said(case: Case) -> tuple[Source, ...]:
    return (source_of(case.order),) if case.order else ()


def _quotes(case: Case, *fields: str) -> tuple[Evidence, ...]:
    terms = (case.term(name) for name in fields)
    return tuple(quote for term in terms if term for quote in term.evidence)


def differs(case: Case) -> Judgement:
    """ERP, statement of work and the client's procurement name the same purchase order."""
    if case.contract is None or not case.contract.po_number:
        return not_applicable("The contract carries no purchase order number.")
    known = _stated(case)
    if not known:
        return not_applicable("No other system or document names a purchase order.")
    others = [value for value in known if _key(value) != _key(case.contract.po_number)]
    sources = (case.contract.source, *_said(case))
    if not others:
        return passes("All sources name the same purchase order.").citing(*sources)
    said = f"Contract {case.contract.number} carries {case.contract.po_number}, but {' and '.join(others)} is stated."
    found = fails(said).citing(*sources, evidence=_quotes(case, "po_number"))
    return found.clearing(contract_id=case.contract.id, **_only(known))


def expired(case: Case) -> Judgement:
    """The purchase order is in force on the last day that is billed."""
    if not _has_order(case):
        return not_applicable(NO_ORDER)
    if case.order is None:
        return unknown("No connected system reports until when the purchase order is valid.")
    until = day(case.order.value.get("valid_until"))
    if until is None:
        return passes("The purchase order has no end date.").citing(source_of(case.order))
    if until < case.until:
        said = f"The purchase order was valid until {until}; the bill covers work up to {case.until}."
        return fails(said).citing(source_of(case.order))
    return passes(f"The purchase order is valid until {until}.").citing(source_of(case.order))


def balance(case: Case) -> Judgement:
    """What is left of the purchase order covers what is to be billed."""
    if case.contract is None or not _has_order(case):
        return not_applicable(NO_ORDER)
    amount = money(case.order.value, case.contract.currency) if case.order else None
    if amount is None:
        return unknown("No connected system reports the purchase order's amount.")
    spent = case.contract.invoiced
    if {amount.currency, spent.currency, case.currency} != {amount.currency}:
        return unknown(f"The order is in {amount.currency}, the work in {case.currency}; no dated rate is known.")
    return _compare(case, amount, spent).citing(case.contract.source, *_said(case))


def _compare(case: Case, amount: Money, spent: Money) -> Judgement:
    room = amount - spent
    said = f"Purchase order {amount}, invoiced {spent}, to bill {case.unbilled}."
    return passes(said) if case.unbilled <= room else exceeds(said, room)


def _has_order(case: Case) -> bool:
    reported = case.order is not None and bool(case.order.value.get("number"))
    return case.contract is not None and (bool(case.contract.po_number) or reported)


def currency_differs(case: Case) -> Judgement:
    """The purchase order is in the contract's currency."""
    reported = case.order.value.get("currency") if case.order else None
    if case.contract is None or case.order is None or not reported:
        return not_applicable("No connected system reports the currency of a purchase order.")
    sources = (case.contract.source, source_of(case.order))
    if str(reported) == case.contract.currency:
        return passes(f"Contract and purchase order are in {reported}.").citing(*sources)
    said = f"The purchase order is in {reported}, contract {case.contract.number} in {case.contract.currency}."
    return fails(said).citing(*sources)


def not_yet_valid(case: Case) -> Judgement:
    """The purchase order covers the work from its first day."""
    begins = day(case.order.value.get("valid_from")) if case.order else None
    if case.order is None or begins is None:
        return not_applicable("No connected system reports from when a purchase order is valid.")
    early = [item for item in case.items if item.date and item.date < begins]
    if not early:
        return passes(f"All work is after {begins}, when the purchase order begins.").citing(source_of(case.order))
    said = f"{counted(len(early), 'item')} before {begins}, when the purchase order begins."
    return fails_on(said, [i.id for i in early]).citing(source_of(case.order), *(i.source for i in early))


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "po.missing": missing,
    "po.differs": differs,
    "po.expired": expired,
    "po.balance": balance,
    "po.currency_differs": currency_differs,
    "po.not_yet_valid": not_yet_valid,
}
