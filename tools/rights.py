"""What the person who asks may do, and who works with Countersign in which role."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Actor, Operation, Role
from domain.blocks import Cell, Table
from store import people
from tools.cells import amount_cell, money
from tools.tool import Tool, ToolContext, ToolResult


class MyRights(BaseModel):
    """Nothing to choose."""

    model_config = ConfigDict(extra="forbid")


class People(BaseModel):
    """Which people: of a role, or by name."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    person: str | None = Field(None, max_length=120, description="Name of a person of the firm")


async def _mine(context: ToolContext, _: MyRights) -> ToolResult:
    actor = context.actor
    own = Actor(actor.tenant, actor.person, actor.name, actor.roles, actor.approval_limit)
    permitted = context.policies.permitted(own, Operation)
    allowed = [op for op in Operation if op in permitted]
    facts = {
        "roles": sorted(role.value for role in actor.roles),
        "approval_limit": money(actor.approval_limit) if actor.approval_limit else None,
        "may": [op.value for op in allowed],
        "may_decide": Operation.ACTION_DECIDE in allowed,
    }
    rows = (
        (Cell("You are"), Cell(actor.name)),
        (Cell("Your roles"), Cell(", ".join(role.value.replace("_", " ") for role in sorted(actor.roles)) or "none")),
        (Cell("Your approval limit"), amount_cell(actor.approval_limit) if actor.approval_limit else Cell("none")),
        (Cell("You may"), Cell(", ".join(op.value.replace(".", ": ") for op in allowed))),
        (Cell("Through chat"), Cell("only read and propose; people decide on the review page")),
    )
    return ToolResult(facts, (Table("What you may do", ("", ""), rows),))


async def _people(context: ToolContext, wanted: People) -> ToolResult:
    async with context.database.tenant(context.actor.tenant) as connection:
        everyone = await people.everyone(connection)
    found = [
        one
        for one in everyone
        if one.active
        and wanted.role in (None, *one.roles)
        and (wanted.person is None or wanted.person.casefold() in one.name.casefold())
    ]
    facts = {
        "count": len(found),
        "role": wanted.role.value if wanted.role else None,
        "limits": [money(one.approval_limit) for one in found if one.approval_limit],
        "roles": sorted({role.value for one in found for role in one.roles}) if wanted.person else [],
    }
    rows = tuple(
        (
            Cell(one.name),
            Cell(", ".join(role.value.replace("_", " ") for role in one.roles)),
            amount_cell(one.approval_limit) if one.approval_limit else Cell("none"),
        )
        for one in sorted(found, key=lambda one: one.name)
    )
    return ToolResult(
        facts, (Table("People", ("Name", "Roles", "Approval limit"), rows, (2,), "" if rows else "Nobody."),)
    )


MY_RIGHTS = Tool(
    name="my_rights",
    description="What this person may do: roles, approval limit, operations.",
    operation=Operation.THREAD_USE,
    arguments=MyRights,
    run=_mine,
)
PEOPLE = Tool(
    name="people",
    description="Who works with Countersign, in which role and with which approval limit.",
    operation=Operation.ACTION_READ,
    arguments=People,
    run=_people,
)
