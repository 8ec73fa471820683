"""Deterministic finders: each looks at a document's view and proposes candidates for the fields of one topic.

A finder is a function from a view to candidates. It states what a pattern says, with a confidence, and leaves choosing
between different values to `sow.reconcile`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sow.finders import (
    amounts,
    billing,
    currency,
    dates,
    defined,
    delivery,
    ending,
    expenses,
    form,
    law,
    milestones,
    parties,
    payment,
    rates,
    references,
    signature,
)
from sow.rules import rule
from sow.view import Candidate, View

Finder = Callable[[View], Iterator[Candidate]]
FINDERS: tuple[Finder, ...] = (
    form.find,
    parties.find,
    references.find,
    dates.find,
    defined.find,
    billing.find,
    currency.find,
    amounts.find,
    rates.find,
    milestones.find,
    payment.find,
    expenses.find,
    delivery.find,
    ending.find,
    law.find,
    signature.find,
)


# a template's choices and notes to whoever fills it in: nothing of them is agreed
CHOICE = rule(r"\[ ?(?:option|alternative|select|choose|delete|insert|drafting|note to|if applicable)\b[^\]]{0,600}\]")


def candidates(view: View) -> Iterator[Candidate]:
    """What all finders propose, other than from what a template leaves to choose."""
    choices = [match.span() for match in view.search(CHOICE)]
    for finder in FINDERS:
        for found in finder(view):
            if not any(start <= found.start < end for start, end in choices):
                yield found
