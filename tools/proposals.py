"""What became of proposals, and what policy asks of one. The rows are read anew each time: chat remembers no state."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from actions.catalogue import TYPES
from domain.actions import Action, ActionState
from domain.actor import Operation
from domain.blocks import ActionCard, Cell, Table
from domain.errors import NotFound
from policies.prerequisites.items import words
from store import actions
from tools.cells import action_href, amount_cell, money
from tools.tool import Tool, ToolContext, ToolResult

SHOWN = 30


class ActionsStatus(BaseModel):
    """Which proposals; without anything, the newest of the firm."""

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(None, max_length=120, description="Project code or handle")
    state: ActionState | None = None
    mine: bool = Field(default=False, description="Only what this person proposed")


class ExplainPolicy(BaseModel):
    """Which proposal."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(max_length=80, description="Action id")


async def _status(context: ToolContext, wanted: ActionsStatus) -> ToolResult:
    states = None if wanted.state is None else (wanted.state,)
    proposer = context.actor.person if wanted.mine else None
    async with context.database.tenant(context.actor.tenant) as connection:
        found = await actions.listing(connection, states, proposer=proposer, limit=500)
    if wanted.project:
        found = tuple(a for a in found if words(a.intent.project_code or "") == words(wanted.project))
    shown = found[:SHOWN]
    facts = {"count": len(found), "actions": [_facts(action) for action in shown]}
    note = "" if len(found) <= SHOWN else f"The newest {SHOWN} of {len(found)} are shown."
    rows = tuple(_row(action) for action in shown)
    columns = ("Proposal", "Project", "Amount", "State", "Proposed by", "On")
    table = Table("Proposals", columns, rows, (2,), note or ("" if rows else "There are none."))
    return ToolResult(facts, (table,), {f"A{n}": action.id for n, action in enumerate(shown, 1)})


def _facts(action: Action) -> dict[str, Any]:
    return {
        "action_id": action.id,
        "type": action.type,
        "state": action.state.value,
        "project": action.intent.project_code,
        "amount": money(action.intent.amount) if action.intent.amount else None,
        "proposed_at": action.created_at.isoformat(),
    }


def _row(action: Action) -> tuple[Cell, ...]:
    return (
        Cell(title_of(action), action_href(action.id)),
        Cell(action.intent.project_code),
        amount_cell(action.intent.amount),
        Cell(action.state.value.replace("_", " ")),
        Cell(action.proposer_name),
        Cell(action.created_at.date().isoformat()),
    )


def title_of(action: Action) -> str:
    """The action type's title."""
    return TYPES[action.type].title if action.type in TYPES else action.type


async def _explain(context: ToolContext, wanted: ExplainPolicy) -> ToolResult:
    async with context.database.tenant(context.actor.tenant) as connection:
        action = await actions.get(connection, wanted.action)
    if action.tenant != context.actor.tenant:
        raise NotFound
    may = context.policies.may_decide(context.actor, action)
    facts = _facts(action) | {
        "allowed": action.verdict.allowed,
        "rules": list(action.verdict.rules),
        "approval": [{"role": s.role, "count": s.count, "limited": s.limited} for s in action.verdict.chain],
        "decisions": [{"verdict": d.verdict, "step": d.step} for d in action.decisions],
        "you_may_decide": may.allowed,
        "why_not": list(may.rules) if not may.allowed else [],
    }
    return ToolResult(
        facts, (ActionCard(action.id, action.intent.summary), _steps(action, may.reasons)), {"A1": action.id}
    )


def _steps(action: Action, about_you: tuple[str, ...]) -> Table:
    rows = [
        (
            Cell(f"Step {number}"),
            Cell(step.asked + (", limit covers the amount" if step.limited else "")),
            Cell(
                ", ".join(f"{d.person_name}: {d.verdict}" for d in action.decisions if d.step == number - 1) or "open"
            ),
        )
        for number, step in enumerate(action.verdict.chain, 1)
    ]
    rows += [(Cell("Policy"), Cell(reason), Cell("")) for reason in action.verdict.reasons]
    rows += [(Cell("You"), Cell(reason), Cell("")) for reason in about_you]
    return Table("Who must decide, and why", ("", "Asked for", "So far"), tuple(rows))


ACTIONS_STATUS = Tool(
    name="actions_status",
    description="The state of proposals: what waits for approval, what was executed, by project or state.",
    operation=Operation.ACTION_READ,
    arguments=ActionsStatus,
    run=_status,
)
EXPLAIN_POLICY = Tool(
    name="explain_policy",
    description="Why a proposal needs the approvals it needs, who gave them, and whether this person may decide.",
    operation=Operation.ACTION_READ,
    arguments=ExplainPolicy,
    run=_explain,
)
