"""The audit log, for people who must be able to believe it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from actions import lineage
from actions.lineage import Chain
from api import checking
from api.access import AuditExporter, AuditReader
from api.exporting import exported
from api.render import page
from api.services import Wired
from domain.actor import Operation
from domain.errors import NotFound
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
    event: Annotated[str, Query(max_length=80)] = "",
    person: Annotated[str, Query(max_length=80)] = "",
    check: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """Entries newest first, or the story of one subject from its beginning."""
    async with wired.database.tenant(actor.tenant) as connection:
        if subject:
            entries = await audit.of_subject(connection, subject)
        else:
            entries = await audit.newest(connection, before=before, limit=LINES + 1, event=event, person=person)
        everyone = await people.everyone(connection)
    more = not subject and len(entries) > LINES
    return page(
        request,
        "audit.html",
        entries=entries[:LINES] if more else entries,
        more=more,
        subject=subject,
        event=event,
        person=person,
        everyone=everyone,
        earlier=urlencode({"event": event, "person": person}),
        place=_place,
        checkable=wired.seal is not None,
        verification=await checking.checked(wired, actor) if check and wired.seal else None,
    )


@router.get("/trace")
async def trace(
    request: Request, wired: Wired, actor: AuditReader, record: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """From an ERP record or an action back to the words of the contract, and forward again."""
    chains: tuple[Chain, ...] = ()
    problem = ""
    policies = await wired.policies(actor.tenant)
    if record.strip():
        with_quotes = policies.authorize(actor, Operation.DOCUMENT_READ).allowed
        try:
            async with wired.database.tenant(actor.tenant) as connection:
                chains = await lineage.trace(connection, actor, record.strip(), with_quotes=with_quotes)
        except NotFound as error:
            problem = error.detail
    return page(
        request, "trace.html", status_code=404 if problem else 200, record=record, chains=chains, problem=problem
    )


@router.post("/export")
async def export(wired: Wired, actor: AuditExporter) -> Response:
    """The whole log as an archive."""
    return await exported(wired, actor)


def _place(subject: str) -> str:
    kind, _, name = subject.partition(":")
    return PLACES[kind] + name if kind in PLACES and name else ""
