"""Who may countersign, on what they saw, once, and in one order of events."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from actions.decisions import decide, withdraw
from actions.escalation import expire
from actions.execution import worker
from actions.proposals import propose, signed_digest
from domain.actions import Action, ActionState, Intent, Origin
from domain.actor import Actor
from domain.errors import (
    Conflict,
    DigestMismatch,
    IntegrityBroken,
    InvalidInput,
    NotFound,
    NotPermitted,
    OverLimit,
    ReauthenticationNeeded,
    SegregationOfDuties,
    WrongState,
)
from domain.money import Money
from domain.source import Evidence, Source
from policies.engine import Policies
from store import actions
from store.database import Database
from tests.actions.conftest import People, po_number
from tests.actions.ledger import LedgerErp

pytestmark = pytest.mark.anyio


def events(owner: psycopg.Connection, action: Action) -> list[str]:
    rows = owner.execute("select event from audit_entry where subject = %s order by id", [f"action:{action.id}"])
    return [event for (event,) in rows]


def jobs(owner: psycopg.Connection) -> list[tuple[str, str]]:
    rows = owner.execute("select task_name, args ->> 'action_id' from procrastinate_jobs order by id")
    return [tuple(row) for row in rows]


async def test_an_approval_hands_the_action_to_a_worker(
    database: Database, policies: Policies, people: People, proposal: Action, owner: psycopg.Connection
) -> None:
    assert proposal.state is ActionState.AWAITING_APPROVAL
    assert [(c.label, c.before, c.after) for c in proposal.changes] == [("PO number", None, "PO-4711")]
    approved = await decide(
        database, policies, people.ada, proposal.id, verdict="approve", digest=proposal.digest, reason="matches the PO"
    )
    assert approved.state is ActionState.APPROVED
    assert [(d.person_name, d.verdict, d.step) for d in approved.decisions] == [("Ada", "approve", 0)]
    assert events(owner, proposal) == ["action.proposed", "action.approved"]
    assert jobs(owner) == [("execute_action", proposal.id)]


async def test_grounds_survive_the_database_and_are_signed_too(
    database: Database, ledger: LedgerErp, policies: Policies, people: People
) -> None:
    source = Source("tryton", "sale.sale", "7", "1732.000001", datetime(2026, 11, 1, 9, 0, 0, 5, tzinfo=UTC), "S-7")
    quote = Evidence(3, "PO number: PO-4711", 10, 28, ((72.0, 700.5, 200.25, 712.1),), "doc-1")
    intent = replace(
        po_number(), reasons=("the SOW states it",), origins={"po_number": Origin("document", source, (quote,))}
    )
    made = await propose(database, ledger, policies, people.priya, intent, now=datetime.now(UTC))
    assert made.intent.origins == intent.origins
    assert signed_digest(made) == made.digest
    await decide(database, policies, people.ada, made.id, verdict="approve", digest=made.digest)


async def test_a_rejection_needs_a_reason_and_ends_it(
    database: Database, policies: Policies, people: People, proposal: Action, owner: psycopg.Connection
) -> None:
    with pytest.raises(InvalidInput):
        await decide(database, policies, people.ada, proposal.id, verdict="reject", digest=proposal.digest, reason=" ")
    rejected = await decide(
        database, policies, people.ada, proposal.id, verdict="reject", digest=proposal.digest, reason="wrong number"
    )
    assert (rejected.state, rejected.problem) == (ActionState.REJECTED, "wrong number")
    assert jobs(owner) == [("action_settled", proposal.id)]
    with pytest.raises(WrongState):
        await decide(database, policies, people.marek, proposal.id, verdict="approve", digest=proposal.digest)


async def refused(database: Database, policies: Policies, actor: Actor, action: Action, **changed: str) -> Exception:
    wanted = {"verdict": "approve", "digest": action.digest, **changed}
    with pytest.raises((NotPermitted, Conflict, NotFound, InvalidInput)) as caught:
        await decide(database, policies, actor, action.id, **wanted)
    return caught.value


async def test_who_may_not_decide(
    database: Database, policies: Policies, people: People, proposal: Action, owner: psycopg.Connection
) -> None:
    for actor in (people.priya, people.finn, people.ines):
        assert type(await refused(database, policies, actor, proposal)) in {NotPermitted, SegregationOfDuties}
    assert isinstance(await refused(database, policies, people.ada.through_agent("run-1"), proposal), NotPermitted)
    assert isinstance(await refused(database, policies, worker("northlight"), proposal), NotPermitted)
    assert isinstance(await refused(database, policies, people.stranger, proposal), NotFound)
    assert isinstance(await refused(database, policies, people.ada, proposal, digest="0" * 64), DigestMismatch)
    assert isinstance(await refused(database, policies, people.ada, proposal, verdict="yes"), InvalidInput)
    assert events(owner, proposal) == ["action.proposed", *["action.decision_refused"] * 6]
    assert jobs(owner) == []


async def test_nobody_approves_their_own_proposal_whatever_their_roles(
    database: Database, ledger: LedgerErp, policies: Policies, people: People
) -> None:
    for actor in (people.vera, people.vera.through_agent("run-1")):
        intent = replace(po_number(actor.agent_run or "A"), origins={"po_number": Origin("person")})
        action = await propose(database, ledger, policies, actor, intent, now=datetime.now(UTC))
        assert isinstance(await refused(database, policies, people.vera, action), SegregationOfDuties)


async def test_rights_count_as_they_are_now_not_as_at_sign_in(
    database: Database, policies: Policies, people: People, proposal: Action, owner: psycopg.Connection
) -> None:
    owner.execute("update person set active = false where id = %s", [people.ada.person])
    assert isinstance(await refused(database, policies, people.ada, proposal), NotPermitted)


async def test_an_identical_proposal_is_not_made_twice(
    database: Database, ledger: LedgerErp, policies: Policies, people: People, owner: psycopg.Connection
) -> None:
    asked = [
        propose(database, ledger, policies, person, po_number(), now=datetime.now(UTC))
        for person in (people.priya, people.finn) * 3
    ]
    made = await asyncio.gather(*asked)
    assert len({action.id for action in made}) == 1
    assert sorted(events(owner, made[0])) == ["action.proposed", *["action.proposed_again"] * 5]


async def test_two_decisions_at_once_come_out_in_one_order(
    database: Database, policies: Policies, people: People, proposal: Action, owner: psycopg.Connection
) -> None:
    asked = [
        decide(database, policies, person, proposal.id, verdict=verdict, digest=proposal.digest, reason="r")
        for person, verdict in ((people.ada, "approve"), (people.marek, "reject"), (people.vera, "approve")) * 2
    ]
    results = await asyncio.gather(*asked, return_exceptions=True)
    # Whoever came first sent it twice: the second time is answered with what is.
    assert sum(isinstance(result, Action) for result in results) == 2
    assert sum(isinstance(result, WrongState) for result in results) == 4
    async with database.tenant("northlight") as connection:
        settled = await actions.get(connection, proposal.id)
    assert len(settled.decisions) == 1
    assert len(jobs(owner)) == 1


async def test_a_withdrawal_is_the_proposers_own(
    database: Database, policies: Policies, people: People, proposal: Action
) -> None:
    with pytest.raises(NotPermitted):
        await withdraw(database, policies, people.finn, proposal.id)
    gone = await withdraw(database, policies, people.priya, proposal.id, "typing error")
    assert (gone.state, gone.problem) == (ActionState.WITHDRAWN, "typing error")


async def test_silence_never_approves(
    database: Database, ledger: LedgerErp, policies: Policies, people: People
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=policies.days_to_decide, minutes=1)
    action = await propose(database, ledger, policies, people.priya, po_number(), now=long_ago)
    assert isinstance(await refused(database, policies, people.ada, action), WrongState)
    assert await expire(database, "northlight", worker("northlight")) == 1
    async with database.tenant("northlight") as connection:
        assert (await actions.get(connection, action.id)).state is ActionState.EXPIRED


async def test_a_proposal_changed_behind_our_back_is_refused(
    database: Database, policies: Policies, people: People, proposal: Action, owner: psycopg.Connection
) -> None:
    owner.execute("set session_replication_role = replica")
    owner.execute("""update action set intent = jsonb_set(intent, '{arguments,po_number}', '"PO-6666"')""")
    with pytest.raises(IntegrityBroken):
        await decide(database, policies, people.ada, proposal.id, verdict="approve", digest=proposal.digest)


async def test_the_database_itself_keeps_the_rules(database: Database, people: People, proposal: Action) -> None:
    forbidden = [
        "update action set state = 'approved'",
        "update action set state = 'executed'",
        (
            "insert into action_decision (tenant, action, person, person_name, verdict, digest, step) "
            "select tenant, id, proposer, 'x', 'approve', digest, 0 from action"
        ),
        (
            "insert into action_decision (tenant, action, person, person_name, verdict, digest, step) "
            "select tenant, id, 'someone', 'x', 'approve', repeat('0', 64), 0 from action"
        ),
        "update action set verdict = '{}'",
        "delete from action",
        "delete from action_decision",
        "update action_decision set verdict = 'reject'",
    ]
    for statement in forbidden:
        with pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.InsufficientPrivilege)):
            async with database.tenant("northlight") as connection:
                await connection.execute(statement)


@pytest.mark.parametrize("amount", ["20000.00", "120000.00"])
async def test_amounts_meet_limits(policies: Policies, people: People, proposal: Action, amount: str) -> None:
    intent = Intent("invoice.create_draft", {}, "bill", amount=Money(Decimal(amount), "EUR"))
    invoice = replace(proposal, intent=intent, verdict=policies.judge(intent, people.priya))
    refusal = policies.may_decide(people.marek, invoice)
    assert (refusal.allowed, refusal.code) == (False, OverLimit.code)
    assert policies.may_decide(people.ada, invoice).allowed


async def test_the_workers_role_cannot_decide(
    worker_database: Database, policies: Policies, people: People, proposal: Action
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="the worker cannot decide"):
        await decide(worker_database, policies, people.ada, proposal.id, verdict="approve", digest=proposal.digest)


async def test_policy_says_how_lately_an_approver_must_have_signed_in(
    database: Database, policies: Policies, people: People, proposal: Action
) -> None:
    deadlines = proposal.verdict.deadlines
    assert deadlines is not None
    minutes = deadlines.reauthenticate_after_minutes
    assert minutes is not None
    late = replace(people.ada, authenticated_at=datetime.now(UTC) - timedelta(minutes=minutes + 1))
    with pytest.raises(ReauthenticationNeeded, match=f"{minutes} minutes"):
        await decide(database, policies, late, proposal.id, verdict="approve", digest=proposal.digest)
    lately = replace(people.ada, authenticated_at=datetime.now(UTC) - timedelta(minutes=minutes - 1))
    done = await decide(database, policies, lately, proposal.id, verdict="approve", digest=proposal.digest)
    assert done.state is ActionState.APPROVED
