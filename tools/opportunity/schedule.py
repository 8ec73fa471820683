"""When what will be invoiced: milestones with their amounts, or the days on which work is invoiced, and the sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.actions import Origin
from domain.terms import Term
from policies.prerequisites.outside import day
from policies.time_to_bill import month_end
from tools.opportunity.fields import (
    DIFFERS,
    NOT_STATED,
    TO_SET_UP,
    Field,
    first,
    number,
    optional,
    priced,
    read,
    share,
    stated,
)

MONTHS = {"monthly": 1, "quarterly": 3, "annually": 12}


def schedule_fields(terms: Sequence[Term]) -> Iterator[Field]:
    """Every invoice that the document lets one foresee, each from its words."""
    milestones = [term for term in terms if term.field == "milestones" and isinstance(term.value, dict)]
    currency = first(terms, "currency")
    if milestones:
        yield from optional(terms, "Invoices", "invoice_frequency")
    else:
        yield stated(terms, "Invoices", "invoice_frequency")
    for term in milestones:
        yield _milestone(term, currency)
    if milestones:
        yield from _sum(terms, milestones, currency)
    yield from _days(terms)
    yield from optional(terms, "Payment counts from", "payment_terms_basis")
    for name, wanted in (("Advance", "advance"), ("Held back until the end", "retainage")):
        for field in optional(terms, name, wanted):
            yield _of_total(replace(field, value=priced(field.value, currency)), terms, currency)


def _milestone(term: Term, currency: str | None) -> Field:
    value: dict[str, Any] = term.value
    told = {"due": value.get("due"), "amount": priced(value.get("amount"), currency)}
    missing = [name for name, said in told.items() if not said]
    note = f"The document states no {' and no '.join(missing)}: ask the client." if missing else ""
    held = {name: said for name, said in told.items() if said} or None
    return Field(str(value.get("name") or "Milestone"), held, NOT_STATED if missing else TO_SET_UP, read([term]), note)


def _sum(terms: Sequence[Term], milestones: Sequence[Term], currency: str | None) -> Iterator[Field]:
    """What the milestones come to, beside the document's total."""
    total = number(first(terms, "total_value"))
    amounts = [share(term.value.get("amount"), total) for term in milestones]
    if any(amount is None for amount in amounts):
        return
    whole = sum((amount for amount in amounts if amount is not None), Decimal(0))
    field = Field("Milestones together", priced(whole, currency), TO_SET_UP, Origin("policy", note="added up"))
    if total is not None and whole != total:
        field = replace(
            field, state=DIFFERS, note=f"The document's total value is {total} {currency or ''}".strip() + "."
        )
    yield field


def _of_total(field: Field, terms: Sequence[Term], currency: str | None) -> Field:
    total = number(first(terms, "total_value"))
    amount = share(field.value, total) if isinstance(field.value, str) else None
    return (
        field
        if amount is None
        else replace(field, note=f"{amount:,.2f} {currency or ''}".strip() + " of the total value.")
    )


def _days(terms: Sequence[Term]) -> Iterator[Field]:
    """The days on which a regular invoice is due, where beginning, end and rhythm are stated."""
    starts, ends = day(first(terms, "effective_date")), day(first(terms, "end_date"))
    rhythms = [MONTHS[term.value] for term in terms if term.field == "invoice_frequency" and term.value in MONTHS]
    if starts is None or ends is None or len(rhythms) != 1 or ends < starts:
        return
    found = invoice_days(starts, ends, rhythms[0])
    origin = replace(
        read([term for term in terms if term.field in ("effective_date", "end_date", "invoice_frequency")]),
        note="worked out from beginning, end and rhythm",
    )
    told = {"first": found[0].isoformat(), "last": found[-1].isoformat(), "count": len(found)}
    yield Field("Invoices expected", told, TO_SET_UP, origin)


def invoice_days(starts: date, ends: date, months: int) -> list[date]:
    """The month's end of every `months` months of work, and the end of the work."""
    found: list[date] = []
    closes = starts
    while not found or found[-1] < ends:
        for _ in range(months):
            closes = month_end(closes) + timedelta(days=1)
        found.append(min(closes - timedelta(days=1), ends))
    return found
