"""The agent's work as pages and routes ask for it: proposals by month, what reading documents cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from api.services import Services
from domain.actor import Actor
from domain.blocks import Chart, Series
from domain.canonical import plain
from policies.operations.matter import month_named, months_to
from store import agent_work
from store.agent_work import Proposals, Proposed, Readings, Turns

OUTCOMES = ("approved", "rejected", "denied", "expired", "replaced", "waiting")
TITLES = {
    "approved": "Approved",
    "rejected": "Rejected",
    "denied": "Denied by policy",
    "expired": "Expired",
    "replaced": "Withdrawn or replaced",
    "waiting": "Waiting",
}


@dataclass(frozen=True)
class AgentWork:
    """The last months: totals (the agent's first, then people's own), the agent's by month, and its cost."""

    months: tuple[str, ...]
    totals: tuple[Proposals, ...]
    by_month: tuple[Proposals, ...]
    readings: tuple[Readings, ...]
    turns: tuple[Turns, ...]
    recent: tuple[Proposed, ...]

    @property
    def agent(self) -> Proposals | None:
        """All that was proposed through the agent."""
        return next((one for one in self.totals if one.agent), None)

    @property
    def cost(self) -> Decimal | None:
        """What reading documents cost; None where no price is set."""
        known = [one.cost for one in self.readings if one.cost is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def chart(self) -> Chart:
        """The agent's proposals by month and what became of them."""
        found = {one.month: one for one in self.by_month}
        series = tuple(
            Series(
                TITLES[name], tuple(Decimal(getattr(found[m], name)) if m in found else Decimal(0) for m in self.months)
            )
            for name in OUTCOMES
            if any(getattr(one, name) for one in self.by_month)
        )
        labels = tuple(map(month_named, self.months))
        return Chart("What became of the agent's proposals", labels, series, "proposals", "stack")


async def agents_work(services: Services, actor: Actor) -> AgentWork:
    """What the agent did for this firm in the last months."""
    months = months_to(services.today)
    since = datetime.combine(datetime.fromisoformat(f"{months[0]}-01").date(), time(), UTC)
    async with services.database.tenant(actor.tenant) as connection:
        found = await agent_work.proposals(connection, since)
        return AgentWork(
            tuple(months),
            tuple(one for one in found if one.month is None),
            tuple(one for one in found if one.month is not None and one.agent),
            await agent_work.readings(connection, since),
            await agent_work.turns(connection, since),
            await agent_work.recent(connection, since),
        )


def told(work: AgentWork) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "since": f"{work.months[0]}-01",
        "totals": [_told(one) for one in work.totals],
        "by_month": [_told(one) for one in work.by_month],
        "readings": plain(work.readings),
        "turns": plain(work.turns),
        "recent": plain(work.recent),
    }


def _told(one: Proposals) -> dict[str, Any]:
    return {**plain(one), "approval_rate": plain(one.rate)}
