"""The approval matrix: all rules that speak count at their strictest, in any order, and every doubt is a no."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from actions.catalogue import TYPES
from domain.actions import Deadlines, Intent, PolicyVerdict, Step
from domain.actor import Actor, Role
from domain.errors import ConfigurationError
from domain.money import Money
from policies.approval import Matrix, lacking, union
from policies.engine import FOLDER, Policies, read
from policies.rule import Asked, Case, Cumulative, Rule, Window

POLICIES = Policies.load()
PRIYA = Actor("north", "priya", "Priya", frozenset({Role.PROJECT_MANAGER}))
TODAY = date(2026, 11, 23)
RULE = '[[rule]]\nid = "{id}"\naction = "{action}"\nreason = "because"\n{more}\n'
HEAD = """currency = "EUR"
days_to_decide = 10
remind_after_days = 3
escalate_after_days = 5
risk = { high = ["Acme & Co"] }
[[rates]]
date = 2026-01-01
per_unit = { GBP = "1.1" }
[[rates]]
date = 2026-11-01
days_valid = 30
per_unit = { GBP = "1.2" }
"""
WINDOW = Window("customer", 30)


def euros(amount: str | int | Decimal) -> Money:
    return Money(Decimal(amount), "EUR")


def judge(
    amount: str | None,
    currency: str = "EUR",
    action_type: str = "invoice.create_draft",
    *,
    earlier: tuple[Money, ...] = (),
    customer: str = "Fenwick",
) -> PolicyVerdict:
    money = None if amount is None else Money(Decimal(amount), currency)
    intent = Intent(action_type, {}, "x", amount=money, customer=customer)
    return POLICIES.judge(intent, PRIYA, on=TODAY, earlier=dict.fromkeys(POLICIES.windows(action_type), earlier))


def matrix(*rules: str) -> Matrix:
    return Matrix.parse(HEAD + "".join(rules))


def verdict(found: Matrix, intent: Intent, *earlier: Money, on: date = TODAY, **known: str) -> PolicyVerdict:
    windows = dict.fromkeys(found.windows(intent.action_type), earlier)
    return found.judge(intent, "d", on=on, earlier=windows)


@pytest.mark.parametrize(
    ("amount", "currency", "rules", "steps"),
    [
        ("0.01", "EUR", ("invoice.create_draft.usual",), 1),
        ("100000.00", "EUR", ("invoice.create_draft.usual",), 1),
        ("100000.01", "EUR", ("invoice.create_draft.large", "invoice.create_draft.many"), 2),
        ("90000.00", "GBP", ("invoice.create_draft.large", "invoice.create_draft.many"), 2),
        ("1.00", "SEK", ("rate.missing",), 0),
        ("-1.00", "EUR", ("amount.negative",), 0),
        (None, "EUR", ("matrix.no_match",), 0),
    ],
)
def test_amounts_choose_the_chain(amount: str | None, currency: str, rules: tuple[str, ...], steps: int) -> None:
    found = judge(amount, currency)
    assert (found.rules, len(found.chain), found.allowed) == (rules, steps, steps > 0)
    assert found.digest == POLICIES.digest
    assert all(found.reasons)


@given(some.none() | some.decimals(-100, 10**12, places=2), some.sampled_from([*TYPES, "something.else"]))
def test_nothing_is_permitted_without_people(amount: Decimal | None, action_type: str) -> None:
    found = judge(None if amount is None else str(amount), action_type=action_type)
    assert found.allowed == bool(found.chain)
    assert found.allowed <= (action_type in TYPES)


@given(some.decimals("0.01", 10**9, places=2), some.decimals("0.01", 10**9, places=2))
def test_more_money_never_needs_fewer_people(one: Decimal, other: Decimal) -> None:
    less, more = sorted((one, other))
    assert len(judge(str(less)).chain) <= len(judge(str(more)).chain)


@given(some.lists(some.decimals("0.01", 10**6, places=2), min_size=1, max_size=8))
def test_parts_need_no_fewer_people_than_the_whole(parts: list[Decimal]) -> None:
    whole = judge(str(sum(parts)))
    for index, part in enumerate(parts):
        others = tuple(euros(other) for other in parts[:index] + parts[index + 1 :])
        assert not lacking(judge(str(part), earlier=others).chain, whole)


def test_every_action_type_has_rules_and_every_rule_an_action_type() -> None:
    rules = Matrix.parse((FOLDER / "approval.toml").read_text()).rule
    assert {rule.action for rule in rules} == set(TYPES)


def test_forbid_wins_nothing_denies_and_a_chain_is_needed() -> None:
    chain = 'chain = [{ role = "approver" }]'
    yes = RULE.format(id="a", action="x", more=chain)
    no = RULE.format(id="c", action="x", more="forbid = true")
    empty = RULE.format(id="d", action="x", more="")
    intent = Intent("x", {}, "x", amount=Money(Decimal(1), "GBP"))
    assert verdict(matrix(yes), intent).allowed
    assert verdict(matrix(yes, empty), intent).allowed
    for rules, wanted in (((yes, no), "c"), ((empty,), "d"), ((), "matrix.no_match")):
        found = verdict(matrix(*rules or (RULE.format(id="e", action="y", more=chain),)), intent)
        assert (found.allowed, found.rules) == (False, (wanted,))


def test_all_rules_that_speak_count_at_their_strictest_in_any_order() -> None:
    rules = (
        RULE.format(
            id="a", action="x", more='chain = [{ role = "approver", limited = false, escalates_to = "administrator" }]'
        ),
        RULE.format(id="b", action="x", more='above = "10"\nchain = [{ role = "approver", count = 2 }]'),
        RULE.format(
            id="c", action="x",
            more='practice = ["CLD"]\nchain = [{ role = "administrator", stage = 2, limited = false }]',
        ),
    )  # fmt: skip
    intent = Intent("x", {}, "x", amount=euros(11), project_code="CLD-UKI-1001")
    wanted = (Step("approver", 2), Step("administrator", 1, limited=False, stage=2))
    for order in permutations(rules):
        found = verdict(matrix(*order), intent)
        assert (found.chain, found.rules) == (wanted, ("a", "b", "c"))
    alone = verdict(matrix(rules[0]), intent).chain
    assert alone == (Step("approver", limited=False, escalates_to="administrator"),)


def test_place_and_risk_are_conditions_and_what_is_not_known_counts_but_permits_nothing() -> None:
    base = RULE.format(id="a", action="x", more='chain = [{ role = "approver" }]')
    more = 'chain = [{ role = "approver", count = 3 }]'
    for condition, inside, outside in (
        ('practice = ["CLD"]', {"project_code": "CLD-UKI-1"}, {"project_code": "DAT-UKI-1"}),
        ('practice = ["CLD"]', {"practice": "CLD"}, {"practice": "DAT", "project_code": "CLD-UKI-1"}),
        ('region = ["UKI", "DACH"]', {"region": "DACH"}, {"project_code": "CLD-XX-1"}),
        ('risk = ["high"]', {"customer": "\uff21cme  & co."}, {"customer": "Fenwick"}),
        ('risk = ["usual"]', {"customer": "Fenwick"}, {"customer": "Acme & Co"}),
    ):
        special = RULE.format(id="b", action="x", more=f"{condition}\n{more}")
        both, only = matrix(base, special), matrix(special)
        assert verdict(both, Intent("x", {}, "x", **inside)).chain[0].count == 3
        assert verdict(both, Intent("x", {}, "x", **outside)).chain[0].count == 1
        unknown = verdict(both, Intent("x", {}, "x"))
        assert unknown.chain[0].count == 3
        assert "cannot be determined" in unknown.reasons[1]
        assert verdict(only, Intent("x", {}, "x")).rules == ("matrix.no_match",)
        refusing = matrix(base, RULE.format(id="b", action="x", more=f"{condition}\nforbid = true"))
        assert not verdict(refusing, Intent("x", {}, "x")).allowed
        assert verdict(refusing, Intent("x", {}, "x", **outside)).allowed


def test_a_sum_over_the_window_counts_like_one_amount() -> None:
    rule = RULE.format(
        id="b", action="x",
        more='above = "100"\ncumulative = { per = "customer", days = 30 }\nchain = [{ role = "approver", count = 2 }]',
    )  # fmt: skip
    found = matrix(RULE.format(id="a", action="x", more='chain = [{ role = "approver" }]'), rule)
    intent = Intent("x", {}, "x", amount=euros(40))
    assert found.windows("x") == (WINDOW,)
    assert found.windows("y") == ()
    assert verdict(found, intent, euros(60)).chain[0].count == 1
    more = verdict(found, intent, euros(30), Money(Decimal(30), "GBP"))
    assert more.chain[0].count == 2
    assert "comes to EUR 106.00" in more.reasons[1]
    assert found.judge(intent, "d", on=TODAY, earlier={}).chain[0].count == 2
    assert verdict(found, intent, Money(Decimal(1), "SEK")).rules == ("rate.missing",)


@pytest.mark.parametrize(
    ("on", "counted"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), "110.00"),
        (date(2026, 10, 31), "110.00"),
        (date(2026, 11, 1), "120.00"),
        (date(2026, 12, 1), "120.00"),
        (date(2026, 12, 2), None),
    ],
)
def test_the_newest_rate_not_after_the_day_holds_while_it_is_valid(on: date, counted: str | None) -> None:
    found = matrix(RULE.format(id="a", action="x", more='chain = [{ role = "approver" }]'))
    answer = verdict(found, Intent("x", {}, "x", amount=Money(Decimal(100), "GBP")), on=on)
    assert answer.allowed == (counted is not None)
    assert answer.allowed or answer.rules == ("rate.missing",)
    assert counted is None or f"EUR {counted}" in answer.reasons[-1]
    assert verdict(found, Intent("x", {}, "x", amount=euros(100)), on=on).allowed


def test_a_matrix_in_another_currency_than_the_firms_approves_nothing() -> None:
    pounds = Policies(read(FOLDER), base_currency="GBP", clock=lambda: TODAY)
    assert pounds.judge(Intent("project.create", {}, "x"), PRIYA).rules == ("matrix.currency",)


def test_times_are_the_strictest_and_others_come_in_last() -> None:
    chain = 'chain = [{ role = "approver" }]\n'
    quick = RULE.format(
        id="b", action="x",
        more=chain + "days_to_decide = 2\nescalate_after_days = 9\nreauthenticate_after_minutes = 15",
    )  # fmt: skip
    found = matrix(RULE.format(id="a", action="x", more=chain), quick, RULE.format(id="c", action="y", more=chain))
    assert verdict(found, Intent("x", {}, "x")).deadlines == Deadlines(2, 3, 9, 15)
    assert verdict(found, Intent("y", {}, "x")).deadlines == Deadlines(10, 3, 5)
    assert POLICIES.deadlines(["no.such.rule"]).days_to_decide == POLICIES.days_to_decide


@pytest.mark.parametrize(
    "wrong",
    [
        'chain = [{ role = "approver" }, { role = "approver" }]',
        'chain = [{ role = "approver" }]\nforbid = true',
        'chain = [{ role = "approver", cuont = 2 }]',
        'abvoe = "10"',
        'above = "-1"',
        'above = "NaN"',
        'cumulative = { per = "customer", days = 30 }',
        'above = "1"\ncumulative = { per = "moon", days = 30 }',
        'practice = ["Cloud"]',
        'region = ["MOON"]',
        'risk = ["enormous"]',
    ],
)
def test_what_is_misspelt_does_not_load(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"validation error for Matrix"):
        matrix(RULE.format(id="a", action="x", more=wrong))


def test_a_rule_or_customer_that_stands_twice_or_asks_who_never_decides_does_not_load() -> None:
    texts = read(FOLDER)
    for more in (
        RULE.format(id="project.create", action="x", more=""),
        RULE.format(id="x", action="x", more='chain = [{ role = "finance" }]'),
        RULE.format(id="x", action="x", more='chain = [{ role = "approver", escalates_to = "auditor" }]'),
    ):
        with pytest.raises(ConfigurationError, match=r"approval.toml"):
            Policies({**texts, "approval.toml": texts["approval.toml"] + more})
    with pytest.raises(ValueError, match="stands twice"):
        Matrix.parse(
            HEAD.replace('["Acme & Co"]', '["Acme"], low = ["acme "]') + RULE.format(id="a", action="x", more="")
        )


def test_who_may_not_propose_gets_no_chain() -> None:
    ada = Actor("north", "ada", "Ada", frozenset({Role.APPROVER}))
    assert not POLICIES.judge(Intent("project.create", {}, "x"), ada).allowed


def test_a_stored_chain_that_asks_for_less_is_not_enough() -> None:
    stored = (Step("approver", 2), Step("administrator", stage=2, escalates_to="approver"))

    def fresh(*chain: Step) -> PolicyVerdict:
        return PolicyVerdict(True, chain, ("r",), ("because",), "d")

    assert not lacking(stored, fresh(Step("approver", 2)))
    assert not lacking(stored, fresh(Step("approver", 1, limited=False)))
    assert "three approvers" in lacking(stored, fresh(Step("approver", 3)))
    assert "stage 2" in lacking(stored, fresh(Step("approver", stage=2)))
    assert "no longer lets approver stand in" in lacking(stored, fresh(Step("administrator", stage=2)))
    assert "limit" in lacking((Step("approver", limited=False),), fresh(Step("approver")))
    assert lacking(stored, PolicyVerdict(False, (), ("r",), ("no more",), "d")) == "no more"


AMOUNTS = some.none() | some.decimals(0, 100, places=0)
PLACES = some.sampled_from([(), ("CLD",), ("CLD", "DAT")])
CHAINS = some.lists(
    some.builds(
        Asked,
        role=some.sampled_from([Role.APPROVER, Role.ADMINISTRATOR]),
        count=some.integers(1, 3),
        limited=some.booleans(),
        stage=some.integers(1, 2),
        escalates_to=some.sampled_from([None, Role.ADMINISTRATOR]),
    ),
    max_size=3,
    unique_by=lambda asked: (asked.stage, asked.role),
)


@some.composite
def rules(draw: some.DrawFn) -> Rule:
    above = draw(AMOUNTS)
    forbid = draw(some.integers(0, 9)) == 0
    return Rule(
        id=f"r{draw(some.integers(0, 10**9))}",
        action=draw(some.sampled_from(["x", "x", "x", "y"])),
        reason="because",
        above=above,
        up_to=draw(AMOUNTS),
        cumulative=Cumulative(per="customer", days=30) if above is not None and draw(some.booleans()) else None,
        practice=draw(PLACES),
        risk=draw(some.sampled_from([(), ("high",), ("usual",)])),
        forbid=forbid,
        chain=() if forbid else tuple(draw(CHAINS)),
        days_to_decide=draw(some.sampled_from([None, 1, 20])),
        escalate_after_days=draw(some.sampled_from([None, 1, 20])),
        reauthenticate_after_minutes=draw(some.sampled_from([None, 1, 20])),
    )


INTENTS = some.builds(
    Intent,
    action_type=some.just("x"),
    arguments=some.just({}),
    summary=some.just("x"),
    amount=some.none() | some.decimals(0, 100, places=0).map(euros),
    practice=some.sampled_from([None, "CLD", "ADV"]),
    customer=some.sampled_from([None, "Acme & Co", "Fenwick"]),
)
EARLIER = some.sampled_from([{}, {WINDOW: ()}, {WINDOW: (euros(50),)}])


@given(some.lists(rules(), max_size=5, unique_by=lambda rule: rule.id), rules(), INTENTS, EARLIER, some.randoms())
def test_one_more_rule_never_asks_for_less(
    there: list[Rule], more: Rule, intent: Intent, earlier: dict[Window, tuple[Money, ...]], dice: random.Random
) -> None:
    base = Matrix.parse(HEAD)
    if more.id in {rule.id for rule in there}:
        return
    shuffled = [*there, more]
    dice.shuffle(shuffled)
    before = base.model_copy(update={"rule": tuple(there)}).judge(intent, "d", on=TODAY, earlier=earlier)
    after = base.model_copy(update={"rule": tuple(shuffled)}).judge(intent, "d", on=TODAY, earlier=earlier)
    if not before.allowed:
        assert not (after.allowed and {rule.id for rule in there if rule.forbid} & {*before.rules})
        return
    assert not after.allowed or not lacking(after.chain, before)
    if after.allowed:
        assert set(before.rules) <= set(after.rules)
        assert after.deadlines.days_to_decide <= before.deadlines.days_to_decide
        late, earlier_late = after.deadlines.escalate_after_days, before.deadlines.escalate_after_days
        assert late is None or (earlier_late is not None and late >= earlier_late)


@given(some.lists(rules(), max_size=5, unique_by=lambda rule: rule.id), INTENTS, some.randoms())
def test_the_order_of_rules_means_nothing(there: list[Rule], intent: Intent, dice: random.Random) -> None:
    base = Matrix.parse(HEAD)
    shuffled = list(there)
    dice.shuffle(shuffled)
    one, other = (base.model_copy(update={"rule": tuple(order)}) for order in (there, shuffled))
    assert one.judge(intent, "d", on=TODAY, earlier={}) == other.judge(intent, "d", on=TODAY, earlier={})


@given(rules(), INTENTS)
def test_what_becomes_known_settles_a_doubt_and_turns_no_answer_round(rule: Rule, intent: Intent) -> None:
    blind = Case("x", None if intent.amount is None else intent.amount.amount)
    for practice in ("CLD", "ADV"):
        for risk in ("high", "usual"):
            seeing = Case("x", blind.amount, practice, "UKI", risk, {WINDOW: Decimal(3)})
            if rule.speaks(blind) is not None:
                assert rule.speaks(seeing) == rule.speaks(blind)
            assert blind.amount is None or rule.speaks(seeing) is not None


@given(some.lists(rules(), max_size=4))
def test_a_union_covers_each_of_its_rules(there: list[Rule]) -> None:
    chain = union(there)
    assert len({(step.stage, step.role) for step in chain}) == len(chain)
    for rule in there:
        assert not lacking(chain, PolicyVerdict(True, union([rule]), (), (), "d"))
