"""Your monitors: what the agent does for you without being asked, and the digests that it wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from agent.monitors import Kind, switch
from api.access import Session, ThreadUser
from api.services import Services, Wired
from api.sessions import SignedIn
from domain.errors import NotPermitted
from store import jobs, monitors

router = APIRouter(prefix="/monitors", tags=["monitors"])


class MonitorShown(BaseModel):
    """One of your monitors; `problem` says why it can do nothing at present."""

    kind: Kind
    switched_on: bool
    switched_at: datetime
    ran_at: datetime | None
    problem: str


class DigestShown(BaseModel):
    """One digest; its blocks are those of an answer."""

    id: int
    made_at: datetime
    blocks: list[dict[str, Any]]


@router.get("")
async def listing(wired: Wired, actor: ThreadUser) -> list[MonitorShown]:
    """Your monitors that were ever switched on."""
    async with wired.database.tenant(actor.tenant) as connection:
        found = await monitors.of_person(connection, actor.person)
    return [MonitorShown.model_validate(one, from_attributes=True) for one in found]


@router.get("/digests")
async def digests(wired: Wired, actor: ThreadUser) -> list[DigestShown]:
    """Your digests, newest first."""
    async with wired.database.tenant(actor.tenant) as connection:
        found = await monitors.digests(connection, actor.person)
    return [DigestShown.model_validate(one, from_attributes=True) for one in found]


@router.put("/{kind}", status_code=204)
async def switch_on(wired: Wired, _: ThreadUser, session: Session, kind: Kind) -> None:
    """Switch a monitor of yours on: `remedies` proposes what clears findings, `digest` tells you each morning."""
    await switched(wired, session, kind, on=True)


@router.delete("/{kind}", status_code=204)
async def switch_off(wired: Wired, _: ThreadUser, session: Session, kind: Kind) -> None:
    """Switch it off."""
    await switched(wired, session, kind, on=False)


async def switched(services: Services, session: SignedIn, kind: Kind, *, on: bool) -> None:
    """Switch, and have the monitors run soon. On only from a session: a monitor outlives the token of a program."""
    if on and not session.in_session:
        raise NotPermitted("Sign in with your password to switch a monitor on: it would outlive this token.")
    actor = session.actor
    if await switch(services.agent, await services.policies(actor.tenant), actor, kind, on=on) and on:
        await run_soon(services, actor.tenant)


async def run_soon(services: Services, tenant: str) -> None:
    """Have a worker run the firm's monitors, if none is going to anyway."""
    async with services.database.tenant(tenant) as connection:
        await jobs.defer_watch(connection, tenant)
