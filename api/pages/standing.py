"""Terms in force on a day, with what changed them, and a person's word on what a document amends or is under."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import DocumentReader, TermConfirmer
from api.render import page
from api.services import Wired
from api.standing import beside, day, lines, names
from sow import library, linking, wording
from store import documents

router = APIRouter(prefix="/documents/{document_id}")
Text = Annotated[str, Form(max_length=2000)]


@router.get("/in-force")
async def in_force(request: Request, wired: Wired, actor: DocumentReader, document_id: str) -> Response:
    """What holds on a day (`?on=`), and every change until then."""
    on = day(request.query_params.get("on", ""), wired.today)
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        found = await linking.standing(connection, document_id, on)
        for member in (*found.members, *found.above):
            await library.opened(connection, actor, member.id, "terms in force")
    held = found.in_force.held
    currency = next((str(one.term.value) for one in held if one.term.field == "currency"), "")
    return page(
        request,
        "inforce.html",
        document=row,
        found=found,
        names=names(found),
        beside=beside(found.in_force.under.differences, currency) if found.in_force.under else [],
        lines=lines(found.in_force.changes, currency),
        shown=partial(wording.shown, currency=currency),
        label=wording.label,
    )


@router.post("/link")
async def link(wired: Wired, actor: TermConfirmer, document_id: str, amends: Text = "", reason: Text = "") -> Response:
    """Confirm or pick what the document amends, and go back to it."""
    await linking.link(wired.database, actor, document_id, amends or None, reason)
    return RedirectResponse(f"/documents/{document_id}#amends", 303)


@router.post("/master")
async def master(
    wired: Wired, actor: TermConfirmer, document_id: str, master: Text = "", reason: Text = ""
) -> Response:
    """Confirm or pick the master agreement that the document is under, and go back to it."""
    await linking.link(wired.database, actor, document_id, master or None, reason, "under")
    return RedirectResponse(f"/documents/{document_id}#master", 303)
