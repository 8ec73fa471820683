"""Freezes: stop execution at once, and see what is stopped."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from actions import freezing
from actions.catalogue import TYPES
from api.access import ActionReader, Freezer
from api.render import page
from api.services import Wired
from domain.actions import ActionState
from store import actions, freezes
from store.freezes import THAW

router = APIRouter(prefix="/freezes")


@router.get("")
async def show(request: Request, wired: Wired, actor: ActionReader) -> Response:
    """What is frozen, what was, what is in flight, and what waits."""
    async with wired.database.tenant(actor.tenant) as connection:
        found = await freezes.listing(connection, thawed=True)
        flying = await actions.listing(connection, [ActionState.EXECUTING, ActionState.EXECUTED])
        waiting = await actions.listing(connection, [ActionState.APPROVED])
    return page(
        request,
        "freezes.html",
        frozen=[one for one in found if one.thawed_at is None],
        earlier=[one for one in found if one.thawed_at is not None],
        flying=flying,
        waiting=waiting,
        kinds=[TYPES[name] for name in sorted(TYPES) if name != THAW],
    )


@router.post("")
async def freeze(
    wired: Wired,
    actor: Freezer,
    reason: Annotated[str, Form(max_length=2000)],
    kind: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Stop everything, or one type of action."""
    policies = await wired.policies(actor.tenant)
    await freezing.freeze(wired.database, policies, actor, action_type=kind or None, reason=reason)
    return RedirectResponse("/freezes", 303)


@router.post("/{freeze_id}/thaw")
async def thaw(
    wired: Wired, actor: Freezer, freeze_id: str, reason: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    """Propose to end a freeze, and open that proposal."""
    policies = await wired.policies(actor.tenant)
    action = await freezing.thaw(wired.database, policies, actor, freeze_id, reason=reason, now=wired.clock())
    return RedirectResponse(f"/actions/{action.id}", 303)
