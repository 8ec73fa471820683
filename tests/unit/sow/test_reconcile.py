"""Reconciling: support, conflict, several values, and what is too weak to be told."""

from __future__ import annotations

from typing import Any

from domain.source import Evidence
from domain.terms import TermStatus
from sow.reconcile import Grounded, reconcile


def found(field: str, value: Any, confidence: float, at: int = 0, method: str = "rules") -> Grounded:
    return Grounded(field, value, confidence, Evidence(1, "quote", at, at + 5), method)


def test_the_same_value_in_two_places_is_one_term_with_more_confidence() -> None:
    (term,) = reconcile([found("payment_terms_days", 30, 0.8, 0), found("payment_terms_days", 30, 0.7, 50)])
    assert (term.value, term.confidence, len(term.evidence)) == (30, 0.82, 2)
    assert term.status is TermStatus.PROPOSED


def test_values_of_like_confidence_conflict_and_both_are_shown() -> None:
    (term,) = reconcile([found("payment_terms_days", 30, 0.85, 0), found("payment_terms_days", 45, 0.84, 50)])
    assert (term.value, term.alternatives, term.status) == (30, (45,), TermStatus.CONFLICT)
    assert [evidence.start for evidence in term.evidence] == [0, 50]


def test_a_much_weaker_value_is_an_alternative_without_conflict() -> None:
    (term,) = reconcile([found("term", "P2Y", 0.85, 0), found("term", "P5Y", 0.6, 50)])
    assert (term.value, term.alternatives, term.status) == ("P2Y", ("P5Y",), TermStatus.PROPOSED)


def test_fields_with_several_values_have_an_entry_for_each_in_order_of_the_text() -> None:
    terms = reconcile([found("expenses", "reimbursed", 0.7, 40), found("expenses", "capped", 0.9, 10)])
    assert [term.value for term in terms] == ["capped", "reimbursed"]


def test_a_weak_candidate_is_not_told() -> None:
    assert reconcile([found("term", "P2Y", 0.4)]) == ()


def test_names_are_the_same_whatever_their_case() -> None:
    (term,) = reconcile([found("client", "ACME, INC.", 0.8, 0), found("client", "Acme Inc", 0.9, 50)])
    assert term.value == "Acme Inc"
    assert term.alternatives == ()


def test_the_method_of_the_winning_candidate_is_kept() -> None:
    (term,) = reconcile([found("term", "P2Y", 0.7, 0), found("term", "P2Y", 0.9, 50, "model")])
    assert term.method == "model"
