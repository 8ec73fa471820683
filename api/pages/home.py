"""Home: what waits for this person, what changed, and what it is worth."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access import Session
from api.desk import desk
from api.render import page
from api.services import Wired

router = APIRouter()
NOON, EVENING = 12, 18


@router.get("/")
async def show(request: Request, wired: Wired, session: Session) -> Response:
    """A person's desk."""
    return page(
        request,
        "home.html",
        greeting=_greeting(wired.clock().hour),
        today=wired.today,
        desk=await desk(wired, session.actor),
    )


def _greeting(hour: int) -> str:
    return "Good morning" if hour < NOON else "Good afternoon" if hour < EVENING else "Good evening"
