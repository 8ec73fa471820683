"""What became of carrying actions out: attempts, dead letters, and what a person can do where a worker cannot go on."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions import compensation, dead_letters, resolutions
from actions.quoting import unopened
from api.access import ActionReader, ActionResolver, Compensator
from api.services import Wired
from domain.canonical import plain
from store import actions, attempts

router = APIRouter(prefix="/actions", tags=["actions"])
Json = dict[str, Any]


class Resolution(BaseModel):
    """A person's word on an action that waits for one."""

    verdict: Literal["took_effect", "did_not", "accepted"]
    reason: str = Field(min_length=1, max_length=2000)


class Reason(BaseModel):
    """Why."""

    reason: str = Field("", max_length=2000)


@router.get("/dead-letters")
async def listing(wired: Wired, actor: ActionReader) -> list[Json]:
    """Actions that went no further, each with its cause and the next step."""
    async with wired.database.tenant(actor.tenant) as connection:
        return [plain(letter) for letter in await dead_letters.dead_letters(connection)]


@router.get("/{action_id}/attempts")
async def tried(wired: Wired, actor: ActionReader, action_id: str) -> Json:
    """The attempts to write this action, and what people said of it."""
    async with wired.database.tenant(actor.tenant) as connection:
        action = await actions.get(connection, action_id)
        made = await attempts.of_action(connection, action.id)
        said = await attempts.resolutions(connection, action.id)
    return {"attempts": plain(made), "resolutions": plain(said)}


@router.post("/{action_id}/resolution", status_code=201)
async def resolve(wired: Wired, actor: ActionResolver, action_id: str, wanted: Resolution) -> Json:
    """Say whether an unknown action took effect, or accept how a diverged or failed one stands."""
    policies = await wired.policies(actor.tenant)
    done = await resolutions.resolve(
        wired.database, policies, actor, action_id, verdict=wanted.verdict, reason=wanted.reason
    )
    return plain(unopened(done))


@router.post("/{action_id}/replay", status_code=201)
async def replay(wired: Wired, actor: ActionResolver, action_id: str, wanted: Reason) -> Json:
    """Have a failed action tried again."""
    policies = await wired.policies(actor.tenant)
    done = await resolutions.replay(wired.database, policies, actor, action_id, reason=wanted.reason)
    return plain(unopened(done))


@router.post("/{action_id}/compensation", status_code=201)
async def compensate(wired: Wired, actor: Compensator, action_id: str, wanted: Reason) -> Json:
    """Propose the action that undoes this one."""
    reader = wired.erp(actor).reader
    policies = await wired.policies(actor.tenant)
    return plain(
        await compensation.compensate(
            wired.database,
            reader,
            policies,
            actor,
            action_id,
            wanted.reason,
            now=wired.clock(),
        )
    )
