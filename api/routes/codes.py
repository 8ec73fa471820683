"""Project codes for a document: proposed with reasons, chosen by a person, never applied by themselves."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.access import ActionProposer, CodeProposer
from api.papers import plan_set_up, propose_project
from api.services import Wired
from domain.canonical import plain
from store import codes as chosen
from tools import codes
from tools.opening import whole
from tools.paper import paper

router = APIRouter(prefix="/documents/{document_id}", tags=["codes"])
Json = dict[str, Any]


class CodeChoice(BaseModel):
    """The code that a person chose, and why."""

    code: str = Field(max_length=40)
    reason: str = Field("", max_length=500)


@router.get("/codes")
async def propose(wired: Wired, actor: CodeProposer, document_id: str) -> Json:
    """Ranked proposals, and the choice that stands, if any."""
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        found = await paper(connection, actor, document_id, wired.today)
        choice = await chosen.of_document(connection, document_id)
        proposals = await codes.propose(connection, firm, found, today=wired.today, embedder=wired.embedder)
        return {"choice": plain(choice), "proposals": plain(proposals)}


@router.post("/codes", status_code=201)
async def choose(wired: Wired, actor: CodeProposer, document_id: str, wanted: CodeChoice) -> Json:
    """Choose a code for this document; remembered as a precedent."""
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        found = await paper(connection, actor, document_id, wired.today)
        await codes.choose(
            connection,
            actor,
            firm,
            found,
            code=wanted.code,
            reason=wanted.reason,
            today=wired.today,
            embedder=wired.embedder,
        )
        return {"choice": plain(await chosen.of_document(connection, document_id))}


@router.get("/set-up")
async def planned(wired: Wired, actor: CodeProposer, document_id: str) -> Json:
    """All that the document asks to be set up: each field with its source, and what the ERP may have already."""
    return whole(await plan_set_up(wired, actor, document_id))


@router.post("/project", status_code=201)
async def create(wired: Wired, actor: ActionProposer, document_id: str) -> Json:
    """Propose the document's project under the chosen code: the action, which waits for approval."""
    return plain(await propose_project(wired, actor, document_id))
