"""Terms of a statement of work: the catalogue of fields and one extracted value with its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.source import Evidence

FIELDS: tuple[str, ...] = (
    "client",
    "provider",
    "document_number",
    "master_agreement",
    "effective_date",
    "end_date",
    "term",
    "billing_type",
    "currency",
    "total_value",
    "not_to_exceed",
    "rates",
    "milestones",
    "payment_terms_days",
    "payment_terms_basis",
    "invoice_frequency",
    "po_required",
    "po_number",
    "expenses",
    "expense_cap",
    "advance",
    "late_interest",
    "invoice_dispute_days",
    "acceptance_days",
    "termination_convenience_days",
    "auto_renewal",
    "renewal_notice_days",
    "governing_law",
    "taxes",
    "change_order_required",
    "rate_escalation",
    "invoice_delivery",
    "signed",
    "retainage",
)
SEVERAL = frozenset({"rates", "milestones", "billing_type", "expenses", "invoice_frequency"})


class TermStatus(StrEnum):
    """`proposed` and `conflict` come from reading; the others from a person."""

    PROPOSED = "proposed"
    CONFLICT = "conflict"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Term:
    """One value of one field. `value` is JSON in the field's normal form (dates ISO 8601, money decimal strings).

    `master` is the name of the master agreement that it is taken from, empty for a document's own word.
    """

    field: str
    value: Any
    evidence: tuple[Evidence, ...]
    confidence: float
    method: str = "rules"
    status: TermStatus = TermStatus.PROPOSED
    alternatives: tuple[Any, ...] = ()
    master: str = ""


def said_by(masters: Iterable[str]) -> str:
    """That these master agreements state it, for a reason or a note."""
    return f"The master agreement states it: {', '.join(sorted(masters))}."


@dataclass(frozen=True)
class Warning:
    """Something a reader of the document must know, with a stable code."""

    code: str
    message: str
    page: int | None = None
