"""Personal access tokens: made, listed and ended by their owner, from a session and not from another token."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api import sessions
from api.access import Session, TokenOwner
from api.services import Wired
from domain.errors import NotFound
from store import people

router = APIRouter(prefix="/tokens", tags=["tokens"])


class TokenWanted(BaseModel):
    """What a new token is for and how long it lasts."""

    label: str = Field(min_length=1, max_length=80)
    days: int = Field(90, ge=1, le=365)


class TokenMade(BaseModel):
    """The only time that the secret is shown."""

    id: str
    secret: str


class TokenShown(BaseModel):
    """A token in force."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime


@router.get("")
async def listing(wired: Wired, actor: TokenOwner) -> list[TokenShown]:
    """Your tokens in force."""
    async with wired.database.tenant(actor.tenant) as connection:
        return [TokenShown(**vars(token)) for token in await people.tokens(connection, actor.person)]


@router.post("", status_code=201)
async def make(wired: Wired, _: TokenOwner, session: Session, wanted: TokenWanted) -> TokenMade:
    """Make a token, from a session."""
    token_id, secret = await sessions.make_token(wired, session, wanted.label, wanted.days)
    return TokenMade(id=token_id, secret=secret)


@router.delete("/{token_id}", status_code=204)
async def revoke(wired: Wired, actor: TokenOwner, token_id: UUID) -> None:
    """End a token."""
    if not await sessions.revoke_token(wired, actor, str(token_id)):
        raise NotFound
