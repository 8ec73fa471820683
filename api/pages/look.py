"""The firm's own look: set by an administrator, given to every page as a style sheet and an image of our own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from api.access import PeopleAdministrator, PersonBlocker, Session
from api.look import MOST_BYTES, at_the_door, checked, grounds, keep, stylesheet
from api.render import page
from api.services import Services, Wired
from domain.actor import Actor
from domain.errors import InvalidInput, NotFound
from store import look
from store.look import Look

router = APIRouter()
Colour = Annotated[str, Form(max_length=20)]
KEPT = {"cache-control": "private, max-age=31536000, immutable"}  # each version has an address of its own
ALONE = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"}


@router.get("/admin/look")
async def show(request: Request, wired: Wired, actor: PeopleAdministrator) -> Response:
    """The look as it is, and the form that changes it."""
    async with wired.database.tenant(actor.tenant) as connection:
        return _page(request, await look.get(connection))


@router.post("/admin/look")
async def change(
    *,
    request: Request,
    wired: Wired,
    actor: PersonBlocker,
    accent: Colour,
    accent_dark: Colour,
    name: Annotated[str, Form(max_length=60)] = "",
    logo: UploadFile | None = None,
    no_logo: Annotated[bool, Form()] = False,
) -> Response:
    """Set it; a colour that cannot be read is refused with the reason above the form."""
    given = await logo.read(MOST_BYTES + 1) if logo is not None and logo.filename else None
    async with wired.database.tenant(actor.tenant) as connection:
        before = await look.get(connection)
    kept = before.logo if before and not no_logo and given is None else given
    try:
        wanted = checked(name, accent, accent_dark, kept)
    except InvalidInput as error:
        return _page(request, Look(name, accent, accent_dark, kept), problem=error.detail)
    await keep(wired, actor, wanted)
    return RedirectResponse("/admin/look", 303)


@router.post("/admin/look/shipped")
async def shipped(wired: Wired, actor: PersonBlocker) -> Response:
    """Go back to Countersign's own."""
    await keep(wired, actor, None)
    return RedirectResponse("/admin/look", 303)


@router.get("/look.css")
async def style(wired: Wired, session: Session) -> Response:
    """The style sheet of the firm of whoever asks."""
    return Response(stylesheet(await _look(wired, session.actor)), media_type="text/css", headers=KEPT)


@router.get("/look/logo")
async def image(wired: Wired, session: Session) -> Response:
    """Their firm's logo."""
    return _logo(await _look(wired, session.actor))


def _logo(found: Look) -> Response:
    if found.logo is None:
        raise NotFound
    return Response(found.logo, media_type=found.logo_type, headers=KEPT | ALONE)


@router.get("/signin/look.css")
async def door_style(wired: Wired) -> Response:
    """The style sheet of the firm that this installation is for, before anyone has signed in."""
    return Response(stylesheet(await _door(wired)), media_type="text/css", headers=KEPT)


@router.get("/signin/logo")
async def door_image(wired: Wired) -> Response:
    """That firm's logo."""
    return _logo(await _door(wired))


async def _door(wired: Services) -> Look:
    found = await at_the_door(wired)
    if found is None:
        raise NotFound
    return found


async def _look(wired: Services, actor: Actor) -> Look:
    async with wired.database.tenant(actor.tenant) as connection:
        found = await look.get(connection)
    if found is None:
        raise NotFound
    return found


def _page(request: Request, found: Look | None, *, problem: str = "") -> Response:
    light, dark = (grounds()[theme]["accent"] for theme in ("light", "dark"))
    return page(
        request,
        "look.html",
        status_code=422 if problem else 200,
        look=found or Look("", light, dark),
        own=found is not None,
        problem=problem,
    )
