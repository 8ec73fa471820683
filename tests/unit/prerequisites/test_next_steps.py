"""What to do next: what frees most, weighed by days; and the message to whoever has to do it."""

from __future__ import annotations

from domain.facts import FactKind
from policies.prerequisites.next_steps import next_steps
from tests.unit.prerequisites.records import TODAY, Small, eur
from tests.unit.prerequisites.test_rules import WEEK
from tools.messages import message

SMALL = Small()


def steps(small: Small):
    return next_steps(small.project, small.dossier().facts(small.project), None, TODAY)


def test_nothing_is_next_on_a_project_that_can_be_billed() -> None:
    assert steps(SMALL) == ()


def test_the_only_finding_frees_all_that_it_holds_since_its_oldest_item() -> None:
    (only,) = steps(SMALL.report(FactKind.TIMESHEET, WEEK, status="rejected"))
    assert (only.finding.rule, only.frees, only.holds, only.days) == ("time.not_approved", eur(400), eur(400), 42)


def test_two_that_hold_everything_free_nothing_alone() -> None:
    found = steps(SMALL.but(customer__tax_identifiers=(), customer__invoice_address=None))
    assert [(step.frees, step.holds) for step in found] == [(eur(0), eur(2000))] * 2


def test_what_frees_money_comes_before_what_only_shares_in_holding_it() -> None:
    part = SMALL.report(FactKind.TIMESHEET, WEEK, status="rejected")
    both = part.report(FactKind.PURCHASE_ORDER, "S-1001", required=True, number="PO-77", amount="11000", currency="EUR")
    first, second = steps(both)
    assert first.frees.amount >= second.frees.amount
    assert {first.finding.rule, second.finding.rule} == {"po.balance", "time.not_approved"}
    assert first.frees == eur(600)


def test_the_message_says_what_the_finding_says() -> None:
    small = SMALL.report(FactKind.TIMESHEET, WEEK, status="rejected")
    told = message(small.answer(), small.finding("time.not_approved"))
    assert told.to == "Project manager"
    assert "EUR 400.00 is held back by it." in told.body
    assert "4 of 20 unbilled hours are not approved." in told.body
    assert told.mailto.startswith("mailto:?subject=CLD-UKI-1001%20Port%20systems")
