"""The words in which people ask about a statement of work, and the fields that answer."""

from __future__ import annotations

from domain.terms import FIELDS
from policies.prerequisites.items import words

# The longest topic that the question contains decides.
TOPICS: dict[str, tuple[str, ...]] = {
    "payment": ("payment_terms_days", "payment_terms_basis", "late_interest", "invoice_dispute_days"),
    "pay": ("payment_terms_days", "payment_terms_basis", "late_interest"),
    "due": ("payment_terms_days", "payment_terms_basis", "milestones"),
    "interest": ("late_interest",),
    "late": ("late_interest",),
    "dispute": ("invoice_dispute_days",),
    "invoice": ("invoice_frequency", "invoice_delivery", "payment_terms_days", "po_required", "po_number"),
    "invoicing": ("invoice_frequency", "invoice_delivery", "payment_terms_days"),
    "billing": ("billing_type", "invoice_frequency", "rates", "not_to_exceed", "total_value"),
    "expense": ("expenses", "expense_cap"),
    "expenses": ("expenses", "expense_cap"),
    "travel": ("expenses", "expense_cap"),
    "acceptance": ("acceptance_days", "milestones"),
    "accept": ("acceptance_days", "milestones"),
    "milestone": ("milestones", "acceptance_days"),
    "milestones": ("milestones", "acceptance_days"),
    "deliverables": ("milestones", "acceptance_days"),
    "rate": ("rates", "rate_escalation", "currency"),
    "rates": ("rates", "rate_escalation", "currency"),
    "price": ("rates", "total_value", "not_to_exceed", "currency"),
    "fees": ("rates", "total_value", "not_to_exceed", "billing_type", "currency"),
    "cap": ("not_to_exceed", "expense_cap"),
    "not to exceed": ("not_to_exceed",),
    "limit": ("not_to_exceed", "expense_cap"),
    "budget": ("not_to_exceed", "total_value"),
    "value": ("total_value", "not_to_exceed"),
    "purchase order": ("po_required", "po_number"),
    "po": ("po_required", "po_number"),
    "change": ("change_order_required",),
    "termination": ("termination_convenience_days",),
    "terminate": ("termination_convenience_days",),
    "notice": ("termination_convenience_days", "renewal_notice_days"),
    "renewal": ("auto_renewal", "renewal_notice_days", "term"),
    "duration": ("effective_date", "end_date", "term"),
    "end": ("end_date", "term"),
    "start": ("effective_date",),
    "law": ("governing_law",),
    "tax": ("taxes",),
    "taxes": ("taxes",),
    "vat": ("taxes",),
    "advance": ("advance",),
    "retainer": ("advance", "billing_type", "rates"),
    "retainage": ("retainage",),
    "signed": ("signed", "effective_date"),
    "parties": ("client", "provider"),
    "currency": ("currency",),
}


def fields_about(topic: str) -> tuple[str, ...]:
    """The fields that answer a question about a topic; a field's own name is a topic; empty when nothing fits."""
    said = f" {words(topic)} "
    named = [name for name in FIELDS if f" {words(name)} " in said]
    fitting = sorted((key for key in TOPICS if f" {key} " in said), key=lambda key: (-len(key), key))
    return tuple(dict.fromkeys([*named, *(name for key in fitting for name in TOPICS[key])]))
