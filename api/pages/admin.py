"""Administration: who may come in with which roles, and how fresh the sources are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from actions.access import set_access
from actions.rights import propose_rights
from api.access import PeopleAdministrator, PersonBlocker
from api.administration import amount_of, sources
from api.render import page
from api.services import Wired
from domain.actor import Role
from store import people

router = APIRouter(prefix="/admin")


@router.get("")
async def show(request: Request, wired: Wired, actor: PeopleAdministrator) -> Response:
    """Everyone of the firm."""
    async with wired.database.tenant(actor.tenant) as connection:
        members = await people.members(connection)
    return page(request, "people.html", members=members, myself=actor.person, roles=list(Role))


@router.post("/people/{person_id}/access")
async def access(
    wired: Wired,
    actor: PersonBlocker,
    person_id: str,
    active: Annotated[bool, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Block a person, or let them in again."""
    policies = await wired.policies(actor.tenant)
    await set_access(wired.database, policies, actor, person_id, active=active, reason=reason)
    return RedirectResponse("/admin", 303)


@router.post("/people/{person_id}/rights")
async def rights(
    *,
    wired: Wired,
    actor: PersonBlocker,
    person_id: str,
    roles: Annotated[list[Role] | None, Form()] = None,
    limit: Annotated[str, Form(max_length=24)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Propose what a person may; an approver countersigns it."""
    policies = await wired.policies(actor.tenant)
    action = await propose_rights(
        wired.database,
        policies,
        actor,
        person_id,
        roles=roles or (),
        limit=amount_of(limit),
        reason=reason,
        now=wired.clock(),
    )
    return RedirectResponse(f"/actions/{action.id}", 303)


@router.get("/sources")
async def freshness(request: Request, wired: Wired, actor: PeopleAdministrator) -> Response:
    """What was read and reported when, and what fails."""
    return page(request, "sources.html", found=await sources(wired, actor))
