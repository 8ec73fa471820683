"""The audit log, for people who must be able to believe it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import checking
from api.access import AuditReader
from api.render import page
from api.services import Wired
from store import audit, people

router = APIRouter(prefix="/audit")
LINES = 60
PLACES = {"action": "/actions/", "document": "/documents/", "thread": "/threads/", "project": "/projects/"}


@router.get("")
async def show(
    *,
    request: Request,
    wired: Wired,
    actor: AuditReader,
    before: Annotated[int, Query(ge=1)] = 2**62,
    subject: Annotated[str, Query(max_length=200)] = "",
    check: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """Entries newest first, or the story of one subject from its beginning."""
    async with wired.database.tenant(actor.tenant) as connection:
        if subject:
            entries = await audit.of_subject(connection, subject)
        else:
            entries = await audit.newest(connection, before=before, limit=LINES + 1)
        names = {person.id: person.name for person in await people.everyone(connection)}
    more = not subject and len(entries) > LINES
    return page(
        request,
        "audit.html",
        entries=entries[:LINES] if more else entries,
        more=more,
        subject=subject,
        names=names,
        place=_place,
        checkable=wired.seal is not None,
        verification=await checking.checked(wired, actor) if check and wired.seal else None,
    )


def _place(subject: str) -> str:
    kind, _, name = subject.partition(":")
    return PLACES[kind] + name if kind in PLACES and name else ""
