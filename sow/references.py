"""Cross-references: which clause "as set out in Section 5" or "per Schedule B" means, and what is not there.

A schedule that prices the work but is not part of the file must be known to whoever relies on what was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.terms import Warning as Notice
from sow.document import Clause, Layout
from sow.rules import rule
from sow.view import View

KINDS = r"(?:section|clause|article|paragraph|schedule|exhibit|annex|appendix|attachment)"
REFERENCE = rule(r"\b(?P<kind>" + KINDS + r")s? (?P<number>\d{1,2}(?:\.\d{1,2}){0,3}|(?-i:[A-Z]|[IVX]{1,4}))\b(?!')")
ELSEWHERE = rule(r"^(?:,? (?:\(\w{1,4}\))*)? ?(?:of|to|in|under) (?:the|that|such) (?!(?:agreement|contract|sow)\b)")
ATTACHED = frozenset({"schedule", "exhibit", "annex", "appendix", "attachment"})
PRICES = rule(r"\bfees?\b|\brates?\b|\bprice|\bcharges?\b|\bmilestones?\b|\bpayments?\b|\bcompensation\b|\bbudget\b")
TITLES = re.compile(
    r"^[ \t#*|]*(?P<kind>schedule|exhibit|annex|appendix|attachment)[ \t]+(?:no\.?[ \t]*)?[\"“]?(?P<number>[a-z]"
    r"|\d{1,2}|[ivx]{1,4})\b",
    re.IGNORECASE | re.MULTILINE,
)
MOST_NOTICES = 3


@dataclass(frozen=True)
class Reference:
    """Where a text points at a clause; `clause` is its place among the clauses, None where it is not there."""

    kind: str
    number: str
    start: int
    end: int
    clause: int | None


def references(view: View, found: Sequence[Clause]) -> Iterator[Reference]:
    """All references that do not name another document; positions are those of the document's text."""
    places = {clause.number.rstrip("."): index for index, clause in reversed(list(enumerate(found))) if clause.number}
    for match in view.search(REFERENCE):
        if not ELSEWHERE.search(view.text[match.end() : match.end() + 60]):
            start, end = view.flat.span(match.start(), match.end())
            yield Reference(match["kind"].lower(), match["number"], start, end, places.get(match["number"]))


def missing(view: View, layout: Layout, found: Sequence[Clause]) -> Iterator[Notice]:
    """A warning for each schedule that a clause on money points at and the file does not hold."""
    held = {(match["kind"].lower(), match["number"].upper()) for match in TITLES.finditer(layout.text)}
    told: set[tuple[str, str]] = set()
    for reference in references(view, found):
        key = (reference.kind, reference.number.upper())
        near = layout.text[max(0, reference.start - 160) : reference.end + 80]
        if reference.kind in ATTACHED and key not in held | told and PRICES.search(near) and len(told) < MOST_NOTICES:
            told.add(key)
            name = f"{reference.kind.capitalize()} {reference.number}"
            message = f"{name} is referred to but is not part of this file; upload it too if it states terms."
            yield Notice("reference_missing", message, layout.page_at(reference.start))
