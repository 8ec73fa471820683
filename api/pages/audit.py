"""The audit log, for people who must be able to believe it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import asdict
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
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
from store.audit import Sought

router = APIRouter(prefix="/audit")
LINES = 60
# Where a subject leads, and what that takes; a conversation is its owner's alone.
PLACES = {
    "action": ("/actions/", Operation.ACTION_READ),
    "document": ("/documents/", Operation.DOCUMENT_READ),
    "project": ("/projects/", Operation.READINESS_READ),
}


@router.get("")
async def show(
    *,
    request: Request,
    wired: Wired,
    actor: AuditReader,
    before: Annotated[int, Query(ge=1)] = 2**62,
    subject: Annotated[str, Query(max_length=200)] = "",
    sought: Annotated[Sought, Depends(checking.asked)],
    check: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """Entries newest first, or the story of one subject from its beginning."""
    kinds = await checking.named(wired, actor)
    policies = await wired.policies(actor.tenant)
    leads = policies.permitted(actor, (operation for _, operation in PLACES.values()))
    async with wired.database.tenant(actor.tenant) as connection:
        if subject:
            entries = await audit.of_subject(connection, subject)
        else:
            entries = await audit.newest(connection, sought, named=kinds, before=before, limit=LINES + 1)
        more = not subject and len(entries) > LINES
        entries = entries[:LINES] if more else entries
        everyone = await people.everyone(connection)
        signed = await audit.signed(connection)
        names = await audit.names(connection, (entry["subject"] for entry in entries), kinds)
    return page(
        request,
        "audit.html",
        entries=entries,
        more=more,
        subject=subject,
        sought=sought,
        signed=signed,
        names=names,
        everyone=everyone,
        earlier=urlencode({name: value for name, value in asdict(sought).items() if value}),
        place=partial(_place, {kind for kind, (_, wanted) in PLACES.items() if wanted in leads}),
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


def _place(open_to: Container[str], subject: str) -> str:
    kind, _, name = subject.partition(":")
    return PLACES[kind][0] + name if kind in open_to and name else ""
