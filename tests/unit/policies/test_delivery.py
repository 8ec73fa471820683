"""Delivery risk: each sign at its limits, what nobody knows, and that nothing is averaged away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.facts import FactKind
from policies.delivery import DeliveryRisk, Level, Sign, delivery_risk
from policies.prerequisites.case import Case
from tests.unit.prerequisites.records import LINE, TODAY, Small, entry, eur, invoice, source, term


def risk(small: Small) -> DeliveryRisk:
    return delivery_risk(Case(small._project, small.dossier().facts(small._project), None, TODAY))


def sign(small: Small, name: str) -> Sign:
    return next(one for one in risk(small).signs if one.name == name)


def capped(amount: int, **changes) -> Small:
    return Small(terms={"S-1001": (term("not_to_exceed", amount), *changes.pop("terms", ()))}, **changes)


def test_a_project_without_signs_has_no_risk() -> None:
    found = risk(Small())
    assert found.level is Level.NONE
    assert {one.level for one in found.signs} == {Level.NONE}
    assert [one.name for one in found.signs] == ["burn", "milestones", "time", "invoices"]


@pytest.mark.parametrize(
    ("cap", "level"),
    [
        (100_000, Level.NONE),
        (15_001, Level.NONE),
        (15_000, Level.WATCH),
        (14_182, Level.WATCH),
        (14_181, Level.HIGH),
        (11_000, Level.HIGH),
    ],
)
def test_burn_at_its_limits(cap: int, level: Level) -> None:
    # EUR 10,000 are invoiced and 2,000 to bill; the first hour is 77 days old, so 2,181 last for 14 days.
    small = capped(cap)
    assert small.answer().unbilled == eur(2000)
    found = sign(small, "burn")
    assert found.level is level, found.reason
    assert found.amounts == (eur(max(cap - 12_000, 0)),)
    assert found.sources


def test_the_pace_says_when_the_cap_is_reached() -> None:
    ends = term("end_date", "2027-06-30")
    found = sign(capped(20_000, terms=(ends,)), "burn")
    # 12,000 in 77 days leave 8,000 for 51.33, rounded up to 52 days.
    assert f"reached on {TODAY + timedelta(days=52)}" in found.reason
    assert found.level is Level.WATCH
    assert sign(capped(20_000, terms=(term("end_date", "2027-01-01"),)), "burn").level is Level.NONE


def test_two_currencies_are_not_compared() -> None:
    found = sign(capped(20_000, terms=(term("currency", "USD"),)), "burn")
    assert (found.level, found.amounts) == (Level.UNKNOWN, ())


PLAN = (replace(LINE, id="m1", unit="u", description="Design", amount=eur(9000), source=source("sale.line", "m1")),)


def milestones(due: str, **reports: str) -> Small:
    small = Small(terms={"S-1001": (term("milestones", {"name": "Design", "due": due}),)}, time=())
    small = small.but(contract__lines=PLAN, project__billing="manual", project__tasks=())
    for status in reports.values():
        small = small.report(FactKind.MILESTONE, "S-1001/Design", status=status)
    return small


@pytest.mark.parametrize(
    ("late", "level"), [(-1, Level.NONE), (0, Level.NONE), (1, Level.WATCH), (30, Level.WATCH), (31, Level.HIGH)]
)
def test_late_milestones(late: int, level: Level) -> None:
    found = sign(milestones((TODAY - timedelta(days=late)).isoformat()), "milestones")
    assert found.level is level
    if level is not Level.NONE:
        assert (found.days, found.amounts) == (late, (eur(9000),))


def test_a_delivered_milestone_is_not_late() -> None:
    assert sign(milestones("2026-01-01", report="delivered"), "milestones").level is Level.NONE


def test_without_dates_nobody_knows() -> None:
    small = milestones("2026-01-01")
    assert sign(replace(small, terms={}), "milestones").level is Level.UNKNOWN


@pytest.mark.parametrize(("days", "level"), [(14, Level.NONE), (15, Level.WATCH), (45, Level.WATCH), (46, Level.HIGH)])
def test_unapproved_time_by_its_age(days: int, level: Level) -> None:
    on = TODAY - timedelta(days=days)
    year, week, _ = on.isocalendar()
    small = Small(time=(entry("h1", on),)).report(
        FactKind.TIMESHEET, f"CLD-UKI-1001/Lena Ortiz/{year}-W{week:02d}", status="submitted"
    )
    found = sign(small, "time")
    assert (found.level, found.days, found.amounts) == (level, days, (eur(800),))
    assert found.reason == f"8 unbilled hours are not approved, the oldest for {days} days."


def test_unreported_time_is_not_taken_for_approved() -> None:
    found = sign(Small().silent(FactKind.TIMESHEET), "time")
    assert found.level is Level.UNKNOWN
    assert risk(Small().silent(FactKind.TIMESHEET)).level is Level.UNKNOWN


@pytest.mark.parametrize(
    ("days", "level"), [(-1, Level.NONE), (0, Level.NONE), (1, Level.WATCH), (60, Level.WATCH), (61, Level.HIGH)]
)
def test_unpaid_invoices_by_what_is_due(days: int, level: Level) -> None:
    bill = replace(invoice("i1", date(2026, 8, 1), 4000), due=TODAY - timedelta(days=days))
    assert sign(Small(invoices=(bill,)), "invoices").level is level
    assert sign(Small(invoices=(replace(bill, state="paid"),)), "invoices").level is Level.NONE
    assert sign(Small(invoices=(replace(bill, due=None),)), "invoices").level is Level.UNKNOWN


@given(
    st.integers(9_000, 40_000),
    st.lists(
        st.tuples(
            st.integers(-90, 90), st.integers(1, 9000), st.sampled_from(["posted", "paid", "draft", "cancelled"])
        ),
        max_size=6,
    ),
    st.randoms(),
)
def test_the_worst_sign_speaks_and_order_does_not_matter(cap: int, bills, random) -> None:
    made = [
        replace(invoice(f"i{n}", TODAY, amount, state), due=TODAY - timedelta(days=late))
        for n, (late, amount, state) in enumerate(bills)
    ]
    found = risk(capped(cap, invoices=tuple(made)))
    order = list(Level)
    assert order.index(found.level) == min(order.index(one.level) for one in found.signs)
    shuffled = list(made)
    random.shuffle(shuffled)
    assert risk(capped(cap, invoices=tuple(shuffled))) == found
    owed = next(one for one in found.signs if one.name == "invoices")
    late = sum(Decimal(amount) for days, amount, state in bills if state == "posted" and days > 0)
    if late:
        assert owed.amounts == (eur(str(late)),)
