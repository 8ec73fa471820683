"""A person's own page: who they are to the firm, and their access tokens."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from api import sessions
from api.access import Session, TokenOwner
from api.render import page
from api.services import Services, Wired
from domain.actor import Actor
from store import people

router = APIRouter(prefix="/account")


class TokenForm(BaseModel):
    """The form for a new token."""

    label: str
    days: int


@router.get("")
async def show(request: Request, wired: Wired, session: Session) -> Response:
    """The page."""
    return await _page(request, wired, session.actor)


@router.post("/tokens")
async def make(
    request: Request,
    wired: Wired,
    actor: TokenOwner,
    session: Session,
    wanted: Annotated[TokenForm, Form()],
) -> Response:
    """Make a token and show its secret, this once."""
    _, secret = await sessions.make_token(wired, session, wanted.label, wanted.days)
    return await _page(request, wired, actor, secret)


@router.post("/tokens/{token_id}/revocation")
async def revoke(wired: Wired, actor: TokenOwner, token_id: UUID) -> Response:
    """End a token."""
    await sessions.revoke_token(wired, actor, str(token_id))
    return RedirectResponse("/account", 303)


async def _page(request: Request, wired: Services, actor: Actor, made: str = "") -> Response:
    async with wired.database.tenant(actor.tenant) as connection:
        tokens = await people.tokens(connection, actor.person)
    return page(request, "account.html", tokens=tokens, made=made)
