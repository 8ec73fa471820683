"""The session that a browser is in: give the password again before a decision."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api import freshness
from api.access import Session, refuse_forgery
from api.services import Wired

router = APIRouter(prefix="/session", tags=["session"])


class Password(BaseModel):
    """The password of the person in the session."""

    password: str = Field(max_length=1000)


@router.post("/reauthentication", status_code=204)
async def reauthenticate(request: Request, wired: Wired, session: Session, given: Password) -> None:
    """Give the password again, so that decisions are taken for a while. Guessing is throttled as at sign-in."""
    await refuse_forgery(request, wired, session)
    await freshness.reauthenticate(wired, session, given.password, freshness.address(request))
