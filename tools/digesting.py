"""A person's digest: what waits for them, what their monitors proposed, what changed, and where delivery is at risk.

Each part is there only if the person may see it; every line leads to its record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.actions import Action, ActionState
from domain.actor import Actor, Operation
from domain.blocks import Block, Cell, Table, Text
from domain.money import Money
from store import actions, monitors
from tools import evaluating
from tools.cells import STATUS_WORDS, action_href, amount_cell, project_href
from tools.delivery import high_risks, risks_table
from tools.tool import ToolContext

SHOWN = 8
NOTHING = "Nothing waits for you, nothing changed, and no delivery is at risk."


async def digest(context: ToolContext, person: Actor, since: datetime, now: datetime) -> tuple[Block, ...]:
    """What happened since, as blocks. `person` is whom it is for: what they may decide, they decide themselves."""
    may = context.policies.authorize
    found: list[Table | None] = []
    if may(context.actor, Operation.ACTION_READ).allowed:
        found += [await _waiting(context, person, now), *await _proposals(context, since)]
    if may(context.actor, Operation.READINESS_READ).allowed:
        await evaluating.up_to_date(context.firm, context.today)
        found += [await _changed(context, since), risks_table(await high_risks(context))]
    tables = tuple(table for table in found if table is not None)
    return tables or (Text(NOTHING),)


async def _waiting(context: ToolContext, person: Actor, now: datetime) -> Table | None:
    async with context.database.tenant(person.tenant) as connection:
        waiting = await actions.listing(connection, [ActionState.AWAITING_APPROVAL], limit=500)
    places = context.policies.queue([one for one in waiting if not one.overdue], now=now)
    mine = [place for place in places if context.policies.may_decide(person, place.action).allowed]
    if not mine:
        return None
    rows = tuple(
        (
            Cell(place.action.intent.summary, action_href(place.action.id)),
            Cell(f"{place.points} of 9"),
            Cell("; ".join(place.reasons)),
        )
        for place in mine[:SHOWN]
    )
    return Table("Waits for your decision", ("Proposal", "Priority", "Why"), rows, (), _rest(len(mine)))


async def _proposals(context: ToolContext, since: datetime) -> list[Table | None]:
    person = context.actor.person
    async with context.database.tenant(context.actor.tenant) as connection:
        made = await actions.some(connection, await monitors.proposed(connection, person, since))
        settled = await actions.some(connection, await monitors.settled(connection, person, since))
    return [_actions("Your monitors proposed", made), _actions("What became of your proposals", settled)]


def _actions(title: str, found: Sequence[Action]) -> Table | None:
    rows = tuple(
        (
            Cell(one.intent.summary, action_href(one.id)),
            Cell(one.intent.project_code),
            Cell(one.state.value.replace("_", " ")),
        )
        for one in found[:SHOWN]
    )
    return Table(title, ("Proposal", "Project", "State"), rows, (), _rest(len(found))) if rows else None


async def _changed(context: ToolContext, since: datetime) -> Table | None:
    async with context.database.tenant(context.actor.tenant) as connection:
        rows = await monitors.became(connection, since, limit=SHOWN)
    if not rows:
        return None
    shown = tuple(_changed_row(row) for row in rows)
    columns = ("Project", "Now", "Ready to bill", "Held back", "Why")
    return Table("Billing readiness changed", columns, shown, (2, 3))


def _changed_row(row: dict[str, Any]) -> tuple[Cell, ...]:
    key = row["code"] or row["project"]
    href = "" if row["project"].startswith("contract:") else project_href(key)
    ready, blocked = (Money(Decimal(row[name]), row["currency"]) for name in ("ready", "blocked"))
    return (
        Cell(row["name"], href),
        Cell(STATUS_WORDS[row["status"]]),
        amount_cell(ready, (), href),
        amount_cell(blocked, (), href),
        Cell("; ".join(row["troubles"][:2]) or "Nothing stands in the way"),
    )


def _rest(count: int) -> str:
    return "" if count <= SHOWN else f"The first {SHOWN} of {count}."
