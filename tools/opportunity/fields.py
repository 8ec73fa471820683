"""What a set-up is made of: a field with its value, whether the ERP has it, and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.actions import Origin, Reading
from domain.records import Contract, Customer, PriceList, Project
from domain.terms import Term, TermStatus, said_by
from policies.prerequisites.outside import day
from sow.normal_form import CHOICES
from tools.catalogue import key

IN_ERP, TO_SET_UP, NOT_STATED, DIFFERS, PROPOSED = "in_erp", "to_set_up", "not_stated", "differs", "proposed"
REPORTED, UNREPORTED, AGREED = "reported", "unreported", "agreed"
WORST_FIRST = (DIFFERS, NOT_STATED, PROPOSED, TO_SET_UP, IN_ERP, AGREED, REPORTED, UNREPORTED)
QUOTES = 6
Record = Customer | Contract | PriceList | Project


@dataclass(frozen=True)
class Field:
    """`state`: `in_erp` (it is there), `to_set_up`, `not_stated` (nobody says it), `differs` (two sources disagree),
    `proposed` (a person must choose), `agreed` (the ERP's record has no place for it), `reported` by another system, or
    `unreported` because no such system is connected. `value` is JSON, money as {"amount", "currency"}.
    """

    name: str
    value: Any
    state: str
    origin: Origin | None = None
    note: str = ""


@dataclass(frozen=True)
class Section:
    """One record that the set-up needs. `state` is the worst of its fields'."""

    name: str
    state: str
    fields: tuple[Field, ...]

    @classmethod
    def of(cls, name: str, fields: Iterable[Field]) -> Section:
        """The section with these fields, at least one."""
        found = tuple(fields)
        return cls(name, min((field.state for field in found), key=WORST_FIRST.index), found)


def stated(terms: Sequence[Term], name: str, wanted: str, note: str = "") -> Field:
    """A field that the set-up needs, as the document states it, with its quotes; `note` is for its absence."""
    found = [term for term in terms if term.field == wanted]
    if not found:
        return Field(name, None, NOT_STATED, note=note or "The document does not state it: ask the client.")
    # The values of a closed list are names for programs.
    said = [term.value.replace("_", " ") if wanted in CHOICES else term.value for term in found]
    value = said[0] if len(said) == 1 else said
    return Field(name, value, TO_SET_UP, read(found))


def optional(terms: Sequence[Term], name: str, wanted: str) -> tuple[Field, ...]:
    """A field that only some engagements have: nothing where the document is silent."""
    return (stated(terms, name, wanted),) if any(term.field == wanted for term in terms) else ()


def read(found: Iterable[Term]) -> Origin:
    """The document as the origin of a value, with its quotes and the terms as they were used."""
    terms = tuple(found)
    masters = {term.master for term in terms if term.master}
    notes = [said_by(masters)] if masters else []
    if any(term.status is TermStatus.CORRECTED for term in terms):
        notes.append("A person corrected what was read.")
    quotes = tuple(term.evidence[0] for term in terms if term.evidence)[:QUOTES]
    used = tuple(_used(term) for term in terms)
    return Origin("document", evidence=quotes, note=" ".join(notes), terms=used)


def _used(term: Term) -> Reading:
    quote = term.evidence[0] if term.evidence else None
    return Reading(term.field, term.value, quote.document if quote else "", quote.quote if quote else "")


def opening(terms: Sequence[Term], today: date) -> tuple[date, Origin]:
    """The day on which a project opens, and why: when the work begins, and never before the ERP was read for it."""
    begins = [term for term in terms if term.field == "effective_date"]
    starts = day(begins[0].value) if begins else None
    if starts is not None and starts >= today:
        return starts, read(begins)
    return today, Origin("policy", evidence=read(begins).evidence, note="when the work begins, never before today")


def recorded(record: Record, note: str = "") -> Origin:
    """A record of the ERP as the origin of a value."""
    return Origin("erp", record.source, note=note)


def against(field: Field, there: Any, record: Record) -> Field:
    """The same beside what the ERP has: the ERP's word where the document is silent or says the same."""
    if there in (None, "", ()):
        return field
    if field.value is None:
        return Field(field.name, there, IN_ERP, recorded(record))
    if same(field.value, there):
        return replace(field, state=IN_ERP, note=f"{record.source.label or record.source.id} in the ERP says the same.")
    return replace(
        field, state=DIFFERS, note=f"{record.source.label or record.source.id} in the ERP says {_said(there)}."
    )


def same(one: Any, other: Any) -> bool:
    """Whether two systems write the same: numbers by value, text by its letters and digits."""
    first, second = number(one), number(other)
    return first == second if first is not None and second is not None else key(str(one)) == key(str(other))


def number(value: Any) -> Decimal | None:
    """The exact number in a value or in money's JSON, None where there is none."""
    try:
        found = Decimal(str(value["amount"] if isinstance(value, dict) else value))
    except (InvalidOperation, KeyError):
        return None
    return found if found.is_finite() else None


def share(value: Any, total: Decimal | None) -> Decimal | None:
    """An amount, or a percentage of the total; None where neither is known."""
    text = str(value or "")
    if text.endswith("%"):
        percent = number(text[:-1])
        return None if percent is None or total is None else (total * percent / 100).quantize(Decimal("0.01"))
    return number(value)


def priced(value: Any, currency: str | None) -> Any:
    """Money as JSON; a percentage, or an amount whose currency nobody knows, as it is written."""
    amount = number(value)
    return value if amount is None or not currency else {"amount": format(amount, "f"), "currency": currency}


def first(terms: Sequence[Term], wanted: str) -> Any:
    """The first value of a field, None where the document is silent."""
    return next((term.value for term in terms if term.field == wanted), None)


def _said(value: Any) -> str:
    return f"{value['amount']} {value['currency']}" if isinstance(value, dict) else str(value)
