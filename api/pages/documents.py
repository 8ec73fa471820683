"""Documents: the shelf with its upload form, and one document with its terms beside the page they stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from api import terms
from api.access import DocumentReader, DocumentUploader
from api.highlights import Sheet, sheet
from api.naming import present_firm
from api.render import page
from api.services import Services, Wired
from api.standing import lines
from api.uploads import take_in
from domain.actor import Actor
from domain.errors import DocumentError
from domain.terms import TermStatus
from sow import library, linking, wording
from sow.asking import LONGEST_QUESTION, ask
from sow.linking import Standing
from sow.precedents import alike
from store import codes, documents, model_readings
from store.documents import DocumentRow, TermRow
from store.model_readings import ModelReading

router = APIRouter(prefix="/documents")
Text = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True)
class Wrong:
    """A correction that could not be taken, as it was entered, and why."""

    term: str
    page: int
    reason: str
    entered: Mapping[str, Any]


@router.get("")
async def shelf(request: Request, wired: Wired, actor: DocumentReader) -> Response:
    """All documents, newest first."""
    return await _shelf(request, wired, actor)


@router.post("")
async def upload(
    *,
    request: Request,
    wired: Wired,
    actor: DocumentUploader,
    file: UploadFile,
    contract: Text = "",
    password: Text = "",
) -> Response:
    """Read a file and open it; what cannot be read is said above the form."""
    try:
        row, before = await take_in(wired, actor, file, contract=contract, password=password)
    except DocumentError as error:
        return await _shelf(request, wired, actor, problem=f"{file.filename}: {error.detail}", status=error.status)
    return RedirectResponse(f"/documents/{row.id}{'?again=1' if before else ''}", 303)


async def _shelf(request: Request, wired: Services, actor: Actor, *, problem: str = "", status: int = 200) -> Response:
    async with wired.database.tenant(actor.tenant) as connection:
        rows = await documents.listing(connection)
        found = await documents.terms(connection, *(row.id for row in rows))
    firm = await present_firm(wired, actor)
    return page(
        request,
        "documents.html",
        status_code=status,
        rows=[(row, [term for term in found if term.document == row.id]) for row in rows],
        clients={term.document: term.value for term in found if term.field == "client"},
        contracts=firm.contracts if firm else (),
        problem=problem,
        open_terms=open_terms,
    )


def open_terms(found: list[TermRow]) -> int:
    """How many terms no person has looked at yet."""
    return sum(term.status in (TermStatus.PROPOSED, TermStatus.CONFLICT) for term in found)


@router.get("/{document_id}")
async def show(request: Request, wired: Wired, actor: DocumentReader, document_id: str) -> Response:
    """One document."""
    return await one(request, wired, actor, document_id)


async def one(
    request: Request, wired: Services, actor: Actor, document_id: str, wrong: Wrong | None = None
) -> Response:
    """A document's page; with `wrong`, a correction that could not be taken stands open with the reason."""
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        found = await documents.terms(connection, row.id)
        await library.opened(connection, actor, row.id, "terms")
        choice = await codes.of_document(connection, row.id)
        attached = await documents.attached(connection, row.id) if row.kind == "email" else []
        body = "" if row.kind == "pdf" else await documents.body(connection, row.id)
        stands = await linking.standing(connection, row.id, wired.today)
        before = await alike(connection, row.id, found)
        with_model = await model_readings.of_document(connection, row.id)
    question = " ".join(request.query_params.get("q", "").split())[:LONGEST_QUESTION]
    answer = await ask(wired.database, actor, question, [row.id]) if question else None
    shown = _Shown(found)
    query = request.query_params
    wanted = str(wrong.page) if wrong else query.get("page", "1")
    return page(
        request,
        "document.html",
        document=row,
        sheet=_sheet(row, found, wanted, body),
        groups=terms.grouped(found),
        absent=terms.absent(found),
        left=open_terms(found),
        choice=choice,
        attached=attached,
        again="again" in query,
        shown=shown,
        standing=stands,
        names=_names(stands),
        precedents=before,
        reading=with_model,
        discarded=_discarded(with_model),
        question=question,
        answer=answer,
        lines=lines(stands.in_force.changes, shown.currency),
        editor=terms.editor,
        wrong=wrong and (wrong.term, wrong.reason),
        entered=wrong.entered if wrong else {},
        status_code=422 if wrong else 200,
        label=wording.label,
    )


def _names(stands: Standing) -> dict[str, str]:
    """Documents by id, as far as the page names them."""
    fits = {fit.document: fit.name for fit in stands.link.fits} if stands.link else {}
    return fits | {member.id: member.name for member in stands.members}


def _discarded(reading: ModelReading | None) -> int:
    """How many of a model's claims did not hold."""
    return sum(count for fate, count in reading.outcomes.items() if "discarded" in fate) if reading else 0


def _sheet(row: DocumentRow, found: list[TermRow], wanted: str, body: str) -> Sheet:
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 1  # noqa: PLR2004 - no document has more pages
    return sheet(row, found, min(max(1, number), max(1, row.page_count)), body)


class _Shown:
    """Values in words, in the document's own currency."""

    def __init__(self, found: list[TermRow]) -> None:
        values = [term.value for term in found if term.field == "currency"]
        self.currency = str(values[0]) if values else ""

    def __call__(self, field: str, value: Any) -> str:
        return wording.shown(field, value, self.currency)
