"""What is true of the demo firm: its documents' terms, its planted problems. Only evals and tests read this."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from domain.money import Money
from erp.demo.plan import Engagement, read_plan
from erp.demo.plants import ALL
from erp.demo.sows import load, moment
from erp.demo.variant import variant

FOLDER = Path(__file__).parent
MOMENT = re.compile(r"month[+-]\d+ day \w+")


@dataclass(frozen=True)
class DocumentTruth:
    """A document, the terms that it states by field (a list where a field may have several), and the code it gets."""

    key: str
    file: str
    terms: dict[str, tuple[Any, ...]]
    code: dict[str, str]
    readable: bool
    password: str | None


@dataclass(frozen=True)
class Planted:
    """A rule that must fail on a project (its code, or its name where it has none), and the money that it holds."""

    project: str
    rule: str
    amount: Money | None


@dataclass(frozen=True)
class Lookalike:
    """A rule that must not fail on a project although it looks as if."""

    project: str
    rule: str
    why: str


def documents(today: date) -> tuple[DocumentTruth, ...]:
    """The truth about each document, dated as the firm that was seeded on `today`."""
    passwords = {sow.key: sow.password or None for sow in load(today)}
    rows = tomllib.loads((FOLDER / "sows.toml").read_text("utf-8"))
    return tuple(
        DocumentTruth(
            key=key,
            file=row["file"],
            terms={name: _several(_dated(value, today)) for name, value in row.get("terms", {}).items()},
            code=row["code"],
            readable=row.get("readable", True),
            password=passwords[key],
        )
        for key, row in rows.items()
    )


def problems(seed: int = 0, today: date | None = None) -> tuple[tuple[Planted, ...], tuple[Lookalike, ...]]:
    """The planted problems and their look-alikes; with a seed those of that firm as of `today`."""
    if seed and today is not None:
        return _seeded(seed, today)
    data = tomllib.loads((FOLDER / "planted.toml").read_text("utf-8"))
    planted = tuple(Planted(row["project"], row["rule"], _money(row)) for row in data["planted"])
    return planted, tuple(Lookalike(row["project"], row["rule"], row["why"]) for row in data["lookalike"])


def _seeded(seed: int, today: date) -> tuple[tuple[Planted, ...], tuple[Lookalike, ...]]:
    plan = read_plan(today, seed=seed)
    found: list[Planted] = []
    alike: list[Lookalike] = []
    for one in variant(seed, plan.people).planted:
        engagement = plan.engagement(one.key)
        name = engagement.title if one.plant.named else engagement.code
        if one.problem:
            found.append(Planted(name, one.plant.rule, _holding(one.plant.holds, engagement)))
        else:
            alike.append(Lookalike(name, one.plant.rule, "planted as a look-alike"))
    return tuple(found), tuple(alike)


def _holding(holds: str | None, engagement: Engagement) -> Money | None:
    if holds is None:
        return None
    if holds == ALL:
        return Money(engagement.unbilled(), engagement.currency)
    less = holds.removeprefix("less ")
    amount = engagement.unbilled() - Decimal(less) if less != holds else Decimal(holds)
    return Money(amount, engagement.currency)


def _money(row: dict[str, Any]) -> Money | None:
    return Money(Decimal(str(row["amount"])), row["currency"]) if row.get("amount") else None


def _several(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _dated(value: Any, today: date) -> Any:
    if isinstance(value, dict):
        return {key: _dated(item, today) for key, item in value.items()}
    if isinstance(value, list):
        return [_dated(item, today) for item in value]
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return moment(value, today).isoformat()
    return value
