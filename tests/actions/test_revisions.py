"""Versions: what an edit keeps and what it voids, who may not approve alone, and that nothing is left hanging."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from actions.catalogue import TYPES
from actions.decisions import decide, edit_and_approve, needed, withdraw
from actions.execution import Hands, execute
from actions.proposals import propose, signed_digest
from actions.revisions import Edit, edit, revise
from actions.rulebook import resting_now
from domain.actions import Action, ActionState, Intent
from domain.actor import Actor
from domain.errors import (
    Conflict,
    CountersignError,
    DigestMismatch,
    InvalidInput,
    NotPermitted,
    PolicyChanged,
    PolicyDenied,
    SegregationOfDuties,
    WrongState,
)
from policies.engine import FILES, FOLDER, Policies
from store import actions
from store.database import Database
from tests.actions.conftest import People, always, po_number
from tests.actions.ledger import LedgerErp
from tests.actions.test_decisions import events, jobs

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)


def changed(action: Action, number: str = "PO-4712", reason: str = "typing error") -> Edit:
    return Edit(action.digest, {**action.intent.arguments, "po_number": number}, reason)


@pytest.fixture
def room(database: Database, ledger: LedgerErp, policies: Policies) -> tuple[Database, LedgerErp, Policies]:
    return database, ledger, policies


async def test_an_edit_is_a_new_version_and_voids_the_old_one(
    room, people: People, proposal: Action, owner: psycopg.Connection
) -> None:
    database, _, policies = room
    new = await edit(*room, people.priya, proposal.id, changed(proposal), now=NOW)
    assert (new.version, new.previous, new.editor, new.proposer) == (2, proposal.id, None, people.priya.person)
    assert new.intent.arguments["po_number"] == "PO-4712"
    assert new.intent.summary == proposal.intent.summary
    assert new.intent.origins["po_number"].kind == "person"
    assert "Priya" in new.intent.origins["po_number"].note
    assert "contract_id" not in new.intent.origins
    assert new.digest == signed_digest(new) != proposal.digest
    async with database.tenant("northlight") as connection:
        old = await actions.get(connection, proposal.id)
        assert [a.id for a in await actions.versions(connection, new.id)] == [proposal.id, new.id]
        assert [a.id for a in await actions.versions(connection, proposal.id)] == [proposal.id, new.id]
    assert (old.state, old.successor) == (ActionState.SUPERSEDED, new.id)
    assert events(owner, proposal) == ["action.proposed", "action.superseded"]
    assert events(owner, new) == ["action.edited"]
    with pytest.raises(WrongState, match="newer version"):
        await decide(database, policies, people.ada, proposal.id, verdict="approve", digest=proposal.digest)
    approved = await decide(database, policies, people.ada, new.id, verdict="approve", digest=new.digest)
    assert approved.state is ActionState.APPROVED


async def test_the_same_edit_twice_makes_one_version(room, people: People, proposal: Action) -> None:
    twice = [edit(*room, people.priya, proposal.id, changed(proposal), now=NOW) for _ in range(4)]
    assert len({action.id for action in await asyncio.gather(*twice)}) == 1
    with pytest.raises(WrongState):
        await edit(*room, people.priya, proposal.id, changed(proposal, "PO-9"), now=NOW)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (lambda a: replace(changed(a), digest="0" * 64), DigestMismatch),
        (lambda a: changed(a, reason=" "), InvalidInput),
        (lambda a: changed(a, "PO-4711"), Conflict),
        (lambda a: Edit(a.digest, {"contract_id": "7", "po_number": "A\u202eB"}, "x"), InvalidInput),
        (lambda a: Edit(a.digest, {"contract_id": "7", "more": 1}, "x"), InvalidInput),
    ],
)
async def test_what_is_no_edit_changes_nothing(room, people: People, proposal: Action, wanted, error) -> None:
    with pytest.raises(error):
        await edit(*room, people.priya, proposal.id, wanted(proposal), now=NOW)
    async with room[0].tenant("northlight") as connection:
        assert (await actions.get(connection, proposal.id)).state is ActionState.AWAITING_APPROVAL


async def test_only_the_proposer_and_reviewers_edit(
    room, people: People, proposal: Action, owner: psycopg.Connection
) -> None:
    for actor in (people.finn, people.ines, people.ada.through_agent("run")):
        with pytest.raises(NotPermitted):
            await edit(*room, actor, proposal.id, changed(proposal), now=NOW)
    assert events(owner, proposal) == ["action.proposed", *["action.decision_refused"] * 3]


async def test_an_editor_never_approves_alone(room, people: People, proposal: Action) -> None:
    database, _, policies = room
    done = await edit_and_approve(*room, people.ada, proposal.id, changed(proposal), now=NOW)
    assert done.action.state is ActionState.AWAITING_APPROVAL
    assert (done.action.editor, done.action.editor_name) == (people.ada.person, "Ada")
    assert "nobody independent" in done.refusal
    assert any("must be among them" in asked for asked in needed(done.action))
    with pytest.raises(SegregationOfDuties):
        await decide(database, policies, people.ada, done.action.id, verdict="approve", digest=done.action.digest)
    # Not by editing it back and forth either: whoever had a hand in an earlier version stays in it.
    back = await edit(*room, people.priya, done.action.id, changed(done.action, "PO-4713"), now=NOW)
    assert people.ada.person in back.dependent
    with pytest.raises(SegregationOfDuties):
        await decide(database, policies, people.ada, back.id, verdict="approve", digest=back.digest)
    approved = await decide(database, policies, people.marek, back.id, verdict="approve", digest=back.digest)
    assert approved.state is ActionState.APPROVED


async def test_of_two_approvers_one_may_have_edited(
    database: Database, ledger: LedgerErp, people: People, tmp_path: Path, worker_database: Database
) -> None:
    policies = two_approvers()
    made = await propose(database, ledger, policies, people.priya, po_number(), now=NOW)
    done = await edit_and_approve(database, ledger, policies, people.ada, made.id, changed(made), now=NOW)
    assert ([d.person for d in done.action.decisions], done.refusal) == ([people.ada.person], "")
    both = await decide(database, policies, people.marek, done.action.id, verdict="approve", digest=done.action.digest)
    assert both.state is ActionState.APPROVED
    settled = await execute(Hands(worker_database, ledger, ledger, always(policies)), "northlight", both.id)
    assert settled.state is ActionState.VERIFIED
    assert ledger.writes() == [both.id]


def two_approvers(**more: str) -> Policies:
    texts = {name: (FOLDER / name).read_text("utf-8") for name in FILES}
    one = """one approver checks it."
chain = [{ role = "approver", limited = false,"""
    assert one in texts["approval.toml"]
    two = f"{one} count = 2,"
    texts["approval.toml"] = texts["approval.toml"].replace(one, two)
    return Policies({**texts, **more})


async def test_a_policy_that_asks_for_more_makes_a_version_and_voids_what_was_decided(
    database: Database, ledger: LedgerErp, policies: Policies, people: People, owner: psycopg.Connection
) -> None:
    made = await propose(database, ledger, policies, people.priya, po_number(), now=NOW)
    with pytest.raises(PolicyChanged) as told:
        await decide(database, two_approvers(), people.ada, made.id, verdict="approve", digest=made.digest)
    new = told.value.facts["successor"]
    async with database.tenant("northlight") as connection:
        old, newer = await actions.get(connection, made.id), await actions.get(connection, str(new))
    assert (old.state, old.decisions) == (ActionState.SUPERSEDED, ())
    assert (newer.state, newer.version) == (ActionState.AWAITING_APPROVAL, 2)
    assert newer.verdict.chain[0].count == 2
    assert newer.expires_at == made.expires_at
    assert events(owner, newer) == ["action.renewed"]


async def test_a_policy_that_forbids_by_now_denies(
    database: Database, ledger: LedgerErp, policies: Policies, people: People, owner: psycopg.Connection
) -> None:
    made = await propose(database, ledger, policies, people.priya, po_number(), now=NOW)
    owner.execute("update person set active = false where id = %s", [people.priya.person])
    with pytest.raises(PolicyDenied):
        await decide(database, two_approvers(), people.ada, made.id, verdict="approve", digest=made.digest)
    async with database.tenant("northlight") as connection:
        assert (await actions.get(connection, made.id)).state is ActionState.DENIED


@pytest.mark.parametrize("end", ["reject", "withdraw"])
async def test_what_came_to_nothing_is_proposed_anew(
    room, people: People, proposal: Action, end: str, owner: psycopg.Connection
) -> None:
    database, ledger, policies = room
    if end == "reject":
        await decide(database, policies, people.ada, proposal.id, verdict="reject", digest=proposal.digest, reason="no")
    else:
        await withdraw(database, policies, people.priya, proposal.id)
    ledger.arrange("7", po_number="PO-1")
    again = await asyncio.gather(*[revise(*room, people.finn, proposal.id, now=NOW) for _ in range(4)])
    assert len({action.id for action in again}) == 1
    new = again[0]
    assert (new.version, new.previous, new.proposer) == (2, proposal.id, people.finn.person)
    assert [(c.before, c.after) for c in new.changes] == [("PO-1", "PO-4711")]
    assert people.priya.person in new.dependent
    assert events(owner, new) == ["action.revised"]
    with pytest.raises(WrongState):
        await revise(*room, people.finn, new.id, now=NOW)


async def test_a_stale_action_becomes_superseded(room, people: People, proposal: Action, hands: Hands) -> None:
    database, ledger, policies = room
    await decide(database, policies, people.ada, proposal.id, verdict="approve", digest=proposal.digest)
    ledger.arrange("7", po_number="PO-1")
    assert (await execute(hands, "northlight", proposal.id)).state is ActionState.STALE
    new = await revise(*room, people.priya, proposal.id, now=NOW)
    async with database.tenant("northlight") as connection:
        assert (await actions.get(connection, proposal.id)).state is ActionState.SUPERSEDED
    await decide(database, policies, people.ada, new.id, verdict="approve", digest=new.digest)
    assert (await execute(hands, "northlight", new.id)).state is ActionState.VERIFIED
    assert ledger.writes() == [new.id]


async def test_whoever_changed_what_it_rests_on_does_not_decide_alone(
    database: Database, ledger: LedgerErp, policies: Policies, people: People, owner: psycopg.Connection
) -> None:
    intent = replace(po_number(), project_code="CLD-1", contracts=("S-7",))
    before = await propose(database, ledger, policies, people.priya, intent, now=NOW)
    assert before.touched == ()
    report(owner, people.ada, "S-7")
    with pytest.raises(SegregationOfDuties):  # it was recorded after the proposal, and counts all the same
        await decide(database, policies, people.ada, before.id, verdict="approve", digest=before.digest)
    await withdraw(database, policies, people.priya, before.id)
    after = await propose(database, ledger, policies, people.priya, intent, now=NOW)
    assert after.touched == (people.ada.person,)
    report(owner, people.vera, "S-7", system="CRM")  # newer, and the firm may believe the other system all the same
    async with database.tenant("northlight") as connection:
        assert {people.ada.person, people.vera.person} <= {*(await resting_now(connection, after)).touched}
    other = await propose(database, ledger, policies, people.priya, elsewhere(), now=NOW)
    assert other.touched == ()
    ok = await decide(database, policies, people.marek, after.id, verdict="approve", digest=after.digest)
    assert ok.state is ActionState.APPROVED


def elsewhere() -> Intent:
    return replace(po_number("PO-8"), project_code="CLD-2", contracts=("S-77",))


def report(owner: psycopg.Connection, by: Actor, contract: str, system: str = "PSA") -> None:
    owner.execute(
        "insert into outside_fact (tenant, kind, subject, value, system, reported_at, recorded_by) "
        """values ('northlight', 'milestone', %s, '{"status": "accepted"}', %s, now(), %s)""",
        [f"{contract}/Design", system, by.person],
    )


async def test_twenty_people_at_once_leave_one_order_of_events(
    database: Database, ledger: LedgerErp, policies: Policies, people: People, owner: psycopg.Connection
) -> None:
    for round_ in range(4):
        made = await propose(database, ledger, policies, people.priya, po_number(f"PO-{round_}"), now=NOW)
        word = {"digest": made.digest, "reason": "r"}
        at_once = [
            *[decide(database, policies, people.ada, made.id, verdict="approve", **word) for _ in range(4)],
            *[decide(database, policies, people.marek, made.id, verdict="reject", **word) for _ in range(4)],
            *[decide(database, policies, people.vera, made.id, verdict="approve", **word) for _ in range(4)],
            *[withdraw(database, policies, people.priya, made.id, "no") for _ in range(4)],
            *[
                edit(database, ledger, policies, who, made.id, changed(made, f"PO-{round_}-{who.name}"), now=NOW)
                for who in (people.priya, people.vera) * 2
            ],
        ]
        results = await asyncio.gather(*at_once, return_exceptions=True)
        assert all(isinstance(result, Action | CountersignError) for result in results), results
        agree(owner, await family(database, made.id))


async def test_an_edit_stays_with_the_record_and_with_what_the_erp_is_told(
    room, people: People, proposal: Action, ledger: LedgerErp
) -> None:
    ledger.arrange("8", po_number=None, customer="Acme")
    elsewhere = Edit(proposal.digest, {**proposal.intent.arguments, "contract_id": "8"}, "A slip")
    for person in (people.priya, people.vera):
        with pytest.raises(InvalidInput, match="cannot change contract_id"):
            await edit(*room, person, proposal.id, elsewhere, now=NOW)
    for kind in TYPES.values():
        if kind.system != "erp":  # what Countersign itself does is proposed anew
            assert not any(kind.editable(name) for name in kind.arguments.model_fields)


async def family(database: Database, action_id: str) -> tuple[Action, ...]:
    async with database.tenant("northlight") as connection:
        return await actions.versions(connection, action_id)


def agree(owner: psycopg.Connection, versions: tuple[Action, ...]) -> None:
    """Every row's end is told once in the log, each decision once, and nothing else happened."""
    ends = {
        ActionState.APPROVED: "action.approved",
        ActionState.REJECTED: "action.rejected",
        ActionState.WITHDRAWN: "action.withdrawn",
        ActionState.SUPERSEDED: "action.superseded",
    }
    for number, version in enumerate(versions, 1):
        told = [event for event in events(owner, version) if event != "action.decision_refused"]
        assert told[0] in {"action.proposed", "action.edited"}
        decided = [event for event in told if event in {"action.approved", "action.rejected"}]
        assert len(decided) == len(version.decisions) <= 1
        waits = version.state is ActionState.AWAITING_APPROVAL
        assert told[1:] == ([] if waits else [*told[1:-1], ends[version.state]])
        assert len(told) <= (1 if waits else 3)
        assert (version.version, version.successor) == (
            number,
            versions[number].id if number < len(versions) else None,
        )
    executions = [action for task, action in jobs(owner) if task == "execute_action"]
    approved = [version.id for version in versions if any(d.verdict == "approve" for d in version.decisions)]
    assert [action for action in executions if action in {v.id for v in versions}] == approved
