"""Other agents come in here, with a person's access token (see `api/protocol.py`)."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request

from api.access import Session, ThreadUser, refuse_other_origins
from api.protocol import McpResponse, server_for
from api.services import Wired
from domain.errors import CountersignError, NotPermitted
from store import people

router = APIRouter(prefix="/mcp", tags=["other agents"])
A_MINUTE = timedelta(minutes=1)


class TooManyCalls(CountersignError):
    """This token calls too often; wait a minute and go on more slowly."""

    code = "too_many_calls"
    status = 429


@router.post("", response_class=McpResponse, status_code=200)
async def serve(request: Request, wired: Wired, _: ThreadUser, session: Session) -> McpResponse:
    """One request of the Model Context Protocol (streamable HTTP, without sessions), with an access token."""
    if session.in_session:
        raise NotPermitted("Other agents come in with an access token of yours, and not in your browser's session.")
    refuse_other_origins(request, wired)
    async with wired.database.nobody() as connection:
        calls = await people.tried(connection, f"mcp:{session.credential.id}", A_MINUTE)
    if calls > wired.web.calls_a_minute:
        raise TooManyCalls
    return McpResponse(await server_for(wired.agent, session))
