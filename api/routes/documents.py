"""Documents: upload, look, and decide on the terms that were read."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response, UploadFile
from pydantic import BaseModel, Field

from api.access import DocumentReader, DocumentUploader, TermConfirmer
from api.services import Wired
from api.standing import as_json, day
from api.uploads import take_in
from domain.canonical import plain
from domain.errors import InvalidInput, NotFound
from sow import library, linking
from sow.asking import ask
from sow.precedents import alike
from sow.sandbox import page_image
from store import documents

router = APIRouter(prefix="/documents", tags=["documents"])
Json = dict[str, Any]
Text = Annotated[str, Form(max_length=200)]


class TermDecision(BaseModel):
    """What a person makes of a term; `value` is needed to correct it, in the field's normal form."""

    verdict: Literal["confirm", "correct", "reject"]
    value: Any = None
    reason: str = Field("", max_length=2000)


@router.get("")
async def listing(wired: Wired, actor: DocumentReader, offset: int = 0) -> list[Json]:
    """Documents, newest first, a hundred at a time."""
    async with wired.database.tenant(actor.tenant) as connection:
        return [plain(row) for row in await documents.listing(connection, offset=max(0, offset))]


@router.post("", status_code=201)
async def upload(
    *,
    request: Request,
    wired: Wired,
    actor: DocumentUploader,
    response: Response,
    file: UploadFile,
    contract: Text = "",
    password: Text = "",
) -> Json:
    """Read a PDF, DOCX, e-mail, Markdown or text file; bytes that are here already get 200 and the first one.

    The files in a message become documents of their own: `attachments` lists them, and the message's warnings say which
    ones could not be read. Files under a password need `password`, which is used once and not kept.
    """
    if (several := len((await request.form()).getlist("file"))) > 1:
        raise InvalidInput(f"The request has {several} files; send each in a request of its own.")
    row, before = await take_in(wired, actor, file, contract=contract, password=password)
    response.status_code = 200 if before else 201
    response.headers["location"] = f"/v1/documents/{row.id}"
    async with wired.database.tenant(actor.tenant) as connection:
        attached = await documents.attached(connection, row.id) if row.kind == "email" else []
    return {**plain(row), "attachments": [{"id": item.id, "name": item.name} for item in attached]}


@router.get("/{document_id}")
async def one(wired: Wired, actor: DocumentReader, document_id: str) -> Json:
    """A document without its bytes."""
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        await library.opened(connection, actor, row.id, "pages")
        return plain(row)


@router.get("/{document_id}/terms")
async def terms(wired: Wired, actor: DocumentReader, document_id: str) -> list[Json]:
    """Its terms with evidence, each as it stands."""
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        await library.opened(connection, actor, row.id, "terms")
        return [plain(term) for term in await documents.terms(connection, row.id)]


@router.get("/{document_id}/search")
async def search(wired: Wired, actor: DocumentReader, document_id: str, q: str) -> Json:
    """What the document says about something, as quotes with pages; `stated` is false when nothing speaks of it."""
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        await library.opened(connection, actor, row.id, "clauses")
    answer = await ask(wired.database, actor, q, [row.id])
    return {"question": answer.question, "stated": answer.stated, "quotes": plain(answer.quotes)}


@router.get("/{document_id}/precedents")
async def precedents(wired: Wired, actor: DocumentReader, document_id: str) -> Json:
    """What people corrected before on similar words, by the id of the term that it is beside. It changes nothing."""
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        await library.opened(connection, actor, row.id, "terms")
        found = await alike(connection, row.id, await documents.terms(connection, row.id))
    return {term: plain(one) for term, one in found.items()}


class LinkDecision(BaseModel):
    """Which document this one amends; null: none that is here."""

    amends: str | None
    reason: str = Field("", max_length=2000)


class MasterDecision(BaseModel):
    """Which master agreement this document is under; null: none that is here."""

    master: str | None
    reason: str = Field("", max_length=2000)


@router.get("/{document_id}/in-force")
async def in_force(wired: Wired, actor: DocumentReader, document_id: str, on: str = "") -> Json:
    """The terms in force on a day (today when none is given), and what changed each, from when, by which clause.

    `master` tells what the document is under; a term that is taken from there has its name in `master`, too.
    """
    wanted = day(on, wired.today)
    async with wired.database.tenant(actor.tenant) as connection:
        found = await linking.standing(connection, document_id, wanted)
        for row in (*found.members, *found.above):
            await library.opened(connection, actor, row.id, "terms in force")
    return as_json(found)


@router.post("/{document_id}/link", status_code=201)
async def link(wired: Wired, actor: TermConfirmer, document_id: str, wanted: LinkDecision) -> Json:
    """Say which document this one amends."""
    await linking.link(wired.database, actor, document_id, wanted.amends, wanted.reason)
    return await in_force(wired, actor, document_id)


@router.post("/{document_id}/master", status_code=201)
async def master(wired: Wired, actor: TermConfirmer, document_id: str, wanted: MasterDecision) -> Json:
    """Say which master agreement this document is under."""
    await linking.link(wired.database, actor, document_id, wanted.master, wanted.reason, "under")
    return await in_force(wired, actor, document_id)


@router.get("/{document_id}/pages/{number}.png", response_class=Response)
async def image(wired: Wired, actor: DocumentReader, document_id: str, number: int) -> Response:
    """A page of a PDF as an image. Raises NotFound for other documents and pages."""
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        if row.kind != "pdf" or not 1 <= number <= row.page_count:
            raise NotFound
        data = await documents.content(connection, document_id)
        await library.opened(connection, actor, row.id, f"page {number}")
    async with wired.readers:
        png = await page_image(data, number, width=1400)
    return Response(png, media_type="image/png")


@router.post("/{document_id}/terms/{term_id}/decisions", status_code=201)
async def decide(wired: Wired, actor: TermConfirmer, document_id: str, term_id: str, wanted: TermDecision) -> Json:
    """Confirm, correct or reject a term."""
    async with wired.database.tenant(actor.tenant) as connection:
        if (await documents.term(connection, term_id)).document != document_id:
            raise NotFound
    return plain(await library.decide_term(wired.database, actor, term_id, wanted.verdict, wanted.value, wanted.reason))
