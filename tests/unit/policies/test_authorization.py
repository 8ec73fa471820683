"""What Cedar's policies say, as a table and as rules that hold whatever the facts are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as some

from actions.proposals import signed_digest
from domain.actions import Action, ActionState, Decision, Image, Intent, PolicyVerdict, Step
from domain.actor import Actor, Operation, Role
from domain.errors import ConfigurationError, NotPermitted, OverLimit, SegregationOfDuties
from domain.money import Money
from policies.approval import open_steps
from policies.engine import FILES, FOLDER, Policies

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
        "action.comment", "token.manage",
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
STEPS = some.builds(Step, role=some.sampled_from([*Role, "nobody"]), count=some.integers(1, 3), limited=some.booleans())
AMOUNTS = some.none() | some.builds(
    Money, some.decimals(-(10**6), 10**15, places=2), some.sampled_from(["EUR", "USD", "XXX"])
)
DECISIONS = some.lists(
    some.builds(
        Decision, id=some.just("d"), person=PEOPLE, person_name=some.just("x"),
        verdict=some.sampled_from(["approve", "reject"]), reason=some.just(""), digest=some.just("d"),
        step=some.integers(0, 2), decided_at=some.just(NOW),
    ),
    max_size=3,
)  # fmt: skip


def action(tenant: str, proposer: str, chain: list[Step], decisions: list[Decision], amount: Money | None) -> Action:
    return Action(
        id="a", tenant=tenant, type="invoice.create_draft", state=ActionState.AWAITING_APPROVAL,
        intent=Intent("invoice.create_draft", {"a": 1}, "x", amount=amount), digest="d", before=Image({}),
        verdict=PolicyVerdict(True, tuple(chain), (), (), "p"), proposer=proposer, proposer_name="x", agent_run=None,
        created_at=NOW, expires_at=NOW + timedelta(days=1), changes=(), decisions=tuple(decisions),
    )  # fmt: skip


ACTIONS = some.builds(
    action,
    tenant=some.sampled_from(["north", "north", "south"]),
    proposer=PEOPLE,
    chain=some.lists(STEPS, max_size=3),
    decisions=DECISIONS,
    amount=AMOUNTS,
)


@pytest.mark.parametrize("role", Role)
def test_each_role_has_exactly_its_rights(role: Role) -> None:
    actor = Actor("north", "ann", "Ann", frozenset({role}))
    assert {o.value for o in Operation if POLICIES.authorize(actor, o).allowed} == RIGHTS[role]


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


@settings(max_examples=1000)
@given(ACTORS, ACTIONS)
def test_whoever_may_decide_may_really_decide(actor: Actor, wanted: Action) -> None:
    if not POLICIES.may_decide(actor, wanted).allowed:
        return
    waiting = open_steps(wanted.verdict.chain, wanted.decisions)
    assert waiting
    step = wanted.verdict.chain[waiting[0]]
    assert actor.person != wanted.proposer
    assert actor.person not in {d.person for d in wanted.decisions}
    assert actor.tenant == wanted.tenant
    assert actor.agent_run is None
    assert not actor.service
    assert Role.APPROVER in actor.roles
    assert step.role in {role.value for role in actor.roles}
    if step.limited and wanted.intent.amount is not None:
        assert actor.approval_limit is not None
        assert POLICIES._matrix.converted(wanted.intent.amount) <= POLICIES._matrix.converted(actor.approval_limit)


@given(ACTORS, ACTIONS, some.sampled_from(ActionState), some.booleans())
def test_only_what_waits_can_be_decided(actor: Actor, wanted: Action, state: ActionState, overdue: bool) -> None:
    if overdue or state is not ActionState.AWAITING_APPROVAL:
        assert not POLICIES.may_decide(actor, replace(wanted, state=state, overdue=overdue)).allowed


@given(ACTORS, ACTIONS)
def test_nobody_decides_on_their_own_proposal(actor: Actor, wanted: Action) -> None:
    assert not POLICIES.may_decide(actor, replace(wanted, proposer=actor.person)).allowed


@given(
    some.dictionaries(
        some.sampled_from(["tenant", "proposer", "open", "role", "limited", "amount", "x"]),
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
    assert len(digests | {POLICIES.digest}) == 4
    assert Policies(texts).digest == POLICIES.digest
