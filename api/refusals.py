"""Refusals of signed-in people go into the audit log, wherever in a request policy said no."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request

from api.services import services
from api.sessions import SignedIn
from domain.errors import NotPermitted
from store import audit

THINGS = {
    "action_id": "action",
    "document_id": "document",
    "thread_id": "thread",
    "term_id": "term",
    "token_id": "token",
}


async def record(request: Request, error: NotPermitted) -> None:
    """Write down who was refused what, unless the room that refused has done so or nobody is signed in.

    Of the request only the route and the ids in its path are kept: whatever else it says is the asker's own invention.
    """
    found: SignedIn | None = getattr(request.state, "signed_in", None)
    if found is None or error.recorded:
        return
    facts = {
        "code": error.code,
        "rules": error.facts.get("rules", ()),
        "method": request.method,
        "route": _route(request),
    }
    async with services(request).database.tenant(found.actor.tenant) as connection:
        await audit.append(connection, found.actor, "request.refused", _subject(request, found), facts)


def _route(request: Request) -> str:
    prefix = "/v1" if request.url.path.startswith("/v1/") else ""
    return prefix + getattr(request.scope.get("route"), "path", "")


def _subject(request: Request, found: SignedIn) -> str:
    given: dict[str, Any] = request.path_params
    for name, kind in THINGS.items():
        try:
            return f"{kind}:{UUID(str(given[name]))}"
        except (KeyError, ValueError):
            continue
    return f"person:{found.person.id}"
