"""Project codes for a document: proposed with reasons, chosen by a person, never applied by themselves."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions.arguments import InvoiceAddress, TaxIdentifier
from actions.quoting import unopened
from api.access import ActionProposer, CodeProposer
from api.papers import plan_set_up, propose_confirmation, propose_engagement
from api.services import Wired
from domain.canonical import plain
from store import codes as chosen
from tools import codes
from tools.opening import whole
from tools.opportunity.proposal import Stated
from tools.paper import paper

router = APIRouter(prefix="/documents/{document_id}", tags=["codes"])
Json = dict[str, Any]


class CodeChoice(BaseModel):
    """The code that a person chose, and why."""

    code: str = Field(max_length=40)
    reason: str = Field("", max_length=500)


class Said(BaseModel):
    """Which customer it is: an ERP id, `new`, or as found in the ERP; and what a new one's invoices need."""

    customer: str | None = Field(None, max_length=40)
    tax_identifier: TaxIdentifier | None = None
    invoice_address: InvoiceAddress | None = None
    billing_email: str | None = Field(None, max_length=200)


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
async def create(wired: Wired, actor: ActionProposer, document_id: str, said: Said | None = None) -> Json:
    """Propose to set up the document's project under the chosen code, with what it still needs of customer, contract
    and prices: the action, which waits for approval.
    """
    stated = Stated(**said.model_dump()) if said else Stated()
    return plain(unopened(await propose_engagement(wired, actor, document_id, stated)))


@router.post("/confirmation", status_code=201)
async def confirm(wired: Wired, actor: ActionProposer, document_id: str) -> Json:
    """Propose to confirm the quotation of the document's contract: the action, which waits for approval."""
    return plain(unopened(await propose_confirmation(wired, actor, document_id)))
