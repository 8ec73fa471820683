"""Project codes for a document, and the proposal to set it up in the ERP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from api.access import ActionProposer, CodeProposer
from api.papers import plan_set_up, propose_confirmation, propose_engagement
from api.render import page
from api.services import Wired
from store import codes as chosen
from store import documents
from tools import codes
from tools.opportunity.proposal import Stated
from tools.paper import paper
from tools.remedies import tax_identifier

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


class SetUpForm(BaseModel):
    """Which customer it is (an ERP id, `new`, or empty: as found), and what a new one's invoices need."""

    customer: str = Field("", max_length=40)
    tax_code: str = Field("", max_length=40)
    street: str = Field("", max_length=200)
    postal_code: str = Field("", max_length=40)
    city: str = Field("", max_length=120)
    country: str = Field("", max_length=2)
    billing_email: str = Field("", max_length=200)

    def stated(self) -> Stated:
        """What was filled in; half an address is passed on, so that it is refused with the reason.

        Raises InvalidInput for a tax identifier with a wrong check digit.
        """
        address = {name: getattr(self, name).strip() for name in ("street", "postal_code", "city")}
        address["country"] = country = self.country.strip().upper()
        code = self.tax_code.strip()
        return Stated(
            self.customer or None,
            tax_identifier(country, code) if code else None,
            address if any(address.values()) else None,
            self.billing_email.strip() or None,
        )


@router.post("/project")
async def create(wired: Wired, actor: ActionProposer, document_id: str, said: Annotated[SetUpForm, Form()]) -> Response:
    """Propose to set up the document's project under the code that was chosen, and open the proposal."""
    action = await propose_engagement(wired, actor, document_id, said.stated())
    return RedirectResponse(f"/actions/{action.id}", 303)


@router.post("/confirmation")
async def confirm(wired: Wired, actor: ActionProposer, document_id: str) -> Response:
    """Propose to confirm the document's contract, and open the proposal."""
    action = await propose_confirmation(wired, actor, document_id)
    return RedirectResponse(f"/actions/{action.id}", 303)
