"""Actions: propose, look, decide on the digest that was seen, withdraw. Nothing here writes to an ERP."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions import decisions, proposals
from actions.placing import placed
from api.access import ActionDecider, ActionProposer, ActionReader
from api.services import Wired
from domain.actions import ActionState, Intent
from domain.canonical import plain
from store import actions

router = APIRouter(prefix="/actions", tags=["actions"])
Json = dict[str, Any]


class Proposal(BaseModel):
    """What someone wants changed; the arguments are those of the action type."""

    action_type: str = Field(max_length=80)
    arguments: Json
    summary: str = Field(min_length=1, max_length=300)
    reasons: list[str] = Field(default_factory=list, max_length=20)


class Decision(BaseModel):
    """One person's word on the proposal whose digest they saw."""

    verdict: Literal["approve", "reject"]
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    reason: str = Field("", max_length=2000)


class Withdrawal(BaseModel):
    """Why a proposal is taken back."""

    reason: str = Field("", max_length=2000)


@router.get("")
async def listing(
    wired: Wired, actor: ActionReader, state: ActionState | None = None, project: str | None = None
) -> list[Json]:
    """Actions, newest first."""
    async with wired.database.tenant(actor.tenant) as connection:
        found = await actions.listing(connection, [state] if state else None, project=project)
    return [plain(action) for action in found]


@router.post("", status_code=201)
async def propose(wired: Wired, actor: ActionProposer, wanted: Proposal) -> Json:
    """Write a proposal; an identical one under way is answered instead of a second."""
    erp = wired.erp(actor)
    intent = placed(
        Intent(wanted.action_type, wanted.arguments, wanted.summary, tuple(wanted.reasons)), await erp.firm.get()
    )
    return plain(await proposals.propose(wired.database, erp.reader, wired.policies, actor, intent, now=wired.clock()))


@router.get("/{action_id}")
async def one(wired: Wired, actor: ActionReader, action_id: str) -> Json:
    """One action with what would change, its policy verdict and its decisions."""
    async with wired.database.tenant(actor.tenant) as connection:
        return plain(await actions.get(connection, action_id))


@router.post("/{action_id}/decisions", status_code=201)
async def decide(wired: Wired, actor: ActionDecider, action_id: str, wanted: Decision) -> Json:
    """Approve or reject the step that waits."""
    return plain(
        await decisions.decide(
            wired.database,
            wired.policies,
            actor,
            action_id,
            verdict=wanted.verdict,
            digest=wanted.digest,
            reason=wanted.reason,
        )
    )


@router.post("/{action_id}/withdrawal", status_code=201)
async def withdraw(wired: Wired, actor: ActionProposer, action_id: str, wanted: Withdrawal) -> Json:
    """Take back one's own proposal before it is carried out."""
    return plain(await decisions.withdraw(wired.database, wired.policies, actor, action_id, wanted.reason))
