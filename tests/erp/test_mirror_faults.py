"""What the mirror does when the ERP is down, slow, closed to us or changing: it says so, and never forgets what it knew."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from domain.actor import Actor, Role
from domain.errors import ErpDoubtful, ErpRefused, ErpUnavailable, NotFound
from domain.facts import FactKind
from domain.findings import Verdict
from domain.records import Firm
from erp import mirror as erp_mirror
from erp import patience
from erp.mirror import Mirror
from erp.past import PastMirror
from erp.reader import Changes, Head, Page, ReadsWhole
from store import cited, facts, results
from store import mirror as kept
from store.database import Database
from tests.unit.prerequisites.records import CONTRACT, CUSTOMER, ENTRIES, PROJECT, TODAY, Small, entry, fact
from tools.evaluating import evaluate, up_to_date

pytestmark = pytest.mark.anyio
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FINN = Actor("northlight", "11111111-1111-1111-1111-111111111111", "Finn", frozenset({Role.FINANCE}))


class Erp(ReadsWhole):
    """A small firm that can be spoilt, away, slow, or only tell what changed."""

    system = "tryton"

    def __init__(self) -> None:
        self.small: Firm = Small().firm()
        self.fault: Exception | None = None
        self.slow = 0.0
        self.readings = 0
        self.tell: Changes | None = None

    async def firm(self) -> Firm:
        self.readings += 1
        await asyncio.sleep(self.slow)
        if self.fault:
            raise self.fault
        return self.small

    async def changes(self, mark: Any, known: kept.Rows) -> Changes | None:
        return self.tell

    async def around(self, project_id: str) -> Page | None:
        firm = await self.firm()
        there = [p for p in firm.projects if p.id == project_id]
        return Page([*there, *(e for e in firm.time if e.project_id == project_id)])


class World:
    def __init__(self, database: Database) -> None:
        self.erp, self.database, self.now = Erp(), database, START
        self.written: datetime | None = None
        self.mirror = Mirror(database, "northlight", self.erp, last_write=self._last_write, clock=lambda: self.now)

    async def _last_write(self) -> datetime | None:
        return self.written

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def verdicts(self, project: str = "w1", month: str = "") -> dict[str, Verdict]:
        await evaluate(self.database, "northlight", TODAY, month)
        async with self.database.tenant("northlight") as connection:
            found = await results.one(connection, project, month)
        return {finding.rule: finding.verdict for finding in found.findings} if found else {}

    async def report(self, kind: FactKind, subject: str, **value: Any) -> None:
        async with self.database.tenant("northlight") as connection:
            await facts.record(connection, FINN, [replace(fact(kind, subject, **value), reported_at=self.now)])

    async def judged(self) -> int:
        return (await evaluate(self.database, "northlight", TODAY)).judged


@pytest.fixture
def world(database: Database, owner: psycopg.Connection) -> World:
    owner.execute("insert into tenant (id, name, base_currency) values ('northlight', 'Northlight', 'EUR')")
    return World(database)


async def test_a_reading_is_used_again_until_it_is_old_or_overtaken_by_a_write(world: World) -> None:
    first = await world.mirror.get()
    assert (first.fetched_at, world.erp.readings) == (START, 1)
    world.later(30)
    assert (await world.mirror.get()).fetched_at == START
    world.written = START + timedelta(seconds=10)
    assert (await world.mirror.get()).fetched_at == START + timedelta(seconds=30)
    world.later(61)
    assert (await world.mirror.get()).fetched_at == world.now
    world.later(1)
    assert (await world.mirror.get(fresh=True)).time == first.time
    assert world.erp.readings == 4


async def test_another_process_uses_what_this_one_read(world: World) -> None:
    await world.mirror.sync()
    other = Mirror(world.database, "northlight", world.erp, clock=lambda: world.now)
    assert (await other.get()).projects == (await world.mirror.get()).projects
    assert world.erp.readings == 1


async def test_an_erp_that_is_down_is_told_and_the_last_facts_stay(world: World) -> None:
    world.erp.fault = ErpUnavailable("Tryton cannot be reached (ConnectError).")
    with pytest.raises(ErpUnavailable):
        await world.mirror.get()
    world.erp.fault = None
    await world.mirror.get()
    world.later(61)
    world.erp.fault = ErpUnavailable("Tryton cannot be reached (ConnectError).")
    stale = await world.mirror.get()
    assert stale.fetched_at == START
    assert stale.projects
    assert "could not be read since" in stale.warnings[0]
    assert "ConnectError" in stale.warnings[0]
    readings = world.erp.readings
    await world.mirror.masters()
    assert world.erp.readings == readings, "nobody waits for an ERP that failed a moment ago"
    with pytest.raises(ErpUnavailable):
        await world.mirror.get(fresh=True)
    world.erp.fault = None
    assert (await world.mirror.get(fresh=True)).warnings == ()


async def test_a_table_that_we_may_not_read_is_told_and_nothing_is_taken_for_missing(world: World) -> None:
    await world.mirror.get()
    world.later(61)
    world.erp.fault = ErpRefused("Tryton does not let this account call model.sale.sale.search_read.")
    world.erp.small = replace(world.erp.small, contracts=())
    stale = await world.mirror.get()
    assert [c.id for c in stale.contracts] == ["k1"]
    assert "sale.sale" in stale.warnings[0]


async def test_nobody_waits_long_for_a_slow_erp(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.mirror.get()
    monkeypatch.setattr(erp_mirror, "PATIENCE", 0.05)
    world.erp.slow = 5.0
    world.later(61)
    async with asyncio.timeout(3):
        stale = await world.mirror.get()
    assert stale.fetched_at == START
    assert "did not answer" in stale.warnings[0]


async def test_a_reading_on_demand_ends_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.mirror.get()
    monkeypatch.setattr(patience, "SECONDS", 0.05)
    world.erp.slow = 5.0
    world.later(1)
    async with asyncio.timeout(3):
        for reading in (world.mirror.reread("w1"), world.mirror.masters(fresh=True)):
            with pytest.raises(ErpUnavailable, match="did not answer"):
                await reading
    assert (await world.mirror.get()).projects, "the last facts stay"


async def test_a_reading_that_breaks_half_way_changes_nothing(world: World) -> None:
    await world.mirror.get()
    world.later(61)

    async def torn(take: Any) -> Head:
        await take(Page([replace(PROJECT, name="Half read")]))
        raise ErpUnavailable("Gone in the middle.")

    world.erp.whole = torn  # type: ignore[method-assign]
    assert (await world.mirror.get()).projects[0].name == PROJECT.name


MANY = tuple(entry(f"m{number}", date(2026, 10, 5)) for number in range(40))


async def test_much_that_is_gone_at_once_is_doubted_for_a_day(world: World) -> None:
    """A rule of the ERP that hides rows tells the account nothing of it."""
    world.erp.small = replace(world.erp.small, time=MANY)
    assert len((await world.mirror.get()).time) == 40
    world.erp.small = replace(world.erp.small, time=MANY[:20])
    world.later(61)
    stale = await world.mirror.get()
    assert (len(stale.time), stale.fetched_at) == (40, START)
    assert "no longer shows 20 of 40 time entries" in stale.warnings[0]
    assert "believed from 2026-11-24 09:01 UTC" in stale.warnings[0]
    with pytest.raises(ErpDoubtful):
        await world.mirror.get(fresh=True)
    world.erp.fault = ErpUnavailable("Tryton cannot be reached (ConnectError).")
    world.later(3600)
    await world.mirror.get()
    world.erp.fault = None
    world.later(22 * 3600)
    assert len((await world.mirror.get()).time) == 40
    world.later(3600)
    believed = await world.mirror.get()
    assert (len(believed.time), believed.warnings) == (20, ())


async def test_a_doubt_ends_when_all_is_there_again(world: World) -> None:
    world.erp.small = replace(world.erp.small, time=MANY)
    await world.mirror.get()
    for hours in (1, 20, 2):
        world.erp.small = replace(world.erp.small, time=MANY[:20])
        world.later(hours * 3600)
        with pytest.raises(ErpDoubtful):
            await world.mirror.get(fresh=True)
        world.erp.small = replace(world.erp.small, time=MANY)
        world.later(61)
        assert (await world.mirror.get(fresh=True)).warnings == ()


async def test_what_is_entered_anew_or_little_is_not_doubted(world: World) -> None:
    world.erp.small = replace(world.erp.small, time=MANY)
    await world.mirror.get()
    anew = tuple(replace(one, id=f"n{one.id}") for one in MANY[:35])
    world.erp.small = replace(world.erp.small, time=anew)
    world.later(61)
    assert {one.id for one in (await world.mirror.get()).time} == {one.id for one in anew}
    world.erp.small = replace(world.erp.small, time=anew[:-9])
    world.later(61)
    assert len((await world.mirror.get()).time) == 26


async def test_what_changed_is_doubted_too_and_a_project_read_anew(world: World) -> None:
    world.erp.small = replace(world.erp.small, time=MANY)
    await world.mirror.get()
    world.erp.tell = Changes(Head("Small", "EUR"), Page(()), [("time", one.id) for one in MANY[:12]])
    world.later(61)
    assert len((await world.mirror.get()).time) == 40
    with pytest.raises(ErpDoubtful, match="12 of 40 time entries"):
        await world.mirror.reread("w1")
    world.erp.tell = Changes(Head("Small", "EUR"), Page(()))
    await world.mirror.get(fresh=True)
    world.erp.small = replace(world.erp.small, time=MANY[:12])
    with pytest.raises(ErpDoubtful, match="28 of 40 time entries"):
        await world.mirror.reread("w1")
    assert len((await world.mirror.get()).time) == 40


async def test_what_a_record_said_before_stays(world: World) -> None:
    await world.mirror.sync()
    world.later(100)
    world.erp.small = replace(
        world.erp.small, contracts=(replace(CONTRACT, po_number="PO-78"),), time=world.erp.small.time[1:]
    )
    assert (await world.mirror.sync()).changed == 2
    async with world.database.tenant("northlight") as connection:
        (before,) = await cited.before(connection, "contract", "k1")
        (gone,) = await cited.before(connection, "time", ENTRIES[0].id)
    assert (before.body["po_number"], before.until) == ("PO-77", world.now)
    assert (Decimal(gone.body["hours"]), gone.until) == (ENTRIES[0].hours, world.now)
    then, today = await PastMirror(world.mirror, START + timedelta(seconds=50)).get(), await world.mirror.get()
    assert (then.contracts[0].po_number, today.contracts[0].po_number) == ("PO-77", "PO-78")
    assert {one.id for one in then.time} - {one.id for one in today.time} == {ENTRIES[0].id}
    assert (then.customers, then.fetched_at) == (today.customers, START + timedelta(seconds=50))
    with pytest.raises(NotFound, match="kept since"):
        await PastMirror(world.mirror, START - timedelta(seconds=1)).get()


async def test_only_those_are_judged_whose_facts_changed(world: World) -> None:
    second = replace(PROJECT, id="w2", code="CLD-UKI-1002", contract_ids=("k2",), customer_id="c2", name="Other")
    world.erp.small = replace(
        world.erp.small,
        projects=(PROJECT, second),
        contracts=(CONTRACT, replace(CONTRACT, id="k2", number="S-1002", customer_id="c2", price_list_id=None)),
        customers=(CUSTOMER, replace(CUSTOMER, id="c2", code="C2", name="Other plc")),
    )
    await world.mirror.sync()
    assert await world.judged() == 2
    assert await world.judged() == 0
    for changed in (
        {"time": (*ENTRIES, entry("x1", date(2026, 11, 4)))},
        {"contracts": (replace(CONTRACT, po_number=None), world.erp.small.contracts[1])},
        {"customers": (replace(CUSTOMER, billing_emails=()), world.erp.small.customers[1])},
        {"price_lists": (replace(world.erp.small.price_lists[0], name="Other rates"),)},
    ):
        world.later(100)
        world.erp.small = replace(world.erp.small, **changed)
        await world.mirror.sync()
        assert await world.judged() == 1, changed
    await world.report(FactKind.BILLING_HOLD, "CLD-UKI-1002", held=True)
    assert await world.judged() == 1
    assert (await world.verdicts("w2"))["billing.hold"] is Verdict.FAIL
    assert (await world.verdicts("w1"))["customer.billing_contact_missing"] is Verdict.FAIL
    await world.report(FactKind.BILLING_HOLD, "Somebody else", held=True)
    assert await world.judged() == 2, "a report that names nobody known is looked at with everyone"


async def test_kept_answers_are_those_of_the_whole_firm_at_once(world: World) -> None:
    for report in Small().facts:
        async with world.database.tenant("northlight") as connection:
            await facts.record(connection, FINN, [report])
    await world.mirror.sync()
    for month in ("", "2026-10"):
        await evaluate(world.database, "northlight", TODAY, month)
        async with world.database.tenant("northlight") as connection:
            found = await results.one(connection, "w1", month)
        assert found is not None
        live = Small().answer(month or None)
        assert (found.status, found.unbilled, found.ready) == (live.status, live.unbilled, live.ready)
        assert [(f.rule, f.verdict, f.amount, f.reason) for f in found.findings] == [
            (f.rule, f.verdict, f.amount, f.reason) for f in live.findings
        ]


async def test_a_verdict_of_the_past_is_shown_as_it_was(world: World) -> None:
    await world.mirror.sync()
    before = await world.verdicts()
    between = datetime.now(UTC)
    await world.report(FactKind.BILLING_HOLD, "CLD-UKI-1001", held=True)
    assert (await world.verdicts())["billing.hold"] is Verdict.FAIL
    async with world.database.tenant("northlight") as connection:
        then = await results.one_at(connection, "w1", "", between)
        history = await results.history(connection, "w1", "")
        never = await results.one_at(connection, "w1", "", START - timedelta(days=900))
    assert then is not None
    assert {f.rule: f.verdict for f in then.readiness.findings} == before
    assert [one.until is None for one in history] == [True, False]
    assert never is None


async def test_one_project_is_read_anew_on_demand(world: World) -> None:
    await world.mirror.sync()
    await world.verdicts()
    world.erp.small = replace(world.erp.small, projects=(replace(PROJECT, name="New name"),), time=ENTRIES[1:])
    world.later(5)
    await world.mirror.reread("w1")
    firm = await world.mirror.get()
    assert firm.projects[0].name == "New name"
    assert ENTRIES[0].id not in {found.id for found in firm.time}
    assert await world.judged() == 1
    world.erp.small = replace(world.erp.small, projects=(), time=())
    with pytest.raises(NotFound):
        await world.mirror.reread("w1")
    await world.judged()
    assert await world.verdicts() == {}


async def test_a_new_day_judges_everyone_again(world: World) -> None:
    await up_to_date(world.mirror, TODAY)
    assert await world.judged() == 0
    assert (await evaluate(world.database, "northlight", TODAY + timedelta(days=1))).judged == 1
