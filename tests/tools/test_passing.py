"""The sums that PostgreSQL makes are those that the policy makes of every entry, and follow every change."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.facts import FactKind, OutsideFact
from domain.records import Employee, Firm, Invoice, InvoiceLine, Project, TimeEntry
from erp.mirror import Mirror
from policies.prerequisites.outside import Outside
from policies.prerequisites.portfolio import Dossier
from policies.time_to_bill import STAGES, Summary, Tally, ordered, passages
from store import facts, results
from store.passed import Stretch
from tests.tools.conftest import Desk, SmallReader
from tests.unit.prerequisites.records import TODAY, Small, entry, eur, invoice, source
from tools.passing import parted
from tools.time_to_bill import NOBODY, GroupBy, TimeToBill, durations

pytestmark = pytest.mark.anyio
NAMES = ("Lena Ortiz", "Max Weiß", "Ann O'Neil")
GROUPS: tuple[GroupBy, ...] = ("practice", "customer", "region", "project", "month")
STRETCHES = (
    {"months": 36},
    {"months": 1},
    {"since": "2026-08-17", "until": "2026-10-15"},
    {"since": "2026-10-12"},
    {"since": "2026-09-01", "until": "2026-09-30"},
    {"since": "2026-11-20", "until": "2026-11-21"},
    {"since": "2027-01-01"},
)


class Drawn:
    """A firm drawn at random, with what makes the days of its work."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
        whole = Small().firm()
        projects = tuple(self._project(number, whole.projects[0]) for number in range(5))
        people = tuple(Employee(f"e{n}", name, "Engineer", source("e", f"e{n}")) for n, name in enumerate(NAMES))
        bills = tuple(self._invoice(number) for number in range(8))
        time = tuple(self._entry(number, bills) for number in range(120))
        self.firm = replace(whole, projects=projects, employees=people, invoices=bills, time=time)
        self.facts = tuple(self._approval() for _ in range(150))

    def _project(self, number: int, like: Project) -> Project:
        return replace(
            like,
            id=f"w{number}",
            code=f"CLD-UKI-{1000 + number}" if number else None,
            name=f"Port systems {number}",
            practice=self.chance.choice(("CLD", "DAT", None)),
            region=self.chance.choice(("UKI", None)),
            customer_id=self.chance.choice(("c1", "c1", None)),
            contract_ids=self.chance.choice((("k1",), (), ("gone",))),
            billing=self.chance.choice(("timesheet", "timesheet", "timesheet", "effort")),
        )

    def _invoice(self, number: int) -> Invoice:
        state = self.chance.choice(("draft", "validated", "posted", "paid", "cancelled"))
        day = self.chance.choice((None, self._day(), self._day() + timedelta(days=30)))
        lines = tuple(
            InvoiceLine(f"i{number}-{at}", self.chance.choice((None, f"w{self.chance.randrange(5)}")), "Work", eur(800))
            for at in range(3)
        )
        contracts = self.chance.choice((("k1",), ("gone",), ()))
        return replace(invoice(f"i{number}", day, 800, state), lines=lines, contract_ids=contracts)

    def _entry(self, number: int, bills: tuple[Invoice, ...]) -> TimeEntry:
        lines = [line.id for one in bills for line in one.lines]
        return entry(
            str(number),
            self._day(),
            str(Decimal(self.chance.randrange(1, 40)) / 4),
            project_id=f"w{self.chance.randrange(5)}",
            employee_id=self.chance.choice(("e0", "e1", "e2", "gone")),
            billable=self.chance.random() < 0.9,
            invoice_line_id=self.chance.choice((None, self.chance.choice(lines), "unknown line")),
        )

    def _approval(self) -> OutsideFact:
        day = self._day()
        label = self.chance.choice(("Port systems 0", *(f"CLD-UKI-{1000 + number}" for number in range(5))))
        week = f"{day.isocalendar().year}-W{day.isocalendar().week:02d}"
        value: dict[str, Any] = {"status": self.chance.choice(("approved", "approved", "submitted", "rejected"))}
        if self.chance.random() < 0.6:
            value["on"] = (day + timedelta(days=self.chance.randrange(-5, 40))).isoformat()
        stamp = datetime(day.year, day.month, day.day, self.chance.randrange(24), tzinfo=UTC) + timedelta(days=9)
        subject = f"{label}/{self.chance.choice(NAMES)}/{week}"
        return OutsideFact(FactKind.TIMESHEET, subject, value, self.chance.choice(("psa", "hr")), stamp)

    def _day(self) -> date:
        return TODAY - timedelta(days=self.chance.randrange(-3, 130))


def reference(drawn: Drawn, kept: tuple[OutsideFact, ...], held: frozenset[str], wanted: TimeToBill) -> list[Summary]:
    """By the policy, entry by entry."""
    dossier = Dossier.of(drawn.firm, Outside.of(kept), {})
    stretch = bounds(wanted)
    groups: dict[str, Tally] = defaultdict(Tally)
    for project in drawn.firm.projects:
        known = dossier.facts(project)
        for one in passages(project, known, held=project.id in held, since=stretch.since, today=TODAY):
            if one.entry.date <= stretch.until:
                groups[key(drawn.firm, project, one.entry, wanted.group_by)].add(one)
    return list(ordered(groups))


def bounds(wanted: TimeToBill) -> Stretch:
    first = TODAY.replace(day=1)
    for _ in range(wanted.months):
        first = (first - timedelta(days=1)).replace(day=1)
    return Stretch(wanted.since or first, min(wanted.until or TODAY, TODAY), TODAY)


def key(firm: Firm, project: Project, worked: TimeEntry, by: GroupBy) -> str:
    if by == "month":
        return f"{worked.date:%Y-%m}"
    if by == "project":
        return project.code or project.id
    if by == "customer":
        # As the portfolio counts it: of a project without a customer, its contract's.
        known = {one.id: one.customer_id for one in firm.contracts}
        owner = project.customer_id or next((known[id_] for id_ in project.contract_ids if id_ in known), None)
        return next((one.name for one in firm.customers if one.id == owner), NOBODY)
    return (project.practice if by == "practice" else project.region) or NOBODY


@pytest.mark.parametrize("seed", range(6))
async def test_the_database_s_sums_are_the_policy_s(desk: Desk, seed: int) -> None:
    drawn = Drawn(seed)
    async with desk.database.tenant(desk.actor.tenant) as connection:
        await facts.record(connection, desk.actor, drawn.facts)
        kept = await facts.newest(connection)
    mirror = Mirror(desk.database, desk.actor.tenant, SmallReader(drawn.firm), seconds=3600)
    counted = 0
    for by in GROUPS:
        for given in STRETCHES:
            wanted = TimeToBill.model_validate({"group_by": by, **given})
            found = await durations(mirror, wanted, TODAY)
            async with desk.database.tenant(desk.actor.tenant) as connection:
                held = await results.held(connection, [project.id for project in drawn.firm.projects])
            assert list(found.groups) == reference(drawn, kept, held, wanted), (by, given)
            counted += len(found.groups)
            assert {one.oldest.entry for one in found.groups if one.oldest} == found.records.keys()
            if found.whole:
                assert sum(one.open_hours for one in found.groups) == found.whole.open_hours
                assert set(found.whole.stages) | set(found.whole.open_stages) <= set(STAGES)
    assert counted > 20


async def test_a_change_of_time_invoice_approval_or_name_is_followed(desk: Desk) -> None:
    drawn = Drawn(77)
    wanted = TimeToBill(group_by="project", months=36)
    firm = drawn.firm
    changes = (
        {"time": firm.time[:100]},
        {"invoices": tuple(replace(one, state="paid", date=TODAY) for one in firm.invoices)},
        {"employees": tuple(replace(one, name=NAMES[1]) for one in firm.employees)},
        {"projects": tuple(replace(one, billing="timesheet") for one in firm.projects)},
        {"projects": firm.projects[:2]},
    )
    async with desk.database.tenant(desk.actor.tenant) as connection:
        await facts.record(connection, desk.actor, drawn.facts)
    for change in ({}, *changes):
        drawn.firm = replace(drawn.firm, **change)
        mirror = Mirror(desk.database, desk.actor.tenant, SmallReader(drawn.firm), seconds=0)
        await mirror.sync(whole=True)
        found = await durations(mirror, wanted, TODAY)
        async with desk.database.tenant(desk.actor.tenant) as connection:
            held = await results.held(connection, [project.id for project in drawn.firm.projects])
            kept = await facts.newest(connection)
        assert list(found.groups) == reference(drawn, kept, held, wanted), change


def test_months_are_parted_into_whole_and_cut() -> None:
    today = date(2026, 11, 23)
    whole, cut = parted(Stretch(date(2026, 8, 17), date(2026, 11, 23), today))
    assert whole == ("2026-09", "2026-11"), "this month is whole, as nothing after today counts"
    assert cut == [Stretch(date(2026, 8, 17), date(2026, 8, 31), today)]
    whole, cut = parted(Stretch(date(2026, 10, 3), date(2026, 10, 9), today))
    assert (whole, cut) == (None, [Stretch(date(2026, 10, 3), date(2026, 10, 9), today)])
    assert parted(Stretch(date(2026, 12, 1), today, today)) == (None, [])
