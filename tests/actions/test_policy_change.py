"""A change of policy is proposed, replayed, approved by two, carried out by the worker, in force at once, and undone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from actions.compensation import compensate
from actions.decisions import decide
from actions.execution import Hands, execute
from actions.policy_change import differences, propose_change, try_out
from actions.proposals import propose
from actions.rulebook import Rulebook
from domain.actions import Action, ActionState, Intent
from domain.actor import Actor, Operation, Role
from domain.canonical import digest
from domain.errors import (
    Conflict,
    InvalidInput,
    NotPermitted,
    PolicyChanged,
    PolicyDenied,
    SegregationOfDuties,
    WrongState,
)
from domain.money import Money
from policies.engine import FOLDER, Policies, read
from store import rulebook
from store.database import Database
from tests.actions.conftest import People, _person, po_number
from tests.actions.ledger import LedgerErp

pytestmark = pytest.mark.anyio
SHIPPED = read(FOLDER)
TWO = """
[[rule]]
id = "contract.set_po_number.two"
action = "contract.set_po_number"
reason = "Two people check a purchase order number."
chain = [{ role = "approver", count = 2, limited = false }]
"""
STRICTER = {"approval.toml": SHIPPED["approval.toml"] + TWO}


@pytest.fixture
def tom(owner: psycopg.Connection, people: People) -> Actor:
    return _person(owner, "northlight", "Tom", [Role.ADMINISTRATOR])


@pytest.fixture
def rules(database: Database) -> Rulebook:
    return Rulebook(database)


async def changed(database: Database, rules: Rulebook, tom: Actor, files: dict[str, str]) -> Action:
    return await propose_change(database, await rules("northlight"), tom, files, "Ask two", now=datetime.now(UTC))


async def approve(database: Database, rules: Rulebook, action: Action, *people: Actor) -> Action:
    for person in people:
        action = await decide(
            database, await rules("northlight"), person, action.id, verdict="approve", digest=action.digest
        )
    return action


async def test_a_change_goes_the_way_of_every_action(
    database: Database,
    rules: Rulebook,
    hands: Hands,
    ledger: LedgerErp,
    people: People,
    tom: Actor,
    proposal: Action,
    owner: psycopg.Connection,
) -> None:
    before = (await rules("northlight")).digest
    action = await changed(database, rules, tom, STRICTER)
    assert [step.count for step in action.verdict.chain] == [2]
    assert [change.field for change in action.changes] == ["approval"]
    (shown,) = differences(action.before.fields["files"], action.intent.arguments["files"])
    assert '+id = "contract.set_po_number.two"' in shown.lines
    assert "1 would have asked for more" in action.intent.reasons[0]
    assert "Set PO number PO-4711" in action.intent.reasons[1]
    half = await approve(database, rules, action, people.ada)
    assert half.state is ActionState.AWAITING_APPROVAL
    await approve(database, rules, action, people.marek)
    done = await execute(hands, "northlight", action.id)
    assert (done.state, done.problem) == (ActionState.VERIFIED, "")
    assert done.record
    assert (done.record.system, done.record.id) == ("countersign", "1")
    now = await rules("northlight")
    assert now.digest != before
    assert now.texts["approval.toml"] == STRICTER["approval.toml"]
    assert await rules("elsewhere") is not now
    assert (await rules("elsewhere")).digest == before
    # What was proposed under the earlier policy is not accepted with its shorter chain.
    with pytest.raises(PolicyChanged, match="two approvers"):
        await approve(database, rules, proposal, people.ada)
    with pytest.raises(Conflict, match="nothing to change"):
        await changed(database, rules, tom, STRICTER)
    with pytest.raises(NotPermitted):
        await compensate(database, ledger, now, people.finn, done.id, "", now=datetime.now(UTC))
    back = await compensate(database, ledger, now, tom, done.id, "too slow", now=datetime.now(UTC))
    assert back.compensates == done.id
    await approve(database, rules, back, people.ada, people.marek)
    assert (await execute(hands, "northlight", back.id)).state is ActionState.VERIFIED
    assert (await rules("northlight")).digest == before
    assert owner.execute("select state from action where id = %s", [done.id]).fetchone() == ("compensated",)
    async with database.tenant("northlight") as connection:
        assert [one.version for one in await rulebook.versions(connection)] == [2, 1]
    with pytest.raises(WrongState):
        await compensate(database, ledger, now, tom, done.id, "", now=datetime.now(UTC))


async def test_what_came_after_a_change_is_not_undone_with_it(
    database: Database, rules: Rulebook, hands: Hands, ledger: LedgerErp, people: People, tom: Actor
) -> None:
    made: list[Action] = []
    for more in (TWO, TWO + "# and a note\n"):
        files = {"approval.toml": SHIPPED["approval.toml"] + more}
        action = await changed(database, rules, tom, files)
        await approve(database, rules, action, people.ada, people.marek)
        made.append(await execute(hands, "northlight", action.id))
    with pytest.raises(Conflict, match="would undo that too"):
        await compensate(database, ledger, await rules("northlight"), tom, made[0].id, "", now=datetime.now(UTC))


async def test_who_may_and_who_approves(database: Database, rules: Rulebook, people: People, tom: Actor) -> None:
    for person in (people.priya, people.ada, people.ines, tom.through_agent("run"), people.stranger):
        with pytest.raises(NotPermitted):
            await changed(database, rules, person, STRICTER)
    action = await changed(database, rules, tom, STRICTER)
    with pytest.raises(SegregationOfDuties):
        await approve(database, rules, action, tom)
    twice = await approve(database, rules, action, people.ada, people.ada)
    assert (twice.state, len(twice.decisions)) == (ActionState.AWAITING_APPROVAL, 1)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"approval.toml": "currency"}, "cannot be used"),
        ({"approval.toml": SHIPPED["approval.toml"].replace('"EUR"', '"GBP"')}, "limits in EUR"),
        ({"approval.toml": SHIPPED["approval.toml"].replace("count = 2, ", "")}, "One person alone changes policy"),
        ({"approval.toml": SHIPPED["approval.toml"].partition('[[rule]]\nid = "policy.change"')[0]}, "changes policy"),
        ({"authorization.cedar": "permit (principal, action, resource);"}, "@id"),
        (
            {
                "authorization.cedar": SHIPPED["authorization.cedar"]
                + '@id("x") permit (principal, action, resource) when { principal.x };'
            },
            "schema",
        ),
        (
            {
                "authorization.cedar": SHIPPED["authorization.cedar"].replace(
                    "when { principal.people.contains(resource.proposer) }", "when { false }"
                )
            },
            "proposer decides",
        ),
        (
            {
                "authorization.cedar": SHIPPED["authorization.cedar"].replace(
                    "when { principal.through_agent }", "when { false }"
                )
            },
            "The agent approves",
        ),
        (
            {
                "authorization.cedar": SHIPPED["authorization.cedar"].replace(
                    'Action::"policy.propose", Action::"policy.read"', 'Action::"policy.read"'
                )
            },
            "An administrator proposes",
        ),
        ({"authorization.cedar": SHIPPED["authorization.cedar"] + "// \u202e"}, "invisible"),
        ({"authorization.cedar": SHIPPED["authorization.cedar"] + "//" + "x" * 200_000}, "longer"),
        ({"authorization.cedarschema": ""}, "not authorization.cedarschema"),
    ],
)
async def test_what_no_policy_may_be_is_refused(
    files: dict[str, str], said: str, database: Database, rules: Rulebook, tom: Actor
) -> None:
    with pytest.raises(InvalidInput, match=said):
        await changed(database, rules, tom, files)


async def test_two_changes_over_the_same_version_do_not_both_come_into_force(
    database: Database, rules: Rulebook, hands: Hands, people: People, tom: Actor
) -> None:
    other = {"approval.toml": SHIPPED["approval.toml"] + TWO.replace("count = 2", "count = 3")}
    made = [await changed(database, rules, tom, files) for files in (STRICTER, other)]
    for action in made:
        await approve(database, rules, action, people.ada, people.marek)
    done = await asyncio.gather(*(execute(hands, "northlight", action.id) for action in made))
    assert sorted(action.state for action in done) == [ActionState.STALE, ActionState.VERIFIED]
    async with database.tenant("northlight") as connection:
        assert len(await rulebook.versions(connection)) == 1


async def test_the_database_installs_nothing_that_was_not_approved(
    database: Database,
    worker_database: Database,
    rules: Rulebook,
    people: People,
    tom: Actor,
    owner: psycopg.Connection,
) -> None:
    action = await changed(database, rules, tom, STRICTER)
    files = dict(action.intent.arguments["files"])
    for pool in (database, worker_database):
        with pytest.raises(psycopg.Error, match=r"no approved change|permission denied"):
            async with pool.tenant("northlight") as connection:
                await rulebook.install(connection, 1, files, "0" * 64, action.id)
    await approve(database, rules, action, people.ada, people.marek)
    owner.execute("update action set state = 'executing' where id = %s", [action.id])
    wrong = {**files, "approval.toml": files["approval.toml"] + "\n"}
    for number, texts in ((1, wrong), (2, files)):
        with pytest.raises(psycopg.Error, match=r"no approved change|came first"):
            async with worker_database.tenant("northlight") as connection:
                await rulebook.install(connection, number, texts, "0" * 64, action.id)
    async with worker_database.tenant("northlight") as connection:
        await rulebook.install(connection, 1, files, "0" * 64, action.id)
    for statement in (
        "update policy_version set digest = repeat('1', 64)",
        "delete from policy_version",
        "truncate policy_version",
    ):
        with pytest.raises(psycopg.Error, match="never changed"):
            owner.execute(statement)
    # Its digest is not that of its files: whatever the database says, it is not used.
    with pytest.raises(PolicyDenied, match="own digest"):
        await rules("northlight")


async def test_a_crash_between_install_and_answer_installs_once(
    database: Database, rules: Rulebook, hands: Hands, people: People, tom: Actor
) -> None:
    action = await approve(database, rules, await changed(database, rules, tom, STRICTER), people.ada, people.marek)
    house = hands.serving(action).writer
    written = await asyncio.gather(*(execute(hands, "northlight", action.id) for _ in range(3)))
    assert {one.state for one in written} <= {ActionState.VERIFIED, ActionState.EXECUTING, ActionState.EXECUTED}
    found = await house.settle(action.id, attempt=1)
    assert found
    again = await house.write(
        "policy.change",
        action.intent.arguments,
        reference=action.id,
        versions={},
        attempt=2,
        deadline=datetime.now(UTC),
    )
    assert again == found


async def test_an_attempt_finds_what_an_earlier_one_is_about_to_commit(
    worker_database: Database,
    database: Database,
    rules: Rulebook,
    hands: Hands,
    people: People,
    tom: Actor,
    owner: psycopg.Connection,
) -> None:
    """The first attempt was slow and its lease is over; the second must not take the first one's version for another's."""
    action = await approve(database, rules, await changed(database, rules, tom, STRICTER), people.ada, people.marek)
    owner.execute("update action set state = 'executing', attempt = 2 where id = %s", [action.id])
    files = dict(action.intent.arguments["files"])
    house = hands.serving(action).writer
    async with worker_database.tenant("northlight") as slow:
        await rulebook.one_at_a_time(slow, "policy.change")
        await rulebook.install(slow, 1, files, digest(files), action.id)
        second = asyncio.create_task(
            house.write(
                "policy.change",
                action.intent.arguments,
                reference=action.id,
                versions=action.before.versions,
                attempt=2,
                deadline=datetime.now(UTC),
            )
        )
        ended, _ = await asyncio.wait({second}, timeout=0.3)
        assert not ended
    assert (await second).id == "1"


async def test_a_replay_tells_what_would_have_gone_otherwise_and_changes_nothing(
    database: Database, rules: Rulebook, ledger: LedgerErp, people: People, proposal: Action, owner: psycopg.Connection
) -> None:
    current = await rules("northlight")
    await decide(database, current, people.ada, proposal.id, verdict="approve", digest=proposal.digest)
    identity = {
        "customer_id": "7",
        "invoice_address": {"street": "1 Quay", "postal_code": "D01", "city": "Dublin", "country": "IE"},
    }
    await propose(
        database,
        ledger,
        current,
        people.finn,
        Intent("customer.set_billing_identity", identity, "Address"),
        now=datetime.now(UTC),
    )
    refusing = SHIPPED["approval.toml"] + (
        '[[rule]]\nid = "no"\naction = "customer.set_billing_identity"\nreason = "Not now."\nforbid = true\n'
    )
    away = SHIPPED["authorization.cedar"] + (
        f'@id("away") @reason("Away.") forbid (principal == Person::"{people.ada.person}", action, resource is Proposal);'
    )
    events = owner.execute("select count(*) from audit_entry").fetchone()
    since = datetime.now(UTC) - timedelta(days=1)
    found = await try_out(
        database, current, "northlight", {"approval.toml": refusing + TWO, "authorization.cedar": away}, since=since
    )
    assert found.counted == 2
    assert found.counts == {"denied": 1, "allowed": 0, "longer": 1, "shorter": 0, "decider": 1}
    assert {one.told for one in found.differences if one.kind == "decider"} == {"Ada: Away."}
    same = {"approval.toml": SHIPPED["approval.toml"] + "# a note\n"}
    assert (await try_out(database, current, "northlight", same, since=since)).lines(3)[0].endswith("no difference.")
    late = await try_out(database, current, "northlight", {}, since=datetime.now(UTC) + timedelta(days=1))
    assert late.counted == 0
    assert owner.execute("select count(*) from audit_entry").fetchone() == events
    stricter = Policies({**SHIPPED, **STRICTER}, base_currency="EUR")
    await propose(database, ledger, stricter, people.priya, po_number("PO-2"), now=datetime.now(UTC))
    assert (await try_out(database, current, "northlight", {}, since=since)).counts["shorter"] == 1


async def test_the_worker_executes_under_the_policy_of_that_moment(
    database: Database, rules: Rulebook, hands: Hands, people: People, tom: Actor, proposal: Action, ledger: LedgerErp
) -> None:
    await approve(database, rules, proposal, people.ada)
    change = await approve(database, rules, await changed(database, rules, tom, STRICTER), people.ada, people.marek)
    await execute(hands, "northlight", change.id)
    assert (await execute(hands, "northlight", proposal.id)).state is ActionState.DENIED
    assert ledger.writes() == []


async def test_an_action_of_one_system_is_not_proposed_in_another(
    database: Database, rules: Rulebook, ledger: LedgerErp, people: People, tom: Actor
) -> None:
    current = await rules("northlight")
    intent = Intent("policy.change", {"files": {}}, "x")
    with pytest.raises(InvalidInput, match="not proposed here"):
        await propose(database, ledger, current, tom, intent, now=datetime.now(UTC))


async def test_a_firm_in_another_currency_is_judged_in_its_own(
    database: Database, owner: psycopg.Connection, rules: Rulebook
) -> None:
    owner.execute("insert into tenant (id, name, base_currency) values ('london', 'London', 'GBP')")
    found = await rules("london")
    pat = Actor("london", "pat", "Pat", frozenset({Role.FINANCE}), Money(Decimal(5), "GBP"))
    assert found.authorize(pat, Operation.ACTION_PROPOSE).allowed
    verdict = found.judge(replace(po_number()), pat)
    assert verdict.rules == ("matrix.currency",)
