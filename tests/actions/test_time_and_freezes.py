"""What time and an administrator do: remind, escalate, expire, freeze. None of it ever allows anything."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from actions.decisions import decide
from actions.escalation import look_after_waiting
from actions.execution import Hands, execute, worker
from actions.freezing import freeze, thaw
from actions.proposals import propose
from domain.actions import Action, ActionState
from domain.actor import Role
from domain.errors import Conflict, ExecutionFrozen, InvalidInput, NotPermitted
from policies.engine import Policies
from store import actions, freezes
from store.database import Database
from tests.actions.conftest import People, _person, po_number
from tests.actions.ledger import LedgerErp
from tests.actions.test_decisions import events

pytestmark = pytest.mark.anyio


@pytest.fixture
def tom(owner: psycopg.Connection, people: People):
    return _person(owner, "northlight", "Tom", [Role.ADMINISTRATOR])


async def test_first_reminded_then_escalated_then_expired(
    database: Database,
    worker_database: Database,
    ledger: LedgerErp,
    policies: Policies,
    people: People,
    tom,
    owner: psycopg.Connection,
) -> None:
    times = policies.deadlines(["contract.set_po_number"])
    assert times.remind_after_days
    assert times.escalate_after_days
    ages = {
        "fresh": timedelta(0),
        "reminded": timedelta(days=times.remind_after_days, minutes=1),
        "escalated": timedelta(days=times.escalate_after_days, minutes=1),
        "expired": timedelta(days=times.days_to_decide, minutes=1),
    }
    made = {
        name: await propose(database, ledger, policies, people.priya, po_number(name), now=datetime.now(UTC) - age)
        for name, age in ages.items()
    }
    with pytest.raises(NotPermitted):
        await decide(database, policies, tom, made["escalated"].id, verdict="approve", digest=made["escalated"].digest)
    service = worker("northlight")
    assert await look_after_waiting(worker_database, "northlight", service) == 1
    assert await look_after_waiting(worker_database, "northlight", service) == 0
    told = {name: [e for e in events(owner, action) if "refused" not in e][1:] for name, action in made.items()}
    assert told == {
        "fresh": [],
        "reminded": ["action.reminded"],
        "escalated": ["action.reminded", "action.escalated"],
        "expired": ["action.expired"],
    }
    late = made["escalated"]
    done = await decide(database, policies, tom, late.id, verdict="approve", digest=late.digest)
    assert done.state is ActionState.APPROVED


async def test_who_may_freeze_what(database: Database, policies: Policies, people: People, tom) -> None:
    for actor in (people.ada, people.priya, tom.through_agent("run")):
        with pytest.raises(NotPermitted):
            await freeze(database, policies, actor, reason="Stop")
    for wrong in ({"reason": " "}, {"reason": "x", "action_type": "no.such"}):
        with pytest.raises(InvalidInput):
            await freeze(database, policies, tom, **wrong)
    await freeze(database, policies, tom, reason="Stop")
    with pytest.raises(Conflict):
        await freeze(database, policies, tom, reason="Stop again")
    await freeze(database, policies, tom, action_type="project.create", reason="This too")


@pytest.mark.parametrize(("what", "stops"), [(None, True), ("contract.set_po_number", True), ("project.create", False)])
async def test_what_is_approved_waits_for_the_thaw(
    database: Database,
    policies: Policies,
    people: People,
    tom,
    proposal: Action,
    hands: Hands,
    ledger: LedgerErp,
    what: str | None,
    stops: bool,
    owner: psycopg.Connection,
) -> None:
    await decide(database, policies, people.ada, proposal.id, verdict="approve", digest=proposal.digest)
    done = await freeze(database, policies, tom, action_type=what, reason="Suspicious")
    settled = await execute(hands, "northlight", proposal.id)
    assert settled.state is (ActionState.APPROVED if stops else ActionState.VERIFIED)
    assert ledger.writes() == ([] if stops else [proposal.id])
    # Not even the worker can thaw without an approved action that says so.
    with pytest.raises(psycopg.errors.CheckViolation):
        async with hands.database.tenant("northlight") as connection:
            await freezes.thaw(connection, done.freeze.id, proposal.id)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.tenant("northlight") as connection:
            await freezes.thaw(connection, done.freeze.id, proposal.id)
    owner.execute("alter table execution_freeze disable trigger guard_freeze")
    owner.execute("update execution_freeze set thaw = %s, thawed_at = now()", [proposal.id])
    assert (await execute(hands, "northlight", proposal.id)).state is ActionState.VERIFIED


async def test_a_thaw_takes_two_people_and_no_freeze_stops_it(
    database: Database, policies: Policies, people: People, tom, proposal: Action, hands: Hands, ledger: LedgerErp
) -> None:
    await decide(database, policies, people.ada, proposal.id, verdict="approve", digest=proposal.digest)
    done = await freeze(database, policies, tom, reason="Suspicious")
    now = datetime.now(UTC)
    with pytest.raises(NotPermitted):
        await thaw(database, policies, people.ada, done.freeze.id, reason="All right", now=now)
    asked = await thaw(database, policies, tom, done.freeze.id, reason="All right", now=now)
    assert [(c.label, c.before, c.after) for c in asked.changes] == [("State", "frozen", "thawed")]
    with pytest.raises(NotPermitted):
        await decide(database, policies, tom, asked.id, verdict="approve", digest=asked.digest)
    assert (await execute(hands, "northlight", proposal.id)).state is ActionState.APPROVED
    await decide(database, policies, people.marek, asked.id, verdict="approve", digest=asked.digest)
    assert (await execute(hands, "northlight", asked.id)).state is ActionState.VERIFIED
    async with database.tenant("northlight") as connection:
        assert await freezes.listing(connection) == ()
    assert (await execute(hands, "northlight", proposal.id)).state is ActionState.VERIFIED
    assert ledger.writes() == [proposal.id]
    with pytest.raises(Conflict):
        await thaw(database, policies, tom, done.freeze.id, reason="Again", now=now)


async def test_no_attempt_begins_after_a_freeze_commits(
    database: Database, policies: Policies, people: People, tom, hands: Hands, ledger: LedgerErp
) -> None:
    made = []
    for number in range(12):
        one = await propose(database, ledger, policies, people.priya, po_number(f"P-{number}"), now=datetime.now(UTC))
        made.append(await decide(database, policies, people.ada, one.id, verdict="approve", digest=one.digest))
    begun: dict[str, datetime] = {}

    async def begin(action: Action) -> None:
        await asyncio.sleep(0.01 * made.index(action))
        async with hands.database.tenant("northlight") as connection:
            await actions.begin_attempt(connection, action)
            await asyncio.sleep(0.03)
            (row,) = await (await connection.execute("select clock_timestamp() as at")).fetchall()
        begun[action.id] = row["at"]

    async def stop() -> tuple[str, ...]:
        await asyncio.sleep(0.06)
        done = await freeze(database, policies, tom, reason="Stop")
        return tuple(action.id for action in done.in_flight)

    results = await asyncio.gather(stop(), *[begin(action) for action in made], return_exceptions=True)
    assert not isinstance(results[0], BaseException), results[0]
    assert sum(isinstance(result, ExecutionFrozen) for result in results) == len(made) - len(begun)
    assert 0 < len(begun) < len(made)
    assert set(results[0]) == set(begun)  # whoever begins is listed, and nobody begins afterwards


async def test_the_database_itself_stops_what_forgets_to_ask(
    database: Database, policies: Policies, people: People, tom, proposal: Action, hands: Hands
) -> None:
    await decide(database, policies, people.ada, proposal.id, verdict="approve", digest=proposal.digest)
    await freeze(database, policies, tom, reason="Stop")
    with pytest.raises(psycopg.errors.CheckViolation, match="frozen"):
        async with hands.database.tenant("northlight") as connection:
            await connection.execute("update action set state = 'executing', attempt = attempt + 1")
