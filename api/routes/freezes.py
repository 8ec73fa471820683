"""Freezes: one administrator stops execution at once; going on is an action that two people stand behind."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions import freezing
from api.access import ActionReader, Freezer
from api.services import Wired
from domain.canonical import plain
from store import freezes

router = APIRouter(prefix="/freezes", tags=["freezes"])
Json = dict[str, Any]


class NewFreeze(BaseModel):
    """What to stop (no type: everything), and why."""

    type: str | None = Field(None, max_length=80)
    reason: str = Field(min_length=1, max_length=2000)


class Thaw(BaseModel):
    """Why it is safe to go on."""

    reason: str = Field(min_length=1, max_length=2000)


@router.get("")
async def listing(wired: Wired, actor: ActionReader) -> list[Json]:
    """Freezes, those in force first."""
    async with wired.database.tenant(actor.tenant) as connection:
        return [plain(one) for one in await freezes.listing(connection, thawed=True)]


@router.post("", status_code=201)
async def freeze(wired: Wired, actor: Freezer, wanted: NewFreeze) -> Json:
    """Stop execution now. `in_flight` lists what had begun: that is followed to its end."""
    policies = await wired.policies(actor.tenant)
    done = await freezing.freeze(wired.database, policies, actor, action_type=wanted.type, reason=wanted.reason)
    return {**plain(done.freeze), "in_flight": [action.id for action in done.in_flight]}


@router.post("/{freeze_id}/thaw", status_code=201)
async def thaw(wired: Wired, actor: Freezer, freeze_id: str, wanted: Thaw) -> Json:
    """Propose to end a freeze: the action, which another person approves."""
    policies = await wired.policies(actor.tenant)
    return plain(
        await freezing.thaw(wired.database, policies, actor, freeze_id, reason=wanted.reason, now=wired.clock())
    )
