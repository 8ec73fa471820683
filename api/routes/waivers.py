"""Waivers: which rules people agreed to bill in spite of, and proposing one or its end."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions.quoting import unopened
from api import billing
from api.access import ActionProposer, ReadinessReader
from api.services import Wired
from domain.canonical import plain
from store import waivers
from tools.waiving import Waived, propose_end, propose_waiver

router = APIRouter(prefix="/projects/{code}/waivers", tags=["readiness"])
Json = dict[str, Any]


class NewWaiver(BaseModel):
    """Which rule, its last day, and why the bill can go out in spite of it."""

    rule: str = Field(max_length=80)
    until: date
    reason: str = Field(min_length=1, max_length=200)


class EndOfWaiver(BaseModel):
    """Why the rule shall hold again."""

    reason: str = Field(min_length=1, max_length=200)


@router.get("")
async def listing(wired: Wired, actor: ReadinessReader, code: str) -> list[Json]:
    """The waivers of one project that hold today."""
    project, _ = await billing.one(wired, actor, code, None)
    async with wired.database.tenant(actor.tenant) as connection:
        return [plain(row) for row in await waivers.in_force(connection, wired.today, project=project.id)]


@router.post("", status_code=201)
async def waive(wired: Wired, actor: ActionProposer, code: str, wanted: NewWaiver) -> Json:
    """Propose a waiver: the action, which others approve."""
    project, _ = await billing.one(wired, actor, code, None)
    asked = Waived(project=project.id, **wanted.model_dump())
    return plain(unopened(await propose_waiver(await wired.agent.context(actor, None), asked)))


@router.post("/{waiver_id}/end", status_code=201)
async def end(wired: Wired, actor: ActionProposer, code: str, waiver_id: str, wanted: EndOfWaiver) -> Json:
    """Propose that the rule holds again: the action, which others approve."""
    await billing.one(wired, actor, code, None)
    return plain(await propose_end(await wired.agent.context(actor, None), waiver_id, wanted.reason))
