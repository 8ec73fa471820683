"""The phrases that answers are made of: amounts, spans of days, counts and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Facts = Mapping[str, Any]


def amount(money: Facts) -> str:
    """An amount as people read it."""
    whole, _, cents = str(money["amount"]).partition(".")
    return f"{money['currency']} {int(whole):,}{'.' + cents if cents.strip('0') else ''}"


def is_zero(money: Facts) -> bool:
    """Whether an amount is nothing."""
    return not str(money["amount"]).strip("-0.")


def summed(amounts: Sequence[Facts]) -> str:
    """Amounts of several currencies, side by side."""
    return " and ".join(amount(money) for money in amounts if not is_zero(money)) or "nothing"


def period_of(facts: Facts) -> str:
    """The month or the days of an answer."""
    return f" for {facts['month']}" if facts.get("month") else span_of(facts)


def asked_of(step: Facts) -> str:
    """Whom a step of an approval asks."""
    role = str(step["role"]).replace("_", " ")
    return f"one {role}" if step["count"] == 1 else f"{step['count']} people of the role {role}"


def counted(count: int, one: str, several: str) -> str:
    """A count with its noun."""
    return f"One {one}" if count == 1 else f"{count} {several}" if count else f"No {one}"


def span_of(facts: Facts) -> str:
    """The days of an answer."""
    since, until = facts.get("since"), facts.get("until")
    if since and until:
        return f" from {since} to {until}" if since != until else f" on {since}"
    return f" since {since}" if since else f" until {until}" if until else ""
