"""Lines the size of a word beside a portfolio's rows: how what is held back went, since answers are kept."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from api.billing import Portfolio, Shown
from api.charts import spark
from api.services import Services
from domain.actor import Actor
from store import held

GROUPS = ("customer", "practice", "region")
Key = tuple[str, str]


async def trends(services: Services, actor: Actor, shown: Shown, found: Portfolio) -> Mapping[Key, Markup]:
    """By a row's project or label, and currency; empty where only today is known, or for one month's answers."""
    if shown.month or (shown.group and shown.group not in GROUPS):
        return {}
    by = shown.group or "project"
    only = [line.project for line in found.lines] if by == "project" else None
    async with services.database.tenant(actor.tenant) as connection:
        days = await held.daily(connection, services.today, by=by, projects=only)
    return {
        key: spark(tuple(amount for _, amount in values), _said(key[1], values))
        for key, values in days.items()
        if len(values) > 1 and any(amount for _, amount in values)
    }


def _said(currency: str, values: list[held.Day]) -> str:
    (first, before), (_, now) = values[0], values[-1]
    return f"Held back since {first.day} {first:%b}: from {currency} {before:,.0f} to {currency} {now:,.0f}"
