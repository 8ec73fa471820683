"""A person's word on a term, from the form beside the page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.access import TermConfirmer
from api.pages.documents import Wrong, one
from api.services import Wired
from api.terms import corrected
from domain.errors import InvalidInput, NotFound
from sow import library
from store import documents

router = APIRouter(prefix="/documents/{document_id}/terms")


@router.post("/{term_id}")
async def decide(request: Request, wired: Wired, actor: TermConfirmer, document_id: str, term_id: str) -> Response:
    """Confirm, correct or reject, and go back to where the person was."""
    form = await request.form()
    async with wired.database.tenant(actor.tenant) as connection:
        term = await documents.term(connection, term_id)
    if term.document != document_id:
        raise NotFound
    page = term.evidence[0].page if term.evidence else 1
    match form.get("verdict"):
        case "confirm":
            await library.decide_term(wired.database, actor, term_id, "confirm")
        case "reject":
            await library.decide_term(wired.database, actor, term_id, "reject")
        case "correct":
            try:
                await library.decide_term(wired.database, actor, term_id, "correct", corrected(term.field, dict(form)))
            except InvalidInput as error:
                wrong = Wrong(term_id, page, error.detail, form)
                return await one(request, wired, actor, document_id, wrong)
        case _:
            raise InvalidInput("Confirm, correct or reject the term.")
    return RedirectResponse(f"/documents/{document_id}?page={page}#term-{term_id}", 303)
