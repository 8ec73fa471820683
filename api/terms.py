"""How terms stand on a document's page: in groups, and with the form in which one is corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.terms import FIELDS
from sow.normal_form import CHOICES
from sow.wording import DATES, label
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
TRUTHS = frozenset({"po_required", "auto_renewal", "change_order_required", "signed"})
PARTS: Mapping[str, tuple[str, ...]] = {"rates": ("role", "amount", "per"), "milestones": ("name", "due", "amount")}
PER = ("hour", "day", "week", "month", "quarter", "year", "unit")
AMOUNT, SHARE = r"\s*[0-9][0-9,\s]*([.][0-9]+)?\s*", r"\s*[0-9]{1,3}([.][0-9]+)?\s*%\s*"
# What a browser checks before it sends; `sow.normal_form` has the last word.
PATTERNS = {
    **dict.fromkeys(("total_value", "not_to_exceed"), (AMOUNT, "An amount in digits, like 12500.00")),
    **dict.fromkeys(("expense_cap", "advance"), (f"{AMOUNT}|{SHARE}", "An amount like 12500.00, or a share like 10%")),
    "retainage": (SHARE, "A percentage, like 10%"),
    "term": (
        r"\s*[Pp](?=[0-9])([0-9]+[Yy])?([0-9]+[Mm])?([0-9]+[Ww])?([0-9]+[Dd])?\s*",
        "A duration: P2Y is two years, P18M eighteen months, P30D thirty days",
    ),
    "currency": (r"\s*[A-Za-z]{3}\s*", "A currency code of three letters, like EUR"),
}


@dataclass(frozen=True)
class Input:
    """One input of a correction. `choices` make it a selection; `hint` says the form that is expected."""

    name: str
    label: str
    value: str
    choices: tuple[str, ...] = ()
    kind: str = "text"
    pattern: str = ""
    hint: str = ""
    required: bool = True


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


def editor(term: TermRow) -> list[Input]:
    """The inputs that correct this term."""
    if term.field in PARTS:
        held = term.value if isinstance(term.value, Mapping) else {}
        return [_part(term.field, name, held.get(name)) for name in PARTS[term.field]]
    if term.field in TRUTHS:
        return [Input("value", label(term.field), "yes" if term.value else "no", ("yes", "no"))]
    choices = tuple(sorted(CHOICES.get(term.field, ())))
    return [_input(term.field, "value", label(term.field), term.value, choices)]


def _part(field: str, name: str, value: Any) -> Input:
    if name == "per":
        return Input(name, "Per", str(value or ""), PER)
    expected = {"due": "end_date", "amount": "total_value" if field == "rates" else "advance"}.get(name, name)
    needed = (field, name) in {("rates", "amount"), ("milestones", "name")}
    return replace(_input(expected, name, name.capitalize(), value), required=needed)


def _input(field: str, name: str, title: str, value: Any, choices: tuple[str, ...] = ()) -> Input:
    text = "" if value is None else str(value)
    if choices:
        return Input(name, title, text, choices)
    if field in DATES:
        return Input(name, title, text, kind="date", hint="A date, as YYYY-MM-DD")
    if field.endswith("_days"):
        return Input(name, f"{title}, in days", text, kind="number", hint="A whole number of days, 0 to 9999")
    pattern, hint = PATTERNS.get(field, ("", ""))
    return Input(name, title, text, pattern=pattern, hint=hint)


def corrected(field: str, form: Mapping[str, Any]) -> Any:
    """The value that a filled-in editor gives; `sow.normal_form` checks it."""
    if field in PARTS:
        return {name: form.get(name) or None for name in PARTS[field]}
    return form.get("value")
