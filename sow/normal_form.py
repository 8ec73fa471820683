"""The normal form of each field's value: what a correction by a person or a model's candidate must be in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from domain.errors import InvalidInput
from domain.terms import FIELDS

CHOICES: Mapping[str, frozenset[str]] = {
    "billing_type": frozenset(
        ["time_and_materials", "fixed_fee", "milestone", "retainer", "unit_price", "revenue_share", "commission"]
    ),
    "payment_terms_basis": frozenset(["invoice_date", "receipt_of_invoice", "month_end", "service_date", "other"]),
    "invoice_frequency": frozenset(
        [
            "weekly",
            "biweekly",
            "semimonthly",
            "monthly",
            "quarterly",
            "annually",
            "per_milestone",
            "on_completion",
            "in_advance",
            "on_signing",
            "other",
        ]
    ),
    "expenses": frozenset(["reimbursed", "included", "not_reimbursed", "capped", "pre_approved"]),
    "taxes": frozenset({"exclusive", "inclusive"}),
}
PERS = frozenset(["hour", "day", "week", "month", "quarter", "year", "unit"])
LONGEST = 500


def normal_form(field: str, value: Any) -> Any:
    """The value in the field's normal form. Raises InvalidInput saying what the form is."""
    if field not in FIELDS:
        raise InvalidInput(f"There is no field {field}.")
    if field in CHOICES:
        return _choice(field, value)
    return FORMS.get(field, _text)(value)


def _choice(field: str, value: Any) -> str:
    text = str(value).strip().lower().replace(" ", "_")
    if text not in CHOICES[field]:
        raise InvalidInput(f"Choose one of {', '.join(sorted(CHOICES[field]))}.")
    return text


def _text(value: Any) -> str:
    text = " ".join(str(value if value is not None else "").split())
    if not 0 < len(text) <= LONGEST:
        raise InvalidInput(f"Write between 1 and {LONGEST} characters.")
    return text


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,4}", str(value).strip()):
        raise InvalidInput("Write a whole number of days.")
    return int(str(value))


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).strip().lower() in {"true", "yes", "false", "no"}:
        return str(value).strip().lower() in {"true", "yes"}
    raise InvalidInput("Write yes or no.")


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError as error:
        raise InvalidInput("Write the date as YYYY-MM-DD.") from error


def _amount(value: Any) -> str:
    try:
        number = Decimal(re.sub(r"[,\s]", "", str(value)))
    except InvalidOperation as error:
        raise InvalidInput("Write the amount in digits, like 12500.00.") from error
    if not number.is_finite() or number < 0:
        raise InvalidInput("An amount is not negative.")
    exponent = number.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{number:.{places}f}"


def _share(value: Any) -> str:
    match = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%", str(value).strip())
    if match is None:
        raise InvalidInput("Write a percentage, like 10%.")
    return f"{Decimal(match[1]).normalize():f}%"


def _amount_or_share(value: Any) -> str:
    return _share(value) if "%" in str(value) else _amount(value)


def _duration(value: Any) -> str:
    text = str(value).strip().upper()
    if not re.fullmatch(r"P(?=\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?", text):
        raise InvalidInput("Write an ISO 8601 duration, like P2Y or P18M.")
    return text


def _currency(value: Any) -> str:
    text = str(value).strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise InvalidInput("Write a currency code of three letters, like EUR.")
    return text


def _rate(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or value.get("per") not in PERS:
        raise InvalidInput(f"A rate has a role, an amount, and is per one of {', '.join(sorted(PERS))}.")
    role = value.get("role")
    return {"role": _text(role) if role else None, "amount": _amount(value.get("amount")), "per": value["per"]}


def _milestone(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput("A milestone has a name, a due date and an amount.")
    due, amount = value.get("due"), value.get("amount")
    return {
        "name": _text(value.get("name")),
        "due": _day(due) if due else None,
        "amount": _amount_or_share(amount) if amount else None,
    }


FORMS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        [
            "payment_terms_days",
            "invoice_dispute_days",
            "acceptance_days",
            "termination_convenience_days",
            "renewal_notice_days",
        ],
        _whole,
    ),
    **dict.fromkeys(["po_required", "auto_renewal", "change_order_required", "signed"], _truth),
    **dict.fromkeys(["effective_date", "end_date"], _day),
    **dict.fromkeys(["total_value", "not_to_exceed"], _amount),
    **dict.fromkeys(["expense_cap", "advance"], _amount_or_share),
    "retainage": _share,
    "term": _duration,
    "currency": _currency,
    "rates": _rate,
    "milestones": _milestone,
}
