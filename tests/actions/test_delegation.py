"""Standing in: with the delegator's rights and never more, for a time, for nobody whom the chain excludes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from actions.batch import Wanted, decide_all
from actions.decisions import Word, decide
from actions.delegates import NotDelegated, offered
from actions.delegation import delegate, end
from actions.execution import Hands, execute
from actions.proposals import propose
from domain.actions import Action, ActionState
from domain.actor import Actor
from domain.errors import InvalidInput, NotFound, NotPermitted, SegregationOfDuties, WrongState
from policies.engine import Policies
from store import actions, delegations
from store.database import Database
from store.delegations import Delegation
from tests.actions.conftest import People, po_number
from tests.actions.ledger import LedgerErp
from tests.actions.test_decisions import events

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)


async def given(database: Database, policies: Policies, by: Actor, to: Actor, **more) -> Delegation:
    dates = {"from_at": NOW - timedelta(hours=1), "until_at": NOW + timedelta(days=7)}
    return await delegate(database, policies, by, to.person, reason="On leave", **{**dates, **more})


async def approve(database: Database, policies: Policies, who: Actor, action: Action, place: Actor | None = None):
    behalf = place.person if place else None
    return await decide(
        database, policies, who, action.id, verdict="approve", digest=action.digest, on_behalf_of=behalf
    )


async def test_both_names_stand_in_the_decision_and_it_is_carried_out(
    database: Database, policies: Policies, people: People, proposal: Action, hands: Hands, owner: psycopg.Connection
) -> None:
    made = await given(database, policies, people.ada, people.finn)
    with pytest.raises(NotPermitted):  # in his own place he has no say
        await approve(database, policies, people.finn, proposal)
    async with database.tenant("northlight") as connection:
        (place,) = await offered(connection, policies, people.finn, proposal)
    assert place.person.person == people.ada.person
    done = await approve(database, policies, people.finn, proposal, people.ada)
    (decision,) = done.decisions
    assert (decision.person_name, decision.on_behalf_of_name) == ("Finn", "Ada")
    entry = owner.execute("select on_behalf_of, facts from audit_entry where event = 'action.approved'").fetchone()
    assert entry
    assert (entry[0], entry[1]["delegation"]) == (people.ada.person, made.id)
    assert (await execute(hands, "northlight", proposal.id)).state is ActionState.VERIFIED
    assert [event for (event,) in owner.execute("select event from audit_entry where subject like 'delegation:%'")] == [
        "delegation.made"
    ]


async def test_a_delegation_ended_or_a_delegator_gone_before_the_write_stops_it(
    database: Database, policies: Policies, people: People, proposal: Action, hands: Hands
) -> None:
    made = await given(database, policies, people.ada, people.finn)
    await approve(database, policies, people.finn, proposal, people.ada)
    await end(database, policies, people.ada, made.id)
    assert (await execute(hands, "northlight", proposal.id)).state is ActionState.DENIED


async def test_nobody_stands_in_for_whom_the_chain_excludes(
    database: Database, ledger: LedgerErp, policies: Policies, people: People
) -> None:
    action = await propose(database, ledger, policies, people.vera, po_number(), now=NOW)
    await given(database, policies, people.ada, people.vera)  # the proposer as the delegate
    with pytest.raises(SegregationOfDuties):
        await approve(database, policies, people.vera, action, people.ada)
    await given(database, policies, people.vera, people.finn)  # the proposer as the delegator
    with pytest.raises(SegregationOfDuties):
        await approve(database, policies, people.finn, action, people.vera)


async def test_it_is_not_passed_on(database: Database, policies: Policies, people: People, proposal: Action) -> None:
    await given(database, policies, people.ada, people.finn)
    with pytest.raises(NotPermitted):
        await given(database, policies, people.finn, people.priya)
    await given(database, policies, people.marek, people.finn)
    for who in (people.priya, people.vera):
        with pytest.raises(NotDelegated):
            await approve(database, policies, who, proposal, people.ada)


@pytest.mark.parametrize(
    "wrong",
    [
        {"until_at": NOW - timedelta(days=2)},
        {"until_at": NOW + timedelta(days=800)},
        {"types": ["no.such"]},
        {"limit": Decimal("250000.01")},
    ],
)
async def test_what_nobody_can_delegate(database: Database, policies: Policies, people: People, wrong) -> None:
    with pytest.raises(InvalidInput):
        await given(database, policies, people.ada, people.finn, **wrong)


async def test_to_whom_nobody_can_delegate(database: Database, policies: Policies, people: People) -> None:
    with pytest.raises(InvalidInput):
        await given(database, policies, people.ada, people.ada)
    with pytest.raises(NotFound):
        await given(database, policies, people.ada, people.stranger)
    with pytest.raises(NotPermitted):
        await given(database, policies, people.priya, people.finn)
    with pytest.raises(NotPermitted):
        await given(database, policies, people.ada.through_agent("run"), people.finn)


@pytest.mark.parametrize(
    "scope",
    [
        {"types": ["invoice.create_draft"]},
        {"from_at": NOW - timedelta(days=3), "until_at": NOW - timedelta(days=2)},
        {"from_at": NOW + timedelta(days=1)},
    ],
)
async def test_outside_its_scope_it_does_not_count(
    database: Database, policies: Policies, people: People, proposal: Action, scope
) -> None:
    await given(database, policies, people.ada, people.finn, **scope)
    with pytest.raises(NotDelegated):
        await approve(database, policies, people.finn, proposal, people.ada)


async def test_the_database_itself_asks_for_the_delegation(
    database: Database, people: People, proposal: Action
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="decide in their place"):
        async with database.tenant("northlight") as connection:
            await actions.decide(
                connection, proposal, people.finn, verdict="approve", reason="", step=0, on_behalf_of=people.ada
            )


async def test_its_maker_or_an_administrator_ends_it_once(
    database: Database, policies: Policies, people: People
) -> None:
    made = await given(database, policies, people.ada, people.finn)
    with pytest.raises(NotPermitted):
        await end(database, policies, people.finn, made.id)
    ended = await end(database, policies, people.ada, made.id)
    assert (ended.in_force, ended.ended_by) == (False, people.ada.person)
    with pytest.raises(WrongState):
        await end(database, policies, people.ada, made.id)
    async with database.tenant("elsewhere") as connection:
        assert await delegations.listing(connection) == ()


async def test_a_batch_answers_for_each_in_order(
    database: Database, ledger: LedgerErp, policies: Policies, people: People, owner: psycopg.Connection
) -> None:
    made = [await propose(database, ledger, policies, people.priya, po_number(f"PO-{n}"), now=NOW) for n in range(4)]
    own = await propose(database, ledger, policies, people.vera, po_number("PO-9"), now=NOW)
    wanted = [
        Wanted(made[0].id, Word("approve", made[0].digest)),
        Wanted(made[1].id, Word("approve", "0" * 64)),
        Wanted(own.id, Word("approve", own.digest)),
        Wanted(made[2].id, Word("reject", made[2].digest)),
        Wanted(made[2].id, Word("reject", made[2].digest, "twice")),
        Wanted("nothing", Word("approve", "0" * 64)),
        Wanted(made[3].id, Word("reject", made[3].digest, "not ours")),
    ]
    results = await decide_all(database, policies, people.vera, wanted)
    assert [(r.ok, r.state or r.code) for r in results] == [
        (True, "approved"),
        (False, "digest_mismatch"),
        (False, "segregation_of_duties"),
        (False, "invalid_input"),
        (False, "duplicate"),
        (False, "not_found"),
        (True, "rejected"),
    ]
    assert [r.action for r in results] == [one.action for one in wanted]
    assert events(owner, made[1]) == ["action.proposed", "action.decision_refused"]
    for count in (0, 101):
        with pytest.raises(InvalidInput):
            await decide_all(database, policies, people.vera, [wanted[0]] * count)
