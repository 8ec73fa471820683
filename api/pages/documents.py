"""Documents: the shelf with its upload form, and one document with its terms beside the page they stand on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from api import terms
from api.access import DocumentReader, DocumentUploader
from api.highlights import Sheet, sheet
from api.naming import present_firm
from api.readings import readings
from api.render import page
from api.services import Services, Wired
from api.standing import beside, lines, names
from api.uploads import Taken, as_it_comes, said, taken
from domain.actor import Actor
from domain.terms import TermStatus
from sow import library, linking, wording
from sow.asking import LONGEST_QUESTION, ask
from sow.library import Progress
from sow.linking import Standing
from sow.precedents import alike
from store import codes, documents, model_readings
from store.codes import Choice
from store.documents import DocumentRow, TermRow
from store.model_readings import ModelReading
from store.precedents import PrecedentRow

router = APIRouter(prefix="/documents")
Text = Annotated[str, Form(max_length=200)]
ZOOMS = {"": "Fit", "150": "150%", "200": "200%"}
MOST_FILES = 20  # of one form


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
    file: list[UploadFile],
    contract: Text = "",
    password: Text = "",
) -> Response:
    """Read the files: our script sends each alone and hears of its stages; a form sends all, and one is opened."""
    if "text/event-stream" in request.headers.get("accept", ""):
        return EventSourceResponse(_told(as_it_comes(wired, actor, file[0], contract, password)))
    came = [await taken(wired, actor, one, contract, password) for one in file[:MOST_FILES]]
    if len(came) == 1 and not came[0].problem:
        return RedirectResponse(came[0].href, 303)
    return await _shelf(request, wired, actor, came, left=[one.filename or "" for one in file[MOST_FILES:]])


async def _told(stages: AsyncIterator[Progress | Taken]) -> AsyncIterator[ServerSentEvent]:
    async for found in stages:
        if isinstance(found, Progress):
            yield ServerSentEvent(json.dumps({"stage": found.stage, "text": said(found)}), event="stage")
        elif found.problem:
            yield ServerSentEvent(json.dumps({"text": found.problem}), event="problem")
        else:
            text = "Here already, with all that was decided on it" if found.again else "Ready"
            yield ServerSentEvent(json.dumps({"stage": "ready", "text": text, "href": found.href}), event="ready")


async def _shelf(
    request: Request, wired: Services, actor: Actor, came: Sequence[Taken] = (), *, left: Sequence[str] = ()
) -> Response:
    async with wired.database.tenant(actor.tenant) as connection:
        rows = await documents.listing(connection)
        found = await documents.terms(connection, *(row.id for row in rows))
    firm = await present_firm(wired, actor)
    return page(
        request,
        "documents.html",
        status_code=max((one.status for one in came), default=200),
        rows=[(row, [term for term in found if term.document == row.id]) for row in rows],
        clients={term.document: term.value for term in found if term.field == "client"},
        contracts=firm.contracts if firm else (),
        came=came,
        left=left,
        most=MOST_FILES,
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
    query = request.query_params
    held = await _held(wired, actor, document_id)
    question = " ".join(query.get("q", "").split())[:LONGEST_QUESTION]
    return page(
        request,
        "document.html",
        status_code=422 if wrong else 200,
        **held.context(),
        sheet=_sheet(held, str(wrong.page) if wrong else query.get("page", "1")),
        zoom=query.get("zoom", "") if query.get("zoom") in ZOOMS else "",
        zooms=ZOOMS,
        again="again" in query,
        question=question,
        answer=await ask(wired.database, actor, question, [held.row.id]) if question else None,
        editor=terms.editor,
        readings=readings,
        wrong=wrong and (wrong.term, wrong.reason),
        entered=wrong.entered if wrong else {},
        label=wording.label,
    )


@dataclass(frozen=True)
class _Held:
    """What is kept of one document."""

    row: DocumentRow
    terms: list[TermRow]
    choice: Choice | None
    attached: list[DocumentRow]
    body: str
    standing: Standing
    precedents: Mapping[str, PrecedentRow]
    reading: ModelReading | None

    def context(self) -> dict[str, Any]:
        """As the template names it."""
        shown, under = _Shown(self.terms), self.standing.in_force.under
        return {
            "document": self.row,
            "groups": terms.grouped(self.terms),
            "absent": terms.absent(self.terms),
            "left": open_terms(self.terms),
            "choice": self.choice,
            "attached": self.attached,
            "shown": shown,
            "standing": self.standing,
            "names": names(self.standing),
            "lines": lines(self.standing.in_force.changes, shown.currency),
            "beside": beside(under.differences, shown.currency) if under else [],
            "disputed": {one.field for one in under.differences if one.why} if under and under.confirmed else set(),
            "named": next((str(term.value) for term in self.terms if term.field == "master_agreement"), ""),
            "precedents": self.precedents,
            "reading": self.reading,
            "discarded": _discarded(self.reading),
        }


async def _held(wired: Services, actor: Actor, document_id: str) -> _Held:
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        found = await documents.terms(connection, row.id)
        await library.opened(connection, actor, row.id, "terms")
        standing = await linking.standing(connection, row.id, wired.today)
        for above in standing.above:
            await library.opened(connection, actor, above.id, "terms in force")
        return _Held(
            row,
            found,
            await codes.of_document(connection, row.id),
            await documents.attached(connection, row.id) if row.kind == "email" else [],
            "" if row.kind == "pdf" else await documents.body(connection, row.id),
            standing,
            await alike(connection, row.id, found),
            await model_readings.of_document(connection, row.id),
        )


def _discarded(reading: ModelReading | None) -> int:
    """How many of a model's claims did not hold."""
    return sum(count for fate, count in reading.outcomes.items() if "discarded" in fate) if reading else 0


def _sheet(held: _Held, wanted: str) -> Sheet:
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 1  # noqa: PLR2004 - no document has more pages
    return sheet(held.row, held.terms, min(max(1, number), max(1, held.row.page_count)), held.body)


class _Shown:
    """Values in words, in the document's own currency."""

    def __init__(self, found: list[TermRow]) -> None:
        values = [term.value for term in found if term.field == "currency"]
        self.currency = str(values[0]) if values else ""

    def __call__(self, field: str, value: Any) -> str:
        return wording.shown(field, value, self.currency)
