"""Patterns tried only around the words that they need find what they find when tried everywhere."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sow.anchors import needs
from sow.finders import FINDERS
from sow.reading import read_layout
from sow.rules import rule
from sow.view import View, view
from sow.words import Window, Words

SENTENCES = (
    "Client shall pay each undisputed invoice within thirty (30) days of receipt of the invoice.",
    "The total contract value is EUR 84,000.00, excluding VAT.",
    "Senior Engineer | EUR 150.00 per hour",
    "This agreement takes effect on March 2, 2026 and continues for two (2) years.",
    "Fees shall not exceed USD 250,000 without a written change order signed by both parties.",
    "Either party may terminate this agreement without cause upon sixty days' prior written notice.",
    "Late payments bear interest at 1.5% per month.",
    "This agreement is governed by the laws of Ireland.",
    "Travel expenses are reimbursed at cost up to $5,000 with prior approval.",
    "A deposit of 20% is due upon signing; 10% is retained until final acceptance.",
    "Kelvin (the “Client”) and NORTHLIGHT GMBH (the “Consultant”) 12.03.2026 €12.000,00 net-30 per-day ﬁxed fee",
)


@pytest.mark.parametrize("seed", range(6))
def test_every_rule_finds_what_it_finds_when_tried_everywhere(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chooser = random.Random(seed)  # noqa: S311 - an order, not a secret
    filler = ["The parties agree on this and on nothing else, whatever the schedule may say about the matter. "] * 40
    parts = [*SENTENCES, *filler]
    chooser.shuffle(parts)
    tried: list[str] = []

    def search(self: View, pattern: re.Pattern[str]):
        everywhere = list(pattern.finditer(self.text))
        there = list(self.words.finditer(pattern))
        assert [(m.span(), m.groups()) for m in there] == [(m.span(), m.groups()) for m in everywhere], pattern.pattern
        tried.append(pattern.pattern)
        return iter(everywhere)

    monkeypatch.setattr(View, "search", search)
    seen = view(read_layout("\n".join(parts).encode()))
    for finder in FINDERS:
        list(finder(seen))
    assert len(tried) > 60


def test_a_rule_is_tried_only_where_its_words_stand() -> None:
    text = "nothing of interest here. " * 2_000 + "The budget cap is EUR 9."
    words = Words(text)
    (needed,) = needs(rule(r"\bbudget (?:cap|ceiling)\b")).alternatives
    assert [anchor.words for anchor in needed.anchors] == [("\nbudget\n",), ("\ncap\n", "\nceiling\n")]
    at = text.index("budget")
    assert words._windows([needed]) == [Window(at, len(text), [(at, at)])]
    assert words._windows(needs(rule(r"\bspending limit\b")).alternatives) == []


def test_words_are_found_at_their_edges_and_within_others() -> None:
    words = Words("invoice Invoices re-invoice INVOICED per performance")
    assert words.places(("\ninvoice\n",)) == [0, 20]
    assert words.places(("invoice",)) == [0, 8, 20, 28]
    assert words.places(("\nper\n",)) == [37]
    assert words.places(("\nper",)) == [37, 41]


WORDS = st.lists(st.sampled_from(["net", "30", "days", "Net", "invoice", "$5", "per", "İ", "\n", "hour.", "x" * 30]))


@given(WORDS, st.sampled_from([r"\bnet (\d+)(?: days)?", r"\$\d|per hour", r"(?:net|per)\b(?= \w)", r"invoice.{0,9}$"]))
def test_any_text_gives_the_same_matches(parts: list[str], pattern: str) -> None:
    text, compiled = " ".join(parts), rule(pattern)
    assert [m.span() for m in Words(text).finditer(compiled)] == [m.span() for m in compiled.finditer(text)]
