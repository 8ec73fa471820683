"""Dead letters, and the forms by which a person settles, repeats or undoes an action."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from actions import compensation, resolutions
from actions.dead_letters import dead_letters
from api.access import ActionReader, ActionResolver, Compensator
from api.render import page
from api.services import Wired
from store import circuit

router = APIRouter(prefix="/actions")
Reason = Annotated[str, Form(max_length=2000)]
Verdict = Literal["took_effect", "did_not", "accepted"]


@router.get("/dead-letters")
async def show(request: Request, wired: Wired, actor: ActionReader) -> Response:
    """Everything that went no further, with its cause and the next step."""
    async with wired.database.tenant(actor.tenant) as connection:
        letters = await dead_letters(connection)
        line = await circuit.read(connection, wired.erp(actor).reader.system)
    return page(request, "dead_letters.html", letters=letters, line=line)


@router.post("/{action_id}/resolution")
async def resolve(
    wired: Wired, actor: ActionResolver, action_id: str, verdict: Annotated[Verdict, Form()], reason: Reason = ""
) -> Response:
    """Take a person's word, and show the action again."""
    policies = await wired.policies(actor.tenant)
    await resolutions.resolve(wired.database, policies, actor, action_id, verdict=verdict, reason=reason)
    return RedirectResponse(f"/actions/{action_id}", 303)


@router.post("/{action_id}/replay")
async def replay(wired: Wired, actor: ActionResolver, action_id: str, reason: Reason = "") -> Response:
    """Have it tried again."""
    policies = await wired.policies(actor.tenant)
    await resolutions.replay(wired.database, policies, actor, action_id, reason=reason)
    return RedirectResponse(f"/actions/{action_id}", 303)


@router.post("/{action_id}/compensation")
async def compensate(wired: Wired, actor: Compensator, action_id: str, reason: Reason = "") -> Response:
    """Propose to undo it, and show that proposal."""
    reader = wired.erp(actor).reader
    policies = await wired.policies(actor.tenant)
    undoing = await compensation.compensate(
        wired.database, reader, policies, actor, action_id, reason, now=wired.clock()
    )
    return RedirectResponse(f"/actions/{undoing.id}", 303)
