"""What Cedar's policies say, as a table and as rules that hold whatever the facts are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as some

from actions.proposals import signed_digest
from domain.actions import Action, ActionState, Decision, Image, Intent, PolicyVerdict, Step
from domain.actor import Actor, Operation, Role
from domain.errors import ConfigurationError, NotPermitted, OverLimit, SegregationOfDuties
from domain.money import Money
from policies.approval import open_steps, remaining
from policies.authorization import Authorization
from policies.engine import FILES, FOLDER, Policies
from policies.rights import AGENT_TOO, IN_PERSON, SAID, rights

POLICIES = Policies.load()
NOW = datetime(2026, 11, 23, tzinfo=UTC)
RIGHTS = {
    Role.PROJECT_MANAGER: {
        "document.read", "document.upload", "term.confirm", "code.propose", "readiness.read", "thread.use",
        "action.read", "action.propose", "action.edit", "action.comment", "token.manage",
    },
    Role.FINANCE: {
        "document.read", "document.upload", "code.propose", "readiness.read", "fact.record", "thread.use",
        "action.read", "action.propose", "action.edit", "action.comment", "token.manage",
    },
    Role.APPROVER: {
        "document.read", "readiness.read", "thread.use", "action.read", "action.edit", "action.comment",
        "action.decide", "action.resolve", "delegation.manage", "policy.read", "audit.read", "token.manage",
    },
    Role.AUDITOR: {"document.read", "readiness.read", "action.read", "audit.read", "audit.export", "policy.read"},
    Role.ADMINISTRATOR: {
        "people.administer", "execution.freeze", "policy.propose", "policy.read", "audit.read", "action.read",
        "action.comment", "action.decide", "token.manage",
    },
}  # fmt: skip
PEOPLE = some.sampled_from(["ada", "marek", "priya", 'eve"\n; permit(principal, action, resource);', "", "Ada"])
LIMITS = some.none() | some.builds(Money, some.decimals(0, 10**9, places=2), some.sampled_from(["EUR", "GBP", "XXX"]))
ACTORS = some.builds(
    Actor,
    tenant=some.sampled_from(["north", "north", "south"]),
    person=PEOPLE,
    name=some.just("Someone"),
    roles=some.frozensets(some.sampled_from(Role), max_size=2),
    approval_limit=LIMITS,
    agent_run=some.none() | some.just("run-1"),
    service=some.booleans(),
)
STEPS = some.builds(
    Step,
    role=some.sampled_from([*Role, "approver", "nobody"]),
    count=some.integers(1, 3),
    limited=some.booleans(),
    stage=some.integers(1, 2),
    escalates_to=some.none() | some.sampled_from(Role),
)
AMOUNTS = some.none() | some.builds(
    Money, some.decimals(-(10**6), 10**15, places=2), some.sampled_from(["EUR", "USD", "XXX"])
)
DECISIONS = some.lists(
    some.builds(
        Decision, id=some.just("d"), person=PEOPLE, person_name=some.just("x"),
        verdict=some.sampled_from(["approve", "reject"]), reason=some.just(""), digest=some.just("d"),
        step=some.integers(0, 2), decided_at=some.just(NOW), on_behalf_of=some.none() | PEOPLE,
    ),
    max_size=3,
)  # fmt: skip


def action(
    tenant: str, proposer: str, chain: list[Step], decisions: list[Decision], amount: Money | None, **more: Any
) -> Action:
    return Action(
        id="a", tenant=tenant, type="invoice.create_draft", state=ActionState.AWAITING_APPROVAL,
        intent=Intent("invoice.create_draft", {"a": 1}, "x", amount=amount), digest="d", before=Image({}),
        verdict=PolicyVerdict(True, tuple(chain), (), (), "p"), proposer=proposer, proposer_name="x", agent_run=None,
        created_at=NOW, expires_at=NOW + timedelta(days=1), changes=(), decisions=tuple(decisions), **more,
    )  # fmt: skip


ACTIONS = some.builds(
    action,
    tenant=some.sampled_from(["north", "north", "south"]),
    proposer=PEOPLE,
    chain=some.lists(STEPS, max_size=3),
    decisions=DECISIONS,
    amount=AMOUNTS,
    editor=some.none() | PEOPLE,
    touched=some.lists(PEOPLE, max_size=2).map(tuple),
    escalated_at=some.none() | some.just(NOW),
)


@pytest.mark.parametrize("role", Role)
def test_each_role_has_exactly_its_rights(role: Role) -> None:
    actor = Actor("north", "ann", "Ann", frozenset({role}))
    assert {o.value for o in Operation if POLICIES.authorize(actor, o).allowed} == RIGHTS[role]


def test_the_table_of_rights_is_what_the_policy_answers() -> None:
    found = rights(POLICIES)
    shown = {
        role: {right.operation.value for _, rows in found.groups for right in rows if right.cells[at]}
        for at, role in enumerate(found.roles)
    }
    assert shown == RIGHTS
    assert {right.operation for _, rows in found.groups for right in rows} == set(Operation)
    cells = {right.operation: right.cells for _, rows in found.groups for right in rows}
    assert cells[Operation.ACTION_PROPOSE][found.roles.index(Role.FINANCE)] == AGENT_TOO
    assert cells[Operation.ACTION_DECIDE][found.roles.index(Role.APPROVER)] == IN_PERSON


def test_every_rule_that_is_no_cell_stands_beside_the_table() -> None:
    cedar = POLICIES.texts["authorization.cedar"]
    lent = '@id("lent")\npermit (principal in Role::"auditor", action == Action::"fact.record", resource)'
    changed = Policies({**POLICIES.texts, "authorization.cedar": f"{cedar}\n{lent} when {{ principal.service }};"})
    before = [one.id for one in rights(POLICIES).conditions]
    found = rights(changed).conditions
    assert [one.id for one in found if one.permits] == ["worker.executes", "lent"]
    assert {one.id for one in found} == {*before, "lent"}
    (one,) = [one for one in found if one.id == "lent"]
    assert (one.whom, one.operations) == ("auditor", (SAID[Operation.FACT_RECORD],))
    assert "principal.service" in one.cedar
    assert {f"role.{role.value}" for role in Role}.isdisjoint(before)


def test_a_refusal_says_why() -> None:
    with pytest.raises(NotPermitted, match=r"'fact.record', which your role \(approver\)"):
        POLICIES.require(Actor("north", "ada", "Ada", frozenset({Role.APPROVER})), Operation.FACT_RECORD)


@given(ACTORS, some.sampled_from(Operation))
def test_nothing_of_another_tenant_is_permitted(actor: Actor, operation: Operation) -> None:
    assert not POLICIES.authorize(actor, operation, {"tenant": "elsewhere"}).allowed


@given(ACTORS, some.sampled_from(Operation))
def test_rights_are_the_roles_and_the_agent_and_services_have_fewer(actor: Actor, operation: Operation) -> None:
    allowed = POLICIES.authorize(actor, operation).allowed
    if allowed:
        assert operation.value in set().union(*(RIGHTS[role] for role in actor.roles))
    if operation is Operation.ACTION_DECIDE:
        assert not (allowed and (actor.agent_run or actor.service))


def test_a_permission_is_among_the_examples() -> None:
    often = settings(max_examples=20_000, database=None)
    find(some.tuples(ACTORS, ACTIONS), lambda pair: POLICIES.may_decide(*pair).allowed, settings=often)


def really(answer: Authorization, actor: Actor, wanted: Action, lent: Actor | None = None) -> None:
    """What must be true of every decision that policy permits."""
    assert answer.step in open_steps(wanted.verdict.chain, wanted.decisions)
    step = wanted.verdict.chain[answer.step]
    words = {actor.person, *([lent.person] if lent else [])}
    before = [d for d in wanted.decisions if d.verdict == "approve"]
    assert wanted.proposer not in words
    assert not any(d.people & words for d in wanted.decisions)
    assert actor.tenant == wanted.tenant
    assert actor.agent_run is None
    assert not actor.service
    judged = lent or actor
    asked = {step.role} | ({step.escalates_to} if wanted.escalated_at else set())
    assert asked & {role.value for role in judged.roles}
    assert judged.roles & {Role.APPROVER, Role.ADMINISTRATOR}
    if step.limited and wanted.intent.amount is not None:
        assert judged.approval_limit is not None
        assert in_euros(wanted.intent.amount) <= in_euros(judged.approval_limit)
    if remaining(wanted.verdict.chain, wanted.decisions) == 1:
        assert not words & wanted.dependent or any(not d.people & wanted.dependent for d in before)


def in_euros(money: Money) -> Money:
    return POLICIES.matrix.converted(money, POLICIES._clock())


@settings(max_examples=1000)
@given(ACTORS, ACTIONS)
def test_whoever_may_decide_may_really_decide(actor: Actor, wanted: Action) -> None:
    if (answer := POLICIES.may_decide(actor, wanted)).allowed:
        really(answer, actor, wanted)


@settings(max_examples=1000)
@given(ACTORS, ACTORS, ACTIONS)
def test_a_delegate_may_only_what_the_delegator_might_and_both_must_be_free(
    actor: Actor, lent: Actor, wanted: Action
) -> None:
    answer = POLICIES.may_decide(actor, wanted, lent)
    if answer.allowed:
        really(answer, actor, wanted, lent)
        assert lent.tenant == actor.tenant
        assert lent.person != actor.person
        assert actor.roles
        alone = replace(wanted, decisions=(), editor=None, touched=(), proposer="nobody else")
        assert POLICIES.may_decide(lent, alone).allowed


def test_a_delegates_own_roles_and_limit_do_not_matter() -> None:
    limit = Money(Decimal(100), "EUR")
    ada = Actor("north", "ada", "Ada", frozenset({Role.APPROVER}), limit)
    finn = Actor("north", "finn", "Finn", frozenset({Role.FINANCE}))
    rich = Actor("north", "marek", "Marek", frozenset({Role.APPROVER}), Money(Decimal(10**9), "EUR"))
    small = action("north", "priya", [Step("approver")], [], limit)
    large = action("north", "priya", [Step("approver")], [], Money(Decimal(101), "EUR"))
    assert POLICIES.may_decide(finn, small, ada).step == 0
    assert not POLICIES.may_decide(finn, small).allowed
    assert POLICIES.may_decide(rich, large, ada).code == OverLimit.code
    for own in ("finn", "ada"):
        assert POLICIES.may_decide(finn, replace(small, proposer=own), ada).code == SegregationOfDuties.code
    for refused in (
        POLICIES.may_decide(finn, small, replace(ada, tenant="south")),
        POLICIES.may_decide(finn, small, replace(ada, service=True)),
        POLICIES.may_decide(finn, small, ada.through_agent("run")),
        POLICIES.may_decide(ada, small, ada),
        POLICIES.may_decide(replace(finn, roles=frozenset()), small, ada),
        POLICIES.may_decide(finn.through_agent("run"), small, ada),
        POLICIES.may_decide(finn, small, replace(ada, roles=frozenset())),
        POLICIES.may_decide(finn, small, replace(ada, approval_limit=None)),
    ):
        assert not refused.allowed


@settings(max_examples=300)
@given(ACTIONS, some.lists(ACTORS, max_size=8))
def test_no_chain_is_ever_complete_without_someone_independent(wanted: Action, people: list[Actor]) -> None:
    now = replace(wanted, decisions=())
    for person in people:
        answer = POLICIES.may_decide(person, now)
        if answer.allowed:
            taken = Decision("d", person.person, "x", "approve", "", "d", answer.step, NOW)
            now = replace(now, decisions=(*now.decisions, taken))
    if wanted.verdict.chain and not open_steps(now.verdict.chain, now.decisions):
        assert any(not d.people & now.dependent for d in now.decisions)


def test_steps_of_one_stage_are_taken_in_any_order_and_the_next_stage_waits() -> None:
    ann = Actor("north", "ann", "Ann", frozenset({Role.ADMINISTRATOR}))
    bob = Actor("north", "bob", "Bob", frozenset({Role.APPROVER}))
    chain = [Step("administrator", limited=False), Step("approver", limited=False), Step("approver", 2, False, 2)]
    wanted = action("north", "priya", chain, [], None)
    assert [POLICIES.may_decide(who, wanted).step for who in (ann, bob)] == [0, 1]
    assert not POLICIES.may_decide(bob, wanted, step=0).allowed
    first = Decision("d", "bob", "Bob", "approve", "", "d", 1, NOW)
    half = replace(wanted, decisions=(first,))
    carla = replace(bob, person="carla")
    assert POLICIES.may_decide(carla, half).rules == ("step.role",)
    whole = replace(half, decisions=(first, replace(first, person="ann", step=0)))
    assert POLICIES.may_decide(carla, whole).step == 2
    assert "duties.twice" in POLICIES.may_decide(bob, whole).rules


def test_once_escalated_those_above_may_take_the_step_too() -> None:
    tom = Actor("north", "tom", "Tom", frozenset({Role.ADMINISTRATOR}))
    ada = Actor("north", "ada", "Ada", frozenset({Role.APPROVER}))
    waiting = action("north", "priya", [Step("approver", limited=False, escalates_to="administrator")], [], None)
    assert not POLICIES.may_decide(tom, waiting).allowed
    late = replace(waiting, escalated_at=NOW)
    assert POLICIES.may_decide(tom, late).allowed
    assert POLICIES.may_decide(ada, late).allowed
    assert not POLICIES.may_decide(tom, replace(late, proposer="tom")).allowed


@pytest.mark.parametrize("how", [{"editor": "ada"}, {"touched": ("ada",)}])
def test_whoever_edited_it_or_changed_what_it_rests_on_never_decides_alone(how: dict[str, Any]) -> None:
    ada = Actor("north", "ada", "Ada", frozenset({Role.APPROVER}))
    marek = replace(ada, person="marek")
    one = action("north", "priya", [Step("approver", limited=False)], [], None, **how)
    assert POLICIES.may_decide(ada, one).rules == ("duties.alone",)
    assert POLICIES.may_decide(replace(ada, person="finn"), one, ada).rules == ("duties.alone",)
    assert POLICIES.may_decide(marek, one).allowed
    two = action("north", "priya", [Step("approver", 2, limited=False)], [], None, **how)
    assert POLICIES.may_decide(ada, two).allowed
    by_ada = Decision("d", "ada", "Ada", "approve", "", "d", 0, NOW)
    assert POLICIES.may_decide(marek, replace(two, decisions=(by_ada,))).allowed
    by_marek = replace(by_ada, person="marek")
    assert POLICIES.may_decide(ada, replace(two, decisions=(by_marek,))).allowed
    for_her = replace(by_marek, on_behalf_of="ada")
    assert "duties.twice" in POLICIES.may_decide(ada, replace(two, decisions=(for_her,))).rules


def test_only_the_worker_executes_and_only_for_its_own_firm() -> None:
    worker = Actor("north", "worker", "Worker", frozenset(), service=True)
    execute, facts = Operation.ACTION_EXECUTE, {"tenant": "north"}
    assert POLICIES.authorize(worker, execute, facts).rules == ("worker.executes",)
    for other in (
        replace(worker, tenant="south"),
        replace(worker, person="nightly"),
        replace(worker, service=False, roles=frozenset(Role)),
        worker.through_agent("run"),
    ):
        assert not POLICIES.authorize(other, execute, facts).allowed


@given(ACTORS, ACTIONS, some.sampled_from(ActionState), some.booleans())
def test_only_what_waits_can_be_decided(actor: Actor, wanted: Action, state: ActionState, overdue: bool) -> None:
    if overdue or state is not ActionState.AWAITING_APPROVAL:
        assert not POLICIES.may_decide(actor, replace(wanted, state=state, overdue=overdue)).allowed


@given(ACTORS, ACTIONS)
def test_nobody_decides_on_their_own_proposal(actor: Actor, wanted: Action) -> None:
    assert not POLICIES.may_decide(actor, replace(wanted, proposer=actor.person)).allowed


@given(
    some.dictionaries(
        some.sampled_from(["tenant", "proposer", "open", "roles", "limited", "amount", "x"]),
        some.none() | some.booleans() | some.integers() | some.text(max_size=5),
    )
)
def test_facts_that_do_not_fit_deny(facts: dict[str, object]) -> None:
    actor = Actor("north", "ada", "Ada", frozenset({Role.APPROVER}))
    if facts and facts != {"tenant": "north"}:
        assert not POLICIES.authorize(actor, Operation.ACTION_DECIDE, facts).allowed


def test_the_code_of_a_refusal_is_its_error() -> None:
    ada = Actor("north", "ada", "Ada", frozenset({Role.APPROVER}), Money(Decimal(100), "EUR"))
    wanted = action("north", "priya", [Step("approver")], [], Money(Decimal("100.01"), "EUR"))
    with pytest.raises(OverLimit):
        POLICIES.demand(POLICIES.may_decide(ada, wanted))
    with pytest.raises(SegregationOfDuties):
        POLICIES.demand(POLICIES.may_decide(ada, replace(wanted, proposer="ada")))
    exactly = replace(wanted, intent=replace(wanted.intent, amount=Money(Decimal(100), "EUR")))
    assert POLICIES.may_decide(ada, exactly).allowed


@given(ACTIONS, some.text(max_size=5) | some.integers(-5, 5) | some.none())
def test_the_digest_changes_with_everything_a_person_signs(wanted: Action, value: object) -> None:
    before = signed_digest(wanted)
    for changed in (
        replace(wanted, intent=replace(wanted.intent, arguments={"a": value})),
        replace(wanted, intent=replace(wanted.intent, arguments={"a": 1, "b": value})),
        replace(wanted, intent=replace(wanted.intent, summary="y")),
        replace(wanted, intent=replace(wanted.intent, amount=Money(Decimal("0.07"), "CHF"))),
        replace(wanted, before=Image({"po": value})),
        replace(wanted, before=Image({}, {"sale.sale,1": "2"})),
        replace(wanted, proposer=wanted.proposer + "x"),
        replace(wanted, id="b"),
        replace(wanted, verdict=replace(wanted.verdict, digest="q")),
        replace(wanted, verdict=replace(wanted.verdict, chain=(*wanted.verdict.chain, Step("approver")))),
    ):
        different = changed != wanted
        assert (signed_digest(changed) != before) == different


def test_policies_that_do_not_hold_together_do_not_load() -> None:
    texts = {name: (FOLDER / name).read_text() for name in FILES}
    cedar = "authorization.cedar"
    for broken in (
        {cedar: texts[cedar] + '@id("x") permit (principal, action, resource) when { principal.nothing };'},
        {cedar: texts[cedar] + "permit (principal, action, resource);"},
        {cedar: texts[cedar] + '@id("agent.never") permit (principal, action, resource);'},
        {cedar: "permit"},
        {"approval.toml": "currency = 1"},
        {
            "approval.toml": texts["approval.toml"]
            + '[[rule]]\nid = "x"\naction = "x"\nreason = "x"\nchain = [{role = "god"}]'
        },
    ):
        with pytest.raises(ConfigurationError):
            Policies({**texts, **broken})
    with pytest.raises(ConfigurationError):
        Policies.load(FOLDER / "nowhere")


def test_the_digest_names_the_content() -> None:
    texts = {name: (FOLDER / name).read_text() for name in FILES}
    digests = {Policies({**texts, name: texts[name] + "\n"}).digest for name in FILES}
    assert len(digests | {POLICIES.digest}) == 1 + len(FILES)
    assert Policies(texts).digest == POLICIES.digest
