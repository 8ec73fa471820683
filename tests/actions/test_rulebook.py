"""Cumulative thresholds over real rows: what is split, or proposed at the same moment, asks for what the whole would."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg
import pytest

from actions.decisions import decide, withdraw
from actions.execution import Hands, execute
from actions.proposals import propose
from actions.resolutions import replay
from actions.rulebook import judged
from domain.actions import Action, ActionState, Intent
from domain.actor import Actor
from domain.errors import PolicyChanged, PolicyDenied
from policies.approval import lacking
from policies.engine import FOLDER, Policies, read
from store.database import Database
from tests.actions.conftest import People, always
from tests.actions.ledger import LedgerErp

pytestmark = pytest.mark.anyio
ENTRIES = count(1)


def invoice(amount: str, customer: str | None = "Acme", currency: str = "EUR") -> Intent:
    arguments = {
        "project_id": "p1",
        "period": "2026-10",
        "time_entry_ids": [str(next(ENTRIES))],
        "amount": amount,
        "currency": currency,
    }
    return Intent("invoice.create_draft", arguments, f"Draft invoice {amount}", customer=customer)


class Desk:
    """Proposes draft invoices."""

    def __init__(self, database: Database, ledger: LedgerErp, policies: Policies, people: People) -> None:
        ledger.arrange("p1", period=None)
        self.database, self.ledger, self.policies, self.people = database, ledger, policies, people

    async def propose(self, intent: Intent, by: Actor | None = None, days_ago: float = 0) -> Action:
        now = datetime.now(UTC) - timedelta(days=days_ago)
        return await propose(self.database, self.ledger, self.policies, by or self.people.priya, intent, now=now)

    async def approve(self, action: Action, by: Actor) -> Action:
        return await decide(self.database, self.policies, by, action.id, verdict="approve", digest=action.digest)

    async def lacks(self, action: Action) -> str:
        async with self.database.tenant("northlight") as connection:
            return lacking(action.verdict.chain, await judged(connection, self.policies, action))


@pytest.fixture
def desk(database: Database, ledger: LedgerErp, policies: Policies, people: People) -> Desk:
    return Desk(database, ledger, policies, people)


def steps(action: Action) -> int:
    return len(action.verdict.chain)


async def test_many_small_invoices_raise_the_chain_of_the_one_that_passes_the_threshold(desk: Desk) -> None:
    made = [await desk.propose(invoice("9000.00")) for _ in range(12)]
    assert [steps(action) for action in made] == [1] * 11 + [2]
    assert "comes to EUR 108,000.00" in " ".join(made[-1].verdict.reasons)
    other = await desk.propose(invoice("9000.00", customer="Fenwick"))
    assert steps(other) == 1


async def test_proposed_at_the_same_moment_each_sees_those_before_it(desk: Desk) -> None:
    made = await asyncio.gather(*(desk.propose(invoice("30000.00")) for _ in range(5)))
    assert sorted(steps(action) for action in made) == [1, 1, 1, 2, 2]


async def test_a_chain_that_is_too_short_by_now_is_not_accepted(desk: Desk) -> None:
    first = await desk.propose(invoice("60000.00"))
    assert not await desk.lacks(first)
    await desk.propose(invoice("60000.00"), by=desk.people.finn)
    with pytest.raises(PolicyChanged, match="one approver at stage 2"):
        await desk.approve(first, desk.people.ada)
    assert not await desk.lacks(await desk.propose(invoice("50000.00")))


async def test_what_came_after_the_approval_does_not_undo_it_but_counts_it(desk: Desk, hands: Hands) -> None:
    first = await desk.approve(await desk.propose(invoice("60000.00")), desk.people.ada)
    assert first.state is ActionState.APPROVED
    second = await desk.propose(invoice("60000.00"))
    assert steps(second) == 2
    assert not await desk.lacks(first)
    assert (await execute(hands, "northlight", first.id)).state is ActionState.VERIFIED
    assert steps(await desk.propose(invoice("45000.00"))) == 2


async def test_what_failed_counts_all_that_came_since_when_it_is_tried_again(desk: Desk, hands: Hands) -> None:
    first = await desk.approve(await desk.propose(invoice("60000.00")), desk.people.ada)
    desk.ledger.faults = ["refuse"]
    assert (await execute(hands, "northlight", first.id)).state is ActionState.FAILED
    between = await desk.propose(invoice("60000.00"))
    assert steps(between) == 1
    again = (desk.database, desk.policies, desk.people.vera, first.id)
    with pytest.raises(PolicyDenied, match="one approver at stage 2"):
        await replay(*again, reason="The period is open.")
    await withdraw(desk.database, desk.policies, desk.people.priya, between.id)
    assert (await replay(*again, reason="The period is open.")).state is ActionState.APPROVED
    assert steps(await desk.propose(invoice("60000.00"))) == 2
    assert (await execute(hands, "northlight", first.id)).state is ActionState.VERIFIED


@pytest.mark.parametrize("days", [29.9, 30.1])
async def test_only_the_window_counts(desk: Desk, days: float) -> None:
    await desk.propose(invoice("90000.00"), days_ago=days)
    assert steps(await desk.propose(invoice("20000.00"))) == (2 if days < 30 else 1)


async def test_what_was_given_up_does_not_count(desk: Desk) -> None:
    first = await desk.propose(invoice("90000.00"))
    await withdraw(desk.database, desk.policies, desk.people.priya, first.id)
    assert steps(await desk.propose(invoice("20000.00"))) == 1


async def test_a_customer_nobody_knows_counts_with_every_customer(desk: Desk) -> None:
    await desk.propose(invoice("60000.00", customer=None))
    assert steps(await desk.propose(invoice("50000.00", customer="Fenwick"))) == 2
    assert steps(await desk.propose(invoice("1.00", customer=None))) == 2


async def test_a_customer_or_project_that_is_renamed_does_not_begin_a_new_sum(desk: Desk) -> None:
    await desk.propose(replace(invoice("60000.00"), customer_id="7"))
    renamed = replace(invoice("50000.00", customer="Acme Group"), customer_id="7")
    assert steps(await desk.propose(renamed)) == 2
    assert steps(await desk.propose(replace(invoice("1.00", customer="Fenwick"), customer_id="8"))) == 1


async def test_a_version_does_not_count_the_one_that_it_supersedes(desk: Desk, owner: psycopg.Connection) -> None:
    first = await desk.propose(invoice("60000.00"))
    second = await desk.propose(invoice("1.00"))
    assert steps(second) == 1
    owner.execute("alter table action disable trigger guard_action")
    owner.execute("update action set version = 2, previous = %s where id = %s", [first.id, second.id])
    owner.execute(
        "update action set intent = jsonb_set(intent, '{amount,amount}', '\"45000.00\"') where id = %s", [second.id]
    )
    async with desk.database.tenant("northlight") as connection:
        moved = replace(second, intent=replace(second.intent, amount=first.intent.amount))
        assert not lacking(moved.verdict.chain, await judged(connection, desk.policies, moved))


async def test_amounts_meet_at_the_dated_rate_and_an_unknown_currency_denies(
    desk: Desk, owner: psycopg.Connection
) -> None:
    await desk.propose(invoice("60000.00", currency="GBP"))
    assert steps(await desk.propose(invoice("40000.00"))) == 2
    denied = await desk.propose(invoice("1.00", currency="SEK"))
    assert (denied.state, denied.verdict.rules) == (ActionState.DENIED, ("rate.missing",))
    owner.execute("alter table action disable trigger guard_action")
    owner.execute(
        "update action set intent = jsonb_set(intent, '{amount,currency}', '\"SEK\"') where intent->'amount'->>'currency' = 'GBP'"
    )
    assert (await desk.propose(invoice("2.00"))).verdict.rules == ("rate.missing",)


async def test_policy_that_asks_for_more_stops_what_was_approved(desk: Desk, hands: Hands, ledger: LedgerErp) -> None:
    approved = await desk.approve(await desk.propose(invoice("500.00")), desk.people.ada)
    texts = read(FOLDER)
    rule = '[[rule]]\nid = "two"\naction = "invoice.create_draft"\nreason = "Two now."\n'
    chain = 'chain = [{ role = "approver", count = 2 }]\n'
    stricter = Policies({**texts, "approval.toml": texts["approval.toml"] + rule + chain})
    stopped = await execute(replace(hands, policies=always(stricter)), "northlight", approved.id)
    assert stopped.state is ActionState.DENIED
    assert "two approvers" in stopped.problem
    assert ledger.writes() == []


async def test_the_customers_risk_is_policys_word_and_asks_one_more(desk: Desk) -> None:
    risky = await desk.propose(replace(invoice("10.00", customer="Cedar Point Logistics LLC"), risk="usual"))
    assert (risky.intent.risk, steps(risky)) == ("high", 2)
    assert (await desk.propose(invoice("10.00"))).intent.risk == "usual"
