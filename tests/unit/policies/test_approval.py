"""The approval matrix: exactly one rule speaks for an action, and every doubt is a no."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from actions.catalogue import TYPES
from domain.actions import Intent, PolicyVerdict
from domain.actor import Actor, Role
from domain.money import Money
from policies.approval import Matrix
from policies.engine import FOLDER, Policies

POLICIES = Policies.load()
PRIYA = Actor("north", "priya", "Priya", frozenset({Role.PROJECT_MANAGER}))
RULE = '[[rule]]\nid = "{id}"\naction = "{action}"\nreason = "because"\n{more}\n'


def judge(amount: str | None, currency: str = "EUR", action_type: str = "invoice.create_draft") -> PolicyVerdict:
    money = None if amount is None else Money(Decimal(amount), currency)
    return POLICIES.judge(Intent(action_type, {}, "x", amount=money), PRIYA)


def matrix(*rules: str) -> Matrix:
    head = 'currency = "EUR"\ndays_to_decide = 1\n[rates]\ndate = 2026-01-01\n[rates.per_unit]\nGBP = "1.1"\n'
    return Matrix.parse(head + "".join(rules))


@pytest.mark.parametrize(
    ("amount", "currency", "rules", "steps"),
    [
        ("0.01", "EUR", ("invoice.create_draft.usual",), 1),
        ("100000.00", "EUR", ("invoice.create_draft.usual",), 1),
        ("100000.01", "EUR", ("invoice.create_draft.large",), 2),
        ("90000.00", "GBP", ("invoice.create_draft.large",), 2),
        ("1.00", "SEK", ("rate.missing",), 0),
        ("-1.00", "EUR", ("amount.negative",), 0),
        (None, "EUR", ("matrix.no_match",), 0),
    ],
)
def test_amounts_choose_the_chain(amount: str | None, currency: str, rules: tuple[str, ...], steps: int) -> None:
    verdict = judge(amount, currency)
    assert (verdict.rules, len(verdict.chain), verdict.allowed) == (rules, steps, steps > 0)
    assert verdict.digest == POLICIES.digest
    assert all(verdict.reasons)


@given(some.none() | some.decimals(-100, 10**12, places=2), some.sampled_from([*TYPES, "something.else"]))
def test_nothing_is_permitted_without_people(amount: Decimal | None, action_type: str) -> None:
    verdict = judge(None if amount is None else str(amount), action_type=action_type)
    assert verdict.allowed == bool(verdict.chain)
    assert verdict.allowed <= (action_type in TYPES)


@given(some.decimals("0.01", 10**9, places=2), some.decimals("0.01", 10**9, places=2))
def test_more_money_never_needs_fewer_people(one: Decimal, other: Decimal) -> None:
    less, more = sorted((one, other))
    assert len(judge(str(less)).chain) <= len(judge(str(more)).chain)


def test_every_action_type_has_rules_and_every_rule_an_action_type() -> None:
    rules = Matrix.parse((FOLDER / "approval.toml").read_text()).rule
    assert {rule.action for rule in rules} == set(TYPES)
    assert len({rule.id for rule in rules}) == len(rules)


def test_forbid_wins_doubt_denies_and_a_chain_is_needed() -> None:
    chain = 'chain = [{ role = "approver" }]'
    yes, also = RULE.format(id="a", action="x", more=chain), RULE.format(id="b", action="x", more=chain)
    no = RULE.format(id="c", action="x", more="forbid = true")
    empty = RULE.format(id="d", action="x", more="")
    intent = Intent("x", {}, "x", amount=Money(Decimal(1), "GBP"))
    assert matrix(yes).judge(intent, "d").allowed
    for rules, wanted in (
        ((yes, no), "c"),
        ((yes, also), "matrix.ambiguous"),
        ((empty,), "d"),
        ((), "matrix.no_match"),
    ):
        verdict = matrix(*rules or (RULE.format(id="e", action="y", more=chain),)).judge(intent, "d")
        assert (verdict.allowed, verdict.rules) == (False, (wanted,))


def test_who_may_not_propose_gets_no_chain() -> None:
    ada = Actor("north", "ada", "Ada", frozenset({Role.APPROVER}))
    assert not POLICIES.judge(Intent("project.create", {}, "x"), ada).allowed
