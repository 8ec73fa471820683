"""A person's last word: what follows from it is found out from the ERP, and nothing is undone or repeated unapproved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from actions.compensation import compensate
from actions.dead_letters import dead_letters
from actions.execution import Hands, execute, reconcile
from actions.proposals import propose
from actions.resolutions import replay, resolve
from domain.actions import Action, ActionState
from domain.errors import (
    Conflict,
    ErpUnavailable,
    InvalidInput,
    NotPermitted,
    NoWayBack,
    PolicyDenied,
    SegregationOfDuties,
    WrongState,
)
from store import actions, attempts
from store.database import Database
from tests.actions.conftest import AT_ONCE, People, countersigned, po_number
from tests.actions.ledger import LedgerErp
from tests.actions.test_decisions import events, jobs

pytestmark = pytest.mark.anyio
GIVEN_UP = replace(AT_ONCE, give_up=timedelta(0))


class Mute(LedgerErp):
    """An ERP that takes writes and never says what became of them."""

    async def settle(self, *_: object, **__: object) -> None:
        raise ErpUnavailable


@pytest.fixture
async def approved(hands: Hands, people: People, proposal: Action) -> Action:
    return await approve(hands, people, proposal)


async def approve(hands: Hands, people: People, action: Action) -> Action:
    return await countersigned(hands, people.ada, action)


async def failed(hands: Hands, approved: Action, ledger: LedgerErp) -> Action:
    ledger.faults = ["refuse"]
    return await execute(hands, "northlight", approved.id)


async def unknown(hands: Hands, approved: Action, ledger: LedgerErp, fault: str) -> Action:
    mute = Mute(ledger.url, [fault])
    return await execute(replace(hands, writer=mute, timing=GIVEN_UP), "northlight", approved.id)


async def now(hands: Hands, action: Action) -> Action:
    async with hands.database.tenant("northlight") as connection:
        return await actions.get(connection, action.id)


async def letters(database: Database) -> list[tuple[str, bool]]:
    async with database.tenant("northlight") as connection:
        return [(letter.action.id, letter.replayable) for letter in await dead_letters(connection)]


@pytest.mark.parametrize(
    ("fault", "verdict", "ends"),
    [
        ("no_answer", "took_effect", ActionState.VERIFIED),
        ("no_answer", "did_not", ActionState.VERIFIED),  # the ERP knows better
        ("unreachable", "took_effect", ActionState.DIVERGED),  # so that nobody's word alone counts
        ("unreachable", "did_not", ActionState.FAILED),
    ],
)
async def test_what_a_person_says_is_held_against_the_erp(
    fault: str,
    verdict: str,
    ends: ActionState,
    hands: Hands,
    people: People,
    approved: Action,
    ledger: LedgerErp,
    database: Database,
    owner: psycopg.Connection,
) -> None:
    assert (await unknown(hands, approved, ledger, fault)).state is ActionState.UNKNOWN
    assert await letters(database) == [(approved.id, False)]
    assert await reconcile(hands, "northlight") == []
    asked = (database, await hands.policies("northlight"), people.ada, approved.id)
    said = await resolve(*asked, verdict=verdict, reason="I looked.")
    assert said.state is ActionState.UNKNOWN
    assert jobs(owner)[-1] == ("execute_action", approved.id)
    with pytest.raises(Conflict):
        await resolve(*asked, verdict="did_not", reason="Or did I?")
    assert [action.state for action in await reconcile(hands, "northlight")] == [ends]
    assert "action.resolved" in events(owner, approved)
    assert ledger.writes() == ([approved.id] if fault == "no_answer" else [])


async def test_a_word_is_followed_while_the_erp_stays_silent(
    hands: Hands, people: People, approved: Action, ledger: LedgerErp, database: Database
) -> None:
    await unknown(hands, approved, ledger, "unreachable")
    await resolve(
        database, await hands.policies("northlight"), people.ada, approved.id, verdict="did_not", reason="I looked."
    )
    mute = replace(hands, writer=Mute(ledger.url))
    assert (await execute(mute, "northlight", approved.id)).state is ActionState.FAILED
    # The ERP never said that it holds nothing, so nobody has it tried again.
    with pytest.raises(WrongState, match="known to hold nothing"):
        await replay(database, await hands.policies("northlight"), people.ada, approved.id, reason="Try.")
    assert await letters(database) == [(approved.id, False)]


async def test_who_may_settle_and_what(
    hands: Hands,
    people: People,
    approved: Action,
    ledger: LedgerErp,
    database: Database,
    owner: psycopg.Connection,
) -> None:
    await failed(hands, approved, ledger)

    async def refused(error: type[Exception], who: Any, **word: str) -> None:
        with pytest.raises(error):
            await resolve(
                database,
                await hands.policies("northlight"),
                who,
                approved.id,
                **{"verdict": "accepted", "reason": "x", **word},
            )

    owner.execute("update person set roles = '{project_manager,approver}' where id = %s", [people.priya.person])
    await refused(SegregationOfDuties, people.priya)
    await refused(NotPermitted, people.finn)
    await refused(NotPermitted, people.ada.through_agent("run"))
    await refused(InvalidInput, people.ada, reason=" ")
    await refused(WrongState, people.ada, verdict="took_effect")
    assert events(owner, approved).count("action.decision_refused") == 4
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute(
            "insert into action_resolution (tenant, action, attempt, state, verdict, person, person_name, reason) "
            "select tenant, id, attempt, state, 'accepted', proposer, 'x', 'x' from action"
        )
    await resolve(
        database,
        await hands.policies("northlight"),
        people.ada,
        approved.id,
        verdict="accepted",
        reason="Not needed any more.",
    )
    assert await letters(database) == []
    assert (await now(hands, approved)).state is ActionState.FAILED


async def test_a_failed_action_is_tried_again_with_another_fence(
    hands: Hands, people: People, approved: Action, ledger: LedgerErp, database: Database, owner: psycopg.Connection
) -> None:
    await failed(hands, approved, ledger)
    assert await letters(database) == [(approved.id, True)]
    again = await replay(
        database, await hands.policies("northlight"), people.ada, approved.id, reason="The period is open now."
    )
    assert again.state is ActionState.APPROVED
    done = await execute(hands, "northlight", approved.id)
    assert (done.state, done.attempt) == (ActionState.VERIFIED, 2)
    assert ledger.writes() == [approved.id]
    assert "action.resolved" in events(owner, approved)
    with pytest.raises(WrongState):
        await replay(database, await hands.policies("northlight"), people.ada, approved.id, reason="Once more.")


async def test_attempts_in_vain_count_anew_after_a_person_has_it_tried_again(
    hands: Hands, people: People, approved: Action, ledger: LedgerErp, database: Database
) -> None:
    ledger.faults = ["unreachable"] * 3
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.FAILED
    await replay(
        database, await hands.policies("northlight"), people.ada, approved.id, reason="The network is repaired."
    )
    ledger.faults = ["unreachable"] * 2
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.VERIFIED
    assert ledger.writes() == [approved.id]


async def test_old_approvals_must_still_stand_and_nothing_like_it_be_under_way(
    hands: Hands, people: People, approved: Action, ledger: LedgerErp, database: Database, owner: psycopg.Connection
) -> None:
    await failed(hands, approved, ledger)
    asked = (database, await hands.policies("northlight"), people.vera, approved.id)
    owner.execute("update person set active = false where id = %s", [people.ada.person])
    with pytest.raises(PolicyDenied, match="Ada could not approve"):
        await replay(*asked, reason="Try.")
    owner.execute("update person set active = true where id = %s", [people.ada.person])
    await propose(
        database, ledger, await hands.policies("northlight"), people.priya, po_number(), now=datetime.now(UTC)
    )
    with pytest.raises(Conflict, match="under way"):
        await replay(*asked, reason="Try.")
    assert (await now(hands, approved)).state is ActionState.FAILED


async def test_a_divergence_is_accepted_by_a_person_with_a_reason(
    hands: Hands, people: People, approved: Action, ledger: LedgerErp, database: Database
) -> None:
    ledger.faults = ["write_something_else"]
    assert (await execute(hands, "northlight", approved.id)).state is ActionState.DIVERGED
    assert await letters(database) == [(approved.id, False)]
    await resolve(
        database,
        await hands.policies("northlight"),
        people.ada,
        approved.id,
        verdict="accepted",
        reason="The client's own form.",
    )
    assert await letters(database) == []
    async with database.tenant("northlight") as connection:
        (said,) = await attempts.resolutions(connection, approved.id)
    assert (said.person_name, said.reason) == ("Ada", "The client's own form.")


async def test_a_job_that_was_given_up_is_a_dead_letter(
    hands: Hands, approved: Action, database: Database, owner: psycopg.Connection
) -> None:
    assert await letters(database) == []
    owner.execute("update procrastinate_jobs set status = 'failed', attempts = 5 where task_name = 'execute_action'")
    owner.execute("update action set updated_at = now() - interval '1 hour'")
    async with database.tenant("northlight") as connection:
        (letter,) = await dead_letters(connection)
    assert (letter.action.id, letter.job_attempts) == (approved.id, 5)
    assert "given up after 5 tries" in letter.cause
    assert "tried again" in letter.next_step
    async with database.tenant("elsewhere") as connection:
        assert await dead_letters(connection) == ()


Undo = Callable[[Action], Awaitable[Action]]


@pytest.fixture
def undo(hands: Hands, people: People, ledger: LedgerErp) -> Undo:
    async def undone(action: Action) -> Action:
        return await compensate(
            hands.database,
            ledger,
            await hands.policies("northlight"),
            people.finn,
            action.id,
            "Wrong order",
            now=datetime.now(UTC),
        )

    return undone


async def test_the_way_back_is_an_action_with_its_own_approval(
    hands: Hands, people: People, approved: Action, ledger: LedgerErp, undo: Undo, owner: psycopg.Connection
) -> None:
    done = await execute(hands, "northlight", approved.id)
    undoing = await undo(done)
    assert (undoing.type, undoing.compensates) == ("contract.clear_po_number", done.id)
    assert undoing.state is ActionState.AWAITING_APPROVAL
    assert undoing.intent.origins["contract_id"].source is not None
    assert undoing.intent.origins["contract_id"].source.id == done.id
    assert (await undo(done)).id == undoing.id
    assert (await now(hands, done)).state is ActionState.VERIFIED
    await approve(hands, people, undoing)
    assert (await execute(hands, "northlight", undoing.id)).state is ActionState.VERIFIED
    assert (await now(hands, done)).state is ActionState.COMPENSATED
    assert events(owner, done)[-1] == "action.compensated"
    assert (await ledger.image("contract.set_po_number", {"contract_id": "7"})).fields == {"po_number": None}
    with pytest.raises(WrongState):
        await undo(done)


async def test_what_was_there_before_comes_back(hands: Hands, people: People, ledger: LedgerErp, undo: Undo) -> None:
    ledger.arrange("7", po_number="PO-OLD")
    action = await propose(
        hands.database, ledger, await hands.policies("northlight"), people.priya, po_number(), now=datetime.now(UTC)
    )
    done = await execute(hands, "northlight", (await approve(hands, people, action)).id)
    undoing = await undo(done)
    assert (undoing.type, undoing.intent.arguments["po_number"]) == ("contract.set_po_number", "PO-OLD")


async def test_nothing_is_undone_that_was_not_done_or_that_someone_changed_since(
    hands: Hands, people: People, approved: Action, ledger: LedgerErp, undo: Undo
) -> None:
    with pytest.raises(WrongState):
        await undo(approved)
    done = await execute(hands, "northlight", approved.id)
    ledger.arrange("7", po_number="PO-LATER")
    with pytest.raises(Conflict, match="PO-LATER"):
        await undo(done)
    ledger.arrange("7", po_number="PO-4711")
    undoing = await approve(hands, people, await undo(done))
    ledger.arrange("7", po_number="PO-LATER")
    assert (await execute(hands, "northlight", undoing.id)).state is ActionState.STALE
    assert (await now(hands, done)).state is ActionState.VERIFIED


async def test_a_first_tax_identifier_has_no_way_back(
    hands: Hands, people: People, ledger: LedgerErp, undo: Undo
) -> None:
    ledger.arrange("9", tax_identifier=None, invoice_address=None)
    wanted = {"customer_id": "9", "tax_identifier": {"type": "eu_vat", "code": "DE136695976"}}
    intent = replace(po_number(), action_type="customer.set_billing_identity", arguments=wanted)
    action = await propose(
        hands.database, ledger, await hands.policies("northlight"), people.priya, intent, now=datetime.now(UTC)
    )
    done = await execute(hands, "northlight", (await approve(hands, people, action)).id)
    assert done.state is ActionState.VERIFIED
    with pytest.raises(NoWayBack, match="no complete tax identifier before"):
        await undo(done)
