"""What holds for every firm: money is conserved, order does not matter, silence never becomes consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.facts import FactKind, OutsideFact
from domain.findings import Readiness, Severity, Verdict, Waiver
from domain.money import Money
from domain.records import TimeEntry
from policies.prerequisites.items import words
from policies.prerequisites.period import week_of
from policies.prerequisites.rulebook import rulebook
from tests.unit.prerequisites.records import (
    CONTRACT,
    LINE,
    PRICES,
    PROJECT,
    TASKS,
    Small,
    entry,
    eur,
    fact,
    invoice,
    term,
)

DAYS = st.dates(date(2026, 5, 1), date(2026, 12, 5))
HOURS = st.integers(1, 40).map(lambda quarters: str(Decimal(quarters) / 4))
PRICE = st.sampled_from([None, eur(100), eur("99.99"), Money(Decimal(80), "GBP")])
STATUSES = {
    FactKind.TIMESHEET: ("submitted", "approved", "rejected"),
    FactKind.MILESTONE: ("delivered", "accepted", "rejected"),
    FactKind.CHANGE_REQUEST: ("open", "approved"),
}


@st.composite
def entries(draw: st.DrawFn) -> tuple[TimeEntry, ...]:
    days = draw(st.lists(DAYS, max_size=12))
    return tuple(
        entry(
            f"h{n}",
            day,
            draw(HOURS),
            price=draw(PRICE),
            task_id=draw(st.sampled_from(["t1", "t2", "t3"])),
            billable=draw(st.booleans()),
            invoice_line_id=draw(st.sampled_from([None, None, "x"])),
        )
        for n, day in enumerate(days)
    )


@st.composite
def smalls(draw: st.DrawFn) -> Small:
    time = draw(entries())
    weeks = sorted({f"CLD-UKI-1001/Lena Ortiz/{week_of(e.date)}" for e in time})
    reports = [fact(FactKind.TIMESHEET, week, status=draw(_status(FactKind.TIMESHEET))) for week in weeks]
    reports += [fact(FactKind.MILESTONE, f"S-1001/{name}", status=draw(_status(FactKind.MILESTONE))) for name in "AB"]
    reports += [fact(FactKind.CHANGE_REQUEST, "S-1001/CR-1", status=draw(_status(FactKind.CHANGE_REQUEST)))]
    reports += [fact(FactKind.BILLING_HOLD, "CLD-UKI-1001", held=draw(st.booleans()))]
    reports += [fact(FactKind.PURCHASE_ORDER, "S-1001", **draw(_order()))]
    reports += draw(_later())
    kept = draw(st.lists(st.sampled_from(reports), unique_by=lambda f: f.id))
    lines = tuple(replace(LINE, id=n, unit="u", description=n, amount=eur(draw(st.integers(0, 9000)))) for n in "ABC")
    tasks = (*TASKS, replace(TASKS[1], id="t3", name="CR-1 extra"))
    months = st.sampled_from([None, date(2026, 9, 30), date(2026, 10, 31)])
    sums = draw(st.lists(st.tuples(months, st.sampled_from([900, -900, 700])), max_size=5))
    states = st.sampled_from(["posted", "draft", "cancelled"])
    terms = draw(st.lists(st.sampled_from(TERMS), unique_by=lambda t: t.field))
    waived = draw(st.lists(st.sampled_from(sorted(rule.id for rule in rulebook())), max_size=3, unique=True))
    return Small(
        project=replace(PROJECT, tasks=tasks, billing=draw(st.sampled_from(["timesheet", "manual"]))),
        contract=replace(
            CONTRACT,
            lines=lines,
            invoiced=eur(draw(st.integers(0, 20000))),
            po_number=draw(st.sampled_from([None, "PO-77"])),
            price_list_id=draw(st.sampled_from([None, "p1"])),
        ),
        prices=PRICES,
        time=time,
        invoices=tuple(invoice(str(n), day, amount, draw(states)) for n, (day, amount) in enumerate(sums)),
        facts=tuple(kept),
        terms={"S-1001": tuple(terms)},
        waivers=tuple(Waiver(rule, "w1", draw(DAYS), "Agreed", "Ada") for rule in waived),
        closed_periods=draw(st.sampled_from([(), ((date(2026, 11, 1), date(2026, 11, 30)),)])),
    )


AMOUNT = st.integers(0, 9000).map(str)
TERMS = [
    term("not_to_exceed", "9000.00"),
    term("po_required", value=False),
    term("effective_date", "2026-07-01"),
    term("end_date", "2026-10-31"),
    term("signed", value=False),
    term("expenses", "included"),
    term("expense_cap", "100.00"),
    term("retainage", "5%"),
    term("total_value", "900.00"),
    term("acceptance_days", 10),
]


@st.composite
def _later(draw: st.DrawFn) -> list[OutsideFact]:
    """Reports of the later kinds, each as any system might give it."""
    euros = {"currency": "EUR"}
    said = st.sampled_from([True, False, None])
    expenses = [
        fact(
            FactKind.EXPENSE,
            f"CLD-UKI-1001/EX-{n}",
            amount=draw(AMOUNT),
            currency=draw(st.sampled_from(["EUR", "EUR", "GBP"])),
            on=draw(DAYS).isoformat(),
            receipt=draw(said),
            billed=draw(said),
            status=draw(st.sampled_from(["approved", "submitted", ""])),
        )
        for n in range(draw(st.integers(0, 3)))
    ]
    return [
        *expenses,
        fact(FactKind.PART_CAP, "S-1001/Engineer", amount=draw(AMOUNT), **euros),
        fact(FactKind.BUDGET, "CLD-UKI-1001", amount=draw(AMOUNT), held=draw(said), **euros),
        fact(FactKind.CREDIT, "C1", amount=draw(AMOUNT), used=draw(AMOUNT), **euros),
        fact(FactKind.RETAINER, "S-1001", amount=draw(AMOUNT), used=draw(AMOUNT), **euros),
        fact(FactKind.ASSIGNMENT, "CLD-UKI-1001/Lena Ortiz", valid_until=draw(DAYS).isoformat()),
        fact(FactKind.ACCOUNTING, "CLD-UKI-1001", posting=draw(said), cost_centre=draw(st.sampled_from(["", "47"]))),
        fact(FactKind.TAX_SETUP, "C1", tax_code=draw(st.sampled_from(["", "S"]))),
        fact(FactKind.E_INVOICING, "C1", required=draw(said), endpoint=draw(st.sampled_from(["", "0204:1"]))),
    ]


def _status(kind: FactKind) -> st.SearchStrategy[str]:
    return st.sampled_from(STATUSES[kind])


def _order() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"required": st.booleans()},
        optional={
            "number": st.sampled_from(["PO-77", "PO-78"]),
            "amount": st.integers(0, 30000).map(str),
            "valid_until": DAYS.map(date.isoformat),
        },
    )


PERIODS = st.sampled_from([None, "2026-09", "2026-10", "2026-11"])


@settings(max_examples=150)
@given(small=smalls(), period=PERIODS)
def test_ready_and_blocked_are_the_unbilled_money(small: Small, period: str | None) -> None:
    answer = small.answer(period)
    assert answer.ready + answer.blocked == answer.unbilled
    assert answer.at_risk is not None
    assert Decimal(0) <= answer.at_risk.amount <= answer.ready.amount
    assert Decimal(0) <= answer.ready.amount <= answer.unbilled.amount
    stopped = [f for f in answer.findings if f.severity is Severity.BLOCKS and _stops(f.verdict)]
    assert all(f.amount is not None and f.amount <= answer.blocked for f in stopped)
    assert stopped or not answer.blocked.amount


def _stops(verdict: Verdict) -> bool:
    return verdict in (Verdict.FAIL, Verdict.UNKNOWN)


@settings(max_examples=100)
@given(small=smalls(), period=PERIODS, data=st.data())
def test_the_order_of_records_does_not_matter(small: Small, period: str | None, data: st.DataObject) -> None:
    assert small.contract is not None
    shuffled = replace(
        small,
        time=tuple(data.draw(st.permutations(small.time))),
        facts=tuple(data.draw(st.permutations(small.facts))),
        invoices=tuple(data.draw(st.permutations(small.invoices))),
        contract=replace(small.contract, lines=tuple(data.draw(st.permutations(small.contract.lines)))),
        project=replace(small.project, tasks=tuple(data.draw(st.permutations(small.project.tasks)))),
        terms={key: tuple(data.draw(st.permutations(terms))) for key, terms in small.terms.items()},
    )
    assert shuffled.answer(period) == small.answer(period)


@settings(max_examples=200)
@given(small=smalls(), period=PERIODS, data=st.data())
def test_silence_never_becomes_consent(small: Small, period: str | None, data: st.DataObject) -> None:
    # What is an item or a ceiling of its own takes its questions with it when it goes.
    answers = [f for f in small.facts if f.kind not in (FactKind.EXPENSE, FactKind.PART_CAP)]
    if not answers:
        return
    gone = data.draw(st.sampled_from(answers))
    before = _verdicts(small.answer(period))
    after = _verdicts(replace(small, facts=tuple(f for f in small.facts if f is not gone)).answer(period))
    freed = {rule for rule in before if before[rule] is Verdict.UNKNOWN and after[rule] is Verdict.PASS}
    assert freed == set()


CODE, WEEKS = "CLD-UKI-1001", [f"CLD-UKI-1001/Lena Ortiz/2026-W{week}" for week in range(18, 50)]
WORSE = {
    "billing.hold": [fact(FactKind.BILLING_HOLD, CODE, held=True)],
    "time.not_approved": [fact(FactKind.TIMESHEET, week, status="rejected") for week in WEEKS],
    "po.expired": [fact(FactKind.PURCHASE_ORDER, "S-1001", required=True, number="PO-77", valid_until="2026-01-01")],
    "milestone.not_accepted": [fact(FactKind.MILESTONE, f"S-1001/{name}", status="delivered") for name in "ABC"],
    "change_request.open": [fact(FactKind.CHANGE_REQUEST, "S-1001/CR-1", status="open")],
}


@settings(max_examples=100)
@given(small=smalls(), rule=st.sampled_from(sorted(WORSE)), period=PERIODS)
def test_adding_what_does_not_allow_it_never_makes_a_pass_of_not_known(
    small: Small, rule: str, period: str | None
) -> None:
    before = _verdicts(small.answer(period))[rule]
    added = {(f.kind, f.subject) for f in WORSE[rule]}
    kept = tuple(f for f in small.facts if (f.kind, f.subject) not in added)
    under_way = bool(replace(small, facts=kept).answer(period).unbilled.amount)
    after = _verdicts(replace(small, facts=(*kept, *WORSE[rule])).answer(period))[rule]
    if before is Verdict.UNKNOWN and under_way and rule != "change_request.open":
        assert after is not Verdict.PASS
    assert rule != "billing.hold" or after is not Verdict.PASS


@settings(max_examples=100)
@given(small=smalls(), period=PERIODS, data=st.data())
def test_a_report_on_somebody_else_changes_nothing(small: Small, period: str | None, data: st.DataObject) -> None:
    if not small.facts:
        return
    one = data.draw(st.sampled_from(small.facts))
    other = replace(one, subject=f"ELSEWHERE{one.subject}", id="other")
    assert small.but(facts=(*small.facts, other)).answer(period) == small.answer(period)


def _verdicts(answer: Readiness) -> dict[str, Verdict]:
    return {finding.rule: finding.verdict for finding in answer.findings}


@given(day=st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_week_belongs_to_its_seven_days(day: date) -> None:
    monday = day - timedelta(day.weekday())
    assert {week_of(monday + timedelta(n)) for n in range(7)} == {week_of(day)}


@given(text=st.text(max_size=40))
def test_words_are_stable(text: str) -> None:
    assert words(words(text)) == words(text)
