"""The worker writes what was approved, once, over the state it was approved on; whatever dies in between."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

import actions.execution as module
from actions.execution import Hands, Timing, execute, reconcile
from actions.proposals import propose
from domain.actions import Action, ActionState, Intent
from domain.errors import Conflict, ErpUnavailable, InvalidInput, NotFound
from tests.actions.conftest import AT_ONCE, People, countersigned, po_number
from tests.actions.ledger import Killed, LedgerErp
from tests.actions.test_decisions import events

pytestmark = pytest.mark.anyio


@pytest.fixture
async def approved(hands: Hands, people: People, proposal: Action) -> Action:
    return await countersigned(hands, people.ada, proposal)


async def test_an_approved_action_is_written_read_back_and_verified(
    hands: Hands, approved: Action, ledger: LedgerErp, owner: psycopg.Connection
) -> None:
    done = await execute(hands, "northlight", approved.id)
    assert done.state is ActionState.VERIFIED
    assert done.after is not None
    assert done.after.fields == {"po_number": "PO-4711"}
    assert done.record is not None
    assert (done.record.model, done.record.id) == ("record", "7")
    assert ledger.writes() == [approved.id]
    assert events(owner, approved)[2:] == ["action.executing", "action.executed", "action.verified"]
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.VERIFIED
    assert ledger.writes() == [approved.id]


async def test_nothing_unapproved_is_executed(hands: Hands, proposal: Action, ledger: LedgerErp) -> None:
    assert (await execute(hands, "northlight", proposal.id)).state is ActionState.AWAITING_APPROVAL
    assert ledger.writes() == []
    with pytest.raises(NotFound):
        await execute(hands, "elsewhere", proposal.id)


@pytest.mark.parametrize("fault", ["die_before", "die_after", "unreachable", "no_answer"])
async def test_a_write_whose_end_is_unknown_happens_once(
    fault: str, hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    ledger.faults = [fault]
    patient = replace(hands, timing=Timing())
    with suppress(Killed):
        await execute(patient, "northlight", approved.id)
    for _ in range(3):  # while the attempt may still take effect, nobody looks and nobody writes
        assert (await execute(patient, "northlight", approved.id)).state is ActionState.EXECUTING
    written = ledger.writes()
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.VERIFIED
    assert ledger.writes() == [approved.id]
    assert written == ([approved.id] if fault in {"die_after", "no_answer"} else [])


@pytest.mark.parametrize("fault", ["die_before", "die_after"])
async def test_a_worker_killed_by_the_system_loses_and_doubles_nothing(
    fault: str, hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    worker = [sys.executable, "-m", "tests.actions.doomed_worker", hands.database.url, ledger.url, approved.id, fault]
    process = await asyncio.create_subprocess_exec(*worker)
    assert await process.wait() == -signal.SIGKILL
    assert ledger.writes() == ([approved.id] if fault == "die_after" else [])
    assert (await execute(replace(hands, timing=Timing()), "northlight", approved.id)).state is ActionState.EXECUTING
    assert [a.state for a in await reconcile(hands, "northlight")] == [ActionState.VERIFIED]
    assert ledger.writes() == [approved.id]


async def test_without_a_stable_reference_the_same_crash_would_write_twice(
    hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    """The control: this harness can see a duplicate."""

    class Forgetful(LedgerErp):
        async def settle(self, *_: object, **__: object) -> None:
            return None

        async def write(self, *args: object, **named: object) -> object:
            now = await self.image("contract.set_po_number", {"contract_id": "7"})
            return await super().write(*args, **{**named, "reference": str(uuid4()), "versions": now.versions})

    blind = replace(hands, writer=Forgetful(ledger.url, ["die_after"]))
    with pytest.raises(Killed):
        await execute(blind, "northlight", approved.id)
    # The stale check would catch it too; so look only at what the reference is there for.
    assert (await execute(blind, "northlight", approved.id)).state is ActionState.STALE
    deadline = datetime.now(UTC) + timedelta(minutes=1)
    await blind.writer.write(
        "contract.set_po_number",
        approved.intent.arguments,
        reference=approved.id,
        versions={},
        attempt=2,
        deadline=deadline,
    )
    assert len(ledger.writes()) == 2


async def test_several_workers_at_once_write_once(hands: Hands, approved: Action, ledger: LedgerErp) -> None:
    patient = replace(hands, timing=Timing())
    results = await asyncio.gather(
        *(execute(patient, "northlight", approved.id) for _ in range(6)), return_exceptions=True
    )
    assert not [result for result in results if isinstance(result, BaseException)]
    assert ledger.writes() == [approved.id]
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.VERIFIED


@pytest.mark.parametrize("point", ["begin_attempt", "write", "executed", "verify"])
async def test_killed_at_any_step_it_ends_verified_with_one_write(
    point: str, hands: Hands, approved: Action, ledger: LedgerErp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object, **__: object) -> None:
        raise Killed

    places = {
        "begin_attempt": (module.actions, "begin_attempt"),
        "write": (module, "_write"),
        "executed": (module, "move"),
        "verify": (module, "differences"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*places[point], killed if point != "verify" else lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            await execute(hands, "northlight", approved.id)
    await reconcile(hands, "northlight")
    done = await execute(hands, "northlight", approved.id)
    assert done.state is ActionState.VERIFIED
    assert ledger.writes() == [approved.id]


async def test_what_changed_in_the_erp_goes_back_to_people(hands: Hands, approved: Action, ledger: LedgerErp) -> None:
    ledger.arrange("7", po_number="PO-OTHER")
    stale = await execute(hands, "northlight", approved.id)
    assert stale.state is ActionState.STALE
    assert "PO-OTHER" in stale.problem
    assert ledger.writes() == []


async def test_a_record_touched_elsewhere_goes_back_to_people_too(
    hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    ledger.arrange("7", customer="Acme Holding")
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.STALE
    assert ledger.writes() == []


async def test_what_the_erp_refuses_is_failed_and_what_it_garbles_diverged(
    hands: Hands, people: People, approved: Action, ledger: LedgerErp
) -> None:
    ledger.faults = ["refuse"]
    failed = await execute(hands, "northlight", approved.id)
    assert (failed.state, failed.problem) == (ActionState.FAILED, "The ERP says no.")
    again = await propose(
        hands.database, ledger, await hands.policies("northlight"), people.priya, po_number(), now=datetime.now(UTC)
    )
    await countersigned(hands, people.ada, again)
    ledger.faults = ["write_something_else"]
    diverged = await execute(hands, "northlight", again.id)
    assert diverged.state is ActionState.DIVERGED
    assert "something else" in diverged.problem


async def test_an_erp_that_never_answers_ends_with_a_person(hands: Hands, approved: Action, ledger: LedgerErp) -> None:
    ledger.faults = ["unreachable"] * 10
    failed = await execute(hands, "northlight", approved.id)
    assert (failed.state, failed.attempt) == (ActionState.FAILED, 3)
    assert "none any more" in failed.problem
    assert ledger.writes() == []


LOST = [(who, change) for who in ("ada", "priya") for change in ("active = false", "roles = '{auditor}'")]


@pytest.mark.parametrize("lost", LOST)
async def test_rights_lost_since_the_approval_stop_the_write(
    lost: tuple[str, str], hands: Hands, people: People, approved: Action, owner: psycopg.Connection
) -> None:
    who, change = lost
    owner.execute(f"update person set {change} where id = %s", [getattr(people, who).person])
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.DENIED


async def test_an_action_changed_behind_our_back_is_not_written(
    hands: Hands, approved: Action, ledger: LedgerErp, owner: psycopg.Connection
) -> None:
    owner.execute("set session_replication_role = replica")
    owner.execute("""update action set intent = jsonb_set(intent, '{arguments,po_number}', '"PO-6666"')""")
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.DENIED
    assert ledger.writes() == []


async def test_an_unreachable_erp_leaves_the_action_to_a_later_worker(
    hands: Hands, approved: Action, ledger: LedgerErp
) -> None:
    class Away(LedgerErp):
        async def image(self, *_: object) -> None:
            raise ErpUnavailable

    with pytest.raises(ErpUnavailable):
        await execute(replace(hands, reader=Away(ledger.url)), "northlight", approved.id)
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.VERIFIED


async def test_a_write_that_hangs_is_given_up_and_looked_up(hands: Hands, approved: Action, ledger: LedgerErp) -> None:
    class Slow(LedgerErp):
        async def write(self, *_: object, **__: object) -> None:
            await asyncio.sleep(60)

    hasty = replace(hands, writer=Slow(ledger.url), timing=Timing(timedelta(milliseconds=50), timedelta(hours=1)))
    assert (await execute(hasty, "northlight", approved.id)).state is ActionState.EXECUTING
    assert (await execute(replace(hands, timing=AT_ONCE), "northlight", approved.id)).state is ActionState.VERIFIED


async def test_what_cannot_be_proposed(hands: Hands, people: People, ledger: LedgerErp) -> None:
    async def wrong(intent: Intent) -> None:
        await propose(
            hands.database, ledger, await hands.policies("northlight"), people.priya, intent, now=datetime.now(UTC)
        )

    with pytest.raises(InvalidInput, match="no action type"):
        await wrong(Intent("erp.delete_everything", {}, "x"))
    with pytest.raises(InvalidInput, match="po_number"):
        await wrong(Intent("contract.set_po_number", {"contract_id": "7"}, "x"))
    with pytest.raises(InvalidInput, match="extra"):
        await wrong(Intent("contract.set_po_number", {"contract_id": "7", "po_number": "1", "extra": 1}, "x"))
    with pytest.raises(InvalidInput, match="nothing"):
        await wrong(Intent("customer.set_billing_identity", {"customer_id": "7"}, "x"))
    with pytest.raises(NotFound):
        await wrong(Intent("contract.set_po_number", {"contract_id": "8", "po_number": "1"}, "x"))
    ledger.arrange("7", po_number="PO-1")
    with pytest.raises(Conflict):
        await wrong(po_number("PO-1"))
