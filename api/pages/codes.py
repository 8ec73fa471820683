"""Project codes for a document, and the proposal to create its project in the ERP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import ActionProposer, CodeProposer
from api.papers import plan_set_up, propose_project
from api.render import page
from api.services import Wired
from store import codes as chosen
from store import documents
from tools import codes
from tools.paper import paper

router = APIRouter(prefix="/documents/{document_id}")


@router.get("/codes")
async def show(request: Request, wired: Wired, actor: CodeProposer, document_id: str) -> Response:
    """The proposals, best first."""
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        found = await paper(connection, actor, document_id, wired.today)
        proposals = await codes.propose(connection, firm, found, today=wired.today, embedder=wired.embedder)
        choice = await chosen.of_document(connection, document_id)
    exists = choice is not None and any(project.code == choice.code for project in firm.projects)
    return page(request, "codes.html", document=row, proposals=proposals, choice=choice, exists=exists)


@router.post("/codes")
async def choose(
    wired: Wired,
    actor: CodeProposer,
    document_id: str,
    code: Annotated[str, Form(max_length=40)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Choose a code."""
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        found = await paper(connection, actor, document_id, wired.today)
        await codes.choose(
            connection, actor, firm, found, code=code, reason=reason, today=wired.today, embedder=wired.embedder
        )
    return RedirectResponse(f"/documents/{document_id}/codes", 303)


@router.get("/set-up")
async def planned(request: Request, wired: Wired, actor: CodeProposer, document_id: str) -> Response:
    """All that the document asks to be set up."""
    return page(request, "set_up.html", found=await plan_set_up(wired, actor, document_id))


@router.post("/project")
async def create(wired: Wired, actor: ActionProposer, document_id: str) -> Response:
    """Propose the document's project under the code that was chosen, and open the proposal."""
    action = await propose_project(wired, actor, document_id)
    return RedirectResponse(f"/actions/{action.id}", 303)
