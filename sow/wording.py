"""How terms are said to people, on every page and in every answer: a field's name, and a value with its unit."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sow.normal_form import CHOICES

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
UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}
MONEY = frozenset({"total_value", "not_to_exceed", "expense_cap", "advance"})
DATES = frozenset({"effective_date", "end_date"})


def label(field: str) -> str:
    """A field's name as people say it."""
    return LABELS.get(field, field.replace("_", " ").capitalize())


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
    if field in DATES:
        return _day(value)
    return _duration(str(value)) if field == "term" else _plain(field, str(value))


def _plain(field: str, value: str) -> str:
    return value.replace("_", " ").capitalize() if field in CHOICES else value.replace("%/", "% per ")


def _duration(value: str) -> str:
    found = re.findall(r"(\d+)([YMWD])", value)
    said = (f"{int(count)} {UNITS[unit]}{'' if int(count) == 1 else 's'}" for count, unit in found)
    return " ".join(said) or value


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
