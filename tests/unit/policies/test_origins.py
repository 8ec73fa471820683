"""Which origins a field's value may have, and what an origin is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.actions import Intent, Origin, Reading
from domain.actor import Actor, Role
from domain.source import Evidence, Source
from policies.engine import Policies
from policies.origins import origins_of

POLICIES = Policies.load()
PRIYA = Actor("northlight", "p1", "Priya", frozenset({Role.PROJECT_MANAGER}))
QUOTE = Evidence(1, "PO number: PO-4711", 0, 18, (), "doc-1")
TERM = Reading("po_number", "PO-4711", QUOTE.document, QUOTE.quote)
READ = Origin("document", None, (QUOTE,), terms=(TERM,))
REPORT = Source("psa", "purchase_order", "S-1", "1")


def intent(origin: Origin | None = None) -> Intent:
    origins = {"po_number": origin} if origin else {}
    return Intent("contract.set_po_number", {"contract_id": "7", "po_number": "PO-4711"}, "Set it", origins=origins)


@pytest.mark.parametrize(
    ("origin", "confirmed", "kind"),
    [
        (READ, (), "document"),
        (READ, (TERM,), "term"),
        # The same sentence: another term read there, the value that a person put in its place, another document's.
        (READ, (replace(TERM, field="po_required"),), "document"),
        (READ, (replace(TERM, value="PO-9999"),), "document"),
        (READ, (replace(TERM, document="doc-2"),), "document"),
        (replace(READ, terms=(TERM, replace(TERM, field="po_required"))), (TERM,), "document"),
        (Origin("document", None, (QUOTE,)), (TERM,), "document"),
        (Origin("erp", REPORT), (), "report"),
        (Origin("erp"), (), "erp"),
        (Origin("person"), (), "person"),
    ],
)
def test_an_origin_is_told_by_what_it_rests_on(origin: Origin, confirmed: tuple[Reading, ...], kind: str) -> None:
    assert origins_of(intent(origin), through_agent=True, confirmed=confirmed)["po_number"] == kind


def test_a_value_without_an_origin_is_its_proposers_own() -> None:
    assert POLICIES.judge(intent(), PRIYA).allowed
    verdict = POLICIES.judge(intent(), PRIYA.through_agent("turn"))
    assert (verdict.allowed, verdict.rules) == (False, ("origin.po_number",))
    assert "named by the agent" in verdict.reasons[0]
    assert POLICIES.judge(intent(Origin("person")), PRIYA.through_agent("turn")).allowed


def test_what_is_not_known_is_refused() -> None:
    verdict = POLICIES.judge(intent(), PRIYA, origins={})
    assert verdict.rules == ("origin.po_number",)
    assert "unknown origin" in verdict.reasons[0]
