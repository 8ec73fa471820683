"""A waiver from the project's finding to the bill and back: proposed, approved, in force, shown, expired, ended."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest

from actions.decisions import decide
from actions.execution import Hands, Timing, execute
from actions.rulebook import Rulebook
from actions.waiving import WAIVE
from domain.actions import Action, ActionState, Intent
from domain.actor import Actor, Role
from domain.errors import Conflict, InvalidInput, SegregationOfDuties
from domain.findings import Finding, Verdict
from domain.money import Money
from policies.engine import Policies
from store import waivers
from store.database import Database
from tests.tools.conftest import Desk
from tests.unit.prerequisites.records import TODAY, Small, eur
from tests.unit.prerequisites.test_rules import NO_PO
from tools import knowledge
from tools.waiving import Waived, propose_end, propose_waiver

pytestmark = pytest.mark.anyio
UNTIL = TODAY + timedelta(days=30)
WANTED = Waived(project="CLD-UKI-1001", rule="po.missing", until=UNTIL, reason="The client bills without numbers.")


@pytest.fixture
def ada(owner: psycopg.Connection, desk: Desk) -> Actor:
    row = owner.execute(
        "insert into person (tenant, email, name, password_hash, roles, approval_limit) values "
        "('northlight', 'ada@northlight.example', 'Ada Lindqvist', 'x', '{approver}', 250000) returning id"
    ).fetchone()
    assert row is not None
    return Actor(
        "northlight", str(row[0]), "Ada Lindqvist", frozenset({Role.APPROVER}), Money(eur(250000).amount, "EUR")
    )


async def carried_out(desk: Desk, worker_database: Database, ada: Actor, action: Action) -> Action:
    policies = await Rulebook(desk.database)("northlight")
    await decide(desk.database, policies, ada, action.id, verdict="approve", digest=action.digest)
    hands = Hands(worker_database, None, None, Rulebook(worker_database), timing=Timing())  # type: ignore[arg-type]
    return await execute(hands, "northlight", action.id)


async def finding(desk: Desk, small: Small, on: date = TODAY) -> Finding:
    context = desk.context(small)
    dossier = await knowledge.load(desk.database, context.firm, "northlight")
    answer = dossier.assess(dossier.firm.projects[0], None, on)
    assert answer.ready + answer.blocked == answer.unbilled
    return next(one for one in answer.findings if one.rule == "po.missing")


async def known(desk: Desk) -> Small:
    await desk.ask(NO_PO, "project_readiness", project="CLD-UKI-1001")
    return NO_PO


async def test_from_the_finding_to_the_bill_and_back(desk: Desk, worker_database: Database, ada: Actor) -> None:
    small = await known(desk)
    action = await propose_waiver(desk.context(small), WANTED)
    assert (action.type, action.intent.amount) == (WAIVE, eur("2000.00"))
    assert action.intent.project_code == "CLD-UKI-1001"
    assert (await finding(desk, small)).verdict is Verdict.FAIL
    done = await carried_out(desk, worker_database, ada, action)
    assert done.state is ActionState.VERIFIED
    waived = await finding(desk, small)
    assert waived.verdict is Verdict.WAIVED
    assert waived.amount is None
    assert waived.waiver is not None
    assert (waived.waiver.by, waived.waiver.until) == ("Ada Lindqvist", UNTIL)
    assert "Ada Lindqvist" in waived.reason
    assert "bills without numbers" in waived.reason
    assert (await finding(desk, small, UNTIL)).verdict is Verdict.WAIVED
    assert (await finding(desk, small, UNTIL + timedelta(days=1))).verdict is Verdict.FAIL
    ended = await propose_end(desk.context(small), action.id, "The client wants numbers again.")
    assert (await carried_out(desk, worker_database, ada, ended)).state is ActionState.VERIFIED
    assert (await finding(desk, small)).verdict is Verdict.FAIL


async def test_what_cannot_be_waived_is_refused(desk: Desk, ada: Actor) -> None:
    small = await known(desk)
    for change, error in (
        ({"rule": "po.expired"}, Conflict),
        ({"rule": "no.such"}, InvalidInput),
        ({"until": TODAY}, InvalidInput),
        ({"until": TODAY + timedelta(days=400)}, InvalidInput),
        ({"reason": " \u200b "}, InvalidInput),
    ):
        with pytest.raises(error):
            await propose_waiver(desk.context(small), WANTED.model_copy(update=change))


async def test_nobody_waives_alone_and_no_row_comes_without_an_approved_action(
    desk: Desk, worker_database: Database, owner: psycopg.Connection
) -> None:
    small = await known(desk)
    action = await propose_waiver(desk.context(small), WANTED)
    policies = await Rulebook(desk.database)("northlight")
    with pytest.raises(SegregationOfDuties):
        await decide(desk.database, policies, desk.actor, action.id, verdict="approve", digest=action.digest)
    with pytest.raises(psycopg.errors.CheckViolation):
        async with worker_database.tenant("northlight") as connection:
            await waivers.add(connection, action.id, action.intent.arguments)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with desk.database.tenant("northlight") as connection:
            await waivers.add(connection, action.id, action.intent.arguments)


async def test_a_large_waiver_needs_two(policies: Policies, desk: Desk) -> None:
    arguments = {
        "project_id": "w1",
        "rule": "po.missing",
        "until": UNTIL.isoformat(),
        "reason": "x",
        "amount": "50000.01",
        "currency": "EUR",
    }
    intent = Intent(WAIVE, arguments, "x")
    assert sum(step.count for step in policies.judge(_normal(intent), desk.actor).chain) == 2


def _normal(intent: Intent) -> Intent:
    from actions.comparing import normalised

    return normalised(intent)
