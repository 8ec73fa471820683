"""How terms look to a person: names, groups, values with their units, and the form in which one is corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.terms import FIELDS
from sow.normal_form import CHOICES, PERS
from store.documents import TermRow

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Parties and dates": (
        "client",
        "provider",
        "document_number",
        "master_agreement",
        "effective_date",
        "end_date",
        "term",
        "signed",
    ),
    "Price": (
        "billing_type",
        "currency",
        "total_value",
        "not_to_exceed",
        "rates",
        "rate_escalation",
        "milestones",
        "retainage",
        "advance",
        "expenses",
        "expense_cap",
        "taxes",
    ),
    "Invoicing and payment": (
        "invoice_frequency",
        "invoice_delivery",
        "po_required",
        "po_number",
        "payment_terms_days",
        "payment_terms_basis",
        "late_interest",
        "invoice_dispute_days",
    ),
    "Change and end": (
        "acceptance_days",
        "change_order_required",
        "termination_convenience_days",
        "auto_renewal",
        "renewal_notice_days",
        "governing_law",
    ),
}
LABELS = {
    "po_required": "Purchase order required",
    "po_number": "Purchase order number",
    "payment_terms_days": "Payment terms",
    "payment_terms_basis": "Counted from",
    "invoice_dispute_days": "Time to dispute an invoice",
    "acceptance_days": "Time to accept deliverables",
    "termination_convenience_days": "Notice to terminate",
    "renewal_notice_days": "Notice against renewal",
    "change_order_required": "Change order required",
    "not_to_exceed": "Not to exceed",
    "rates": "Rate",
    "milestones": "Milestone",
}
MONEY = frozenset({"total_value", "not_to_exceed", "expense_cap", "advance"})
TRUTHS = frozenset({"po_required", "auto_renewal", "change_order_required", "signed"})
PARTS: Mapping[str, tuple[str, ...]] = {"rates": ("role", "amount", "per"), "milestones": ("name", "due", "amount")}


@dataclass(frozen=True)
class Input:
    """One input of a correction. `choices` make it a selection."""

    name: str
    label: str
    value: str
    choices: tuple[str, ...] = ()


def label(field: str) -> str:
    """A field's name as people say it."""
    return LABELS.get(field, field.replace("_", " ").capitalize())


def grouped(terms: Sequence[TermRow]) -> list[tuple[str, list[TermRow]]]:
    """The terms under their headings, each in the catalogue's order."""
    return [
        (title, [term for field in fields for term in terms if term.field == field])
        for title, fields in GROUPS.items()
        if any(term.field in fields for term in terms)
    ]


def absent(terms: Sequence[TermRow]) -> list[str]:
    """What the document does not state."""
    stated = {term.field for term in terms}
    return [label(field) for field in FIELDS if field not in stated]


def shown(field: str, value: Any, currency: str = "") -> str:
    """A value in words, with its unit."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field == "rates":
        return f"{value.get('role') or 'Any role'}, {_amount(value.get('amount'), currency)} per {value.get('per')}"
    if field == "milestones":
        parts = (value.get("name"), _day(value.get("due")), _amount(value.get("amount"), currency))
        return ", ".join(str(part) for part in parts if part)
    if field.endswith("_days"):
        return f"{value} day{'' if value == 1 else 's'}"
    if field in MONEY:
        return _amount(value, currency)
    if field in {"effective_date", "end_date"}:
        return _day(value)
    return str(value).replace("_", " ").capitalize() if field in CHOICES else str(value)


def _amount(value: Any, currency: str) -> str:
    try:
        return f"{currency} {Decimal(str(value)):,.2f}".strip()
    except InvalidOperation:
        return str(value) if value is not None else ""


def _day(value: Any) -> str:
    try:
        found = date.fromisoformat(str(value))
    except ValueError:
        return ""
    return f"{found.day} {found:%b %Y}"


def editor(term: TermRow) -> list[Input]:
    """The inputs that correct this term."""
    if term.field in PARTS:
        held = term.value if isinstance(term.value, Mapping) else {}
        return [_part(name, held.get(name)) for name in PARTS[term.field]]
    if term.field in TRUTHS:
        return [Input("value", label(term.field), "yes" if term.value else "no", ("yes", "no"))]
    choices = tuple(sorted(CHOICES.get(term.field, ())))
    return [Input("value", label(term.field), "" if term.value is None else str(term.value), choices)]


def _part(name: str, value: Any) -> Input:
    choices = tuple(sorted(PERS)) if name == "per" else ()
    return Input(name, name.capitalize(), "" if value is None else str(value), choices)


def corrected(field: str, form: Mapping[str, Any]) -> Any:
    """The value that a filled-in editor gives; `sow.normal_form` checks it."""
    if field in PARTS:
        return {name: form.get(name) or None for name in PARTS[field]}
    return form.get("value")
