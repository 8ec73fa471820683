"""Facts that the ERP does not have: a file with a preview before anything is taken in, or a form with its evidence."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from api import facts as shared
from api.access import FactRecorder
from api.render import page
from api.services import Services, Wired
from domain.actor import Actor
from domain.errors import InvalidInput
from domain.facts import FactKind
from store.facts_file import ImportReport, Preview, import_facts, preview
from store.facts_shape import CELLS, DOCUMENT, SHAPES, Shape

router = APIRouter(prefix="/facts")
# A larger file is chosen once more to import it: a form does not carry it along.
CARRIED = 400_000
SHOWN = 200
DAYS, FLAGS = CELLS["on"], CELLS["held"]


@router.get("")
async def show(
    request: Request, wired: Wired, actor: FactRecorder, kind: FactKind | None = None, subject: str = ""
) -> Response:
    """The file's form, and the form of one kind of report."""
    return await _page(request, wired, actor, kind=kind, entered={"subject": subject[:300]})


@router.post("/preview")
async def look(request: Request, wired: Wired, actor: FactRecorder, file: UploadFile) -> Response:
    """What a file would record and what would be refused; nothing is recorded."""
    text = await shared.text_of(file)
    try:
        found = await preview(wired.database, actor, text, now=wired.clock())
    except InvalidInput as error:
        return await _page(request, wired, actor, wrong=error.detail, status=error.status)
    return await _page(request, wired, actor, found=found, text=text if len(text) <= CARRIED else "")


@router.post("/import")
async def take(
    request: Request,
    wired: Wired,
    actor: FactRecorder,
    text: Annotated[str, Form()] = "",
    file: UploadFile | None = None,
) -> Response:
    """Take in what was previewed, or a file."""
    content = text or (await shared.text_of(file) if file is not None else "")
    try:
        done = await import_facts(wired.database, actor, content, now=wired.clock())
    except InvalidInput as error:
        return await _page(request, wired, actor, wrong=error.detail, status=error.status)
    return await _page(request, wired, actor, done=done)


@router.post("/reports")
async def report(request: Request, wired: Wired, actor: FactRecorder, evidence: UploadFile | None = None) -> Response:
    """Record one report, with what proves it."""
    form = {k: str(v) for k, v in (await request.form()).items() if isinstance(v, str) and k not in ("csrf", DOCUMENT)}
    try:
        fact = await shared.record_one(wired, actor, form, evidence)
    except InvalidInput as error:
        kind = FactKind(form["kind"]) if form.get("kind") in {one.value for one in FactKind} else None
        return await _page(request, wired, actor, kind=kind, entered=form, wrong=error.detail, status=error.status)
    return RedirectResponse(f"/facts?kind={fact.kind.value}&recorded=1", 303)


async def _page(
    request: Request,
    wired: Services,
    actor: Actor,
    *,
    kind: FactKind | None = None,
    entered: dict[str, str] | None = None,
    found: Preview | None = None,
    text: str = "",
    done: ImportReport | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    settings = await shared.settings(wired, actor)
    return page(
        request,
        "facts.html",
        status_code=status,
        kinds=[(one, SHAPES[one]) for one in FactKind],
        kind=kind,
        fields=_fields(SHAPES[kind]) if kind else (),
        shape=SHAPES[kind] if kind else None,
        entered=entered or {},
        precedence=settings.precedence.get(kind, ()) if kind else (),
        found=found,
        pairs=list(zip(found.new, found.replaced, strict=True))[:SHOWN] if found else (),
        text=text,
        done=done,
        recorded="recorded" in request.query_params,
        wrong=wrong,
    )


def _fields(shape: Shape) -> list[dict[str, Any]]:
    """The form's fields: (name, type, choices) in the kind's order."""
    return [{"name": name, "type": _type(name), "needed": shape.needs == (name,)} for name in shape.cells]


def _type(name: str) -> str:
    if name == "status":
        return "status"
    reader = CELLS[name]
    return "day" if reader is DAYS else "flag" if reader is FLAGS else "text"
