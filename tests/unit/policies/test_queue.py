"""The order of the approval queue: money, age and risk, with reasons; whatever order the proposals come in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import Action, ActionState, Image, Intent, PolicyVerdict
from domain.money import Money
from policies.queue import queue

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def action(name: str, amount: int | None = None, days: float = 0, **changes) -> Action:
    type_ = changes.pop("type", "invoice.create_draft")
    money = None if amount is None else Money(Decimal(amount), changes.pop("currency", "EUR"))
    intent = Intent(type_, {}, name, amount=money, risk=changes.pop("risk", "usual"))
    created = NOW - timedelta(days=days)
    made = Action(
        name,
        "northlight",
        type_,
        ActionState.AWAITING_APPROVAL,
        intent,
        "",
        Image({}),
        PolicyVerdict(True, (), (), (), ""),
        "p",
        "P",
        None,
        created,
        created + timedelta(days=14),
        (),
    )
    return replace(made, **changes)


def euros(money: Money) -> Money:
    if money.currency == "JPY":
        raise LookupError
    return Money(money.amount, "EUR")


def places(*actions: Action):
    return queue(actions, NOW, euros)


def names(*actions: Action) -> list[str]:
    return [place.action.id for place in places(*actions)]


@pytest.mark.parametrize(("amount", "points"), [(None, 0), (10_000, 0), (10_001, 1), (50_001, 2), (100_001, 3)])
def test_money(amount: int | None, points: int) -> None:
    (place,) = places(action("a", amount))
    assert place.points == points
    assert len(place.reasons) == (1 if points else 3)


@pytest.mark.parametrize(("days", "points"), [(0, 0), (3.4, 0), (3.5, 1), (7, 2), (10.5, 3), (13.1, 3), (15, 3)])
def test_age(days: float, points: int) -> None:
    assert places(action("a", days=days))[0].points == points


def test_risk() -> None:
    assert places(action("a", risk="high"))[0].reasons == ("customer of risk class “high”",)
    assert places(action("a", type="customer.set_billing_identity"))[0].points == 2
    assert places(action("a", type="customer.set_billing_identity", risk="high"))[0].points == 3
    assert places(action("a", risk=None))[0].points == 0
    assert places(action("a", version=2))[0].points == 1
    assert places(action("a", days=1, escalated_at=NOW))[0].points == 3


def test_the_order_and_its_reasons() -> None:
    large, old, risky, small = (
        action("large", 120_000),
        action("old", 20_000, 8),
        action("risky", 5_000, risk="high"),
        action("small", 900),
    )
    assert names(small, risky, old, large) == ["large", "old", "risky", "small"]
    assert places(old)[0].reasons == ("waits for 8 of 14 days", "EUR 20,000.00 at stake")


def test_what_has_no_rate_is_not_taken_for_small() -> None:
    yen = action("yen", 900, currency="JPY")
    assert names(action("large", 60_000), yen) == ["yen", "large"]
    assert "no exchange rate" in places(yen)[0].reasons[0]


@given(
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 20), st.sampled_from(["usual", "high"])), max_size=8),
    st.randoms(),
)
def test_nobody_is_lost_and_the_order_is_one(rows, random) -> None:
    made = [action(f"a{n}", amount, days, risk=risk) for n, (amount, days, risk) in enumerate(rows)]
    expected = names(*made)
    random.shuffle(made)
    assert names(*made) == expected
    assert sorted(expected) == sorted(one.id for one in made)
    points = [place.points for place in places(*made)]
    assert points == sorted(points, reverse=True)
