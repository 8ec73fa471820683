"""The door: signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api import freshness, sessions
from api.access import Session, present, refuse_forgery, refuse_other_origins
from api.kept import Kept, read
from api.look import at_the_door
from api.render import page
from api.services import Services, Wired
from api.sessions import TooManyTries, WrongPassword

router = APIRouter()


@router.get("/signin")
async def show(request: Request, wired: Wired, next: str = "/") -> Response:  # noqa: A002 - the address's word
    """The sign-in form; those who are in go on at once."""
    if await present(request, wired):
        return RedirectResponse(_inside(next), 303)
    return await door(request, wired, next=next)


async def door(
    request: Request,
    wired: Services,
    *,
    next: str = "/",  # noqa: A002 - the address's word
    email: str = "",
    problem: str = "",
    kept: Kept | None = None,
    status_code: int = 200,
) -> Response:
    """The sign-in form; `kept` is what somebody was sending when their session was over."""
    firm = await at_the_door(wired)
    said = {"next": next, "email": email, "problem": problem, "kept": kept, "firm": firm}
    return page(request, "signin.html", status_code=status_code, **said)


@router.post("/signin")
async def sign_in(
    request: Request,
    wired: Wired,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the form's word
    kept: Annotated[str, Form()] = "",
) -> Response:
    """Open a session, or show the form again with the reason; then go on with what was being sent."""
    refuse_other_origins(request, wired)
    sent = read(kept)
    try:
        secret = await sessions.sign_in(wired, email, password, freshness.address(request))
    except (WrongPassword, TooManyTries) as error:
        return await door(
            request, wired, next=next, email=email, problem=error.detail, kept=sent, status_code=error.status
        )
    response = await _resumed(request, wired, secret, sent) if sent else RedirectResponse(_inside(next), 303)
    sessions.keep(response, wired, secret)
    return response


async def _resumed(request: Request, wired: Services, secret: str, kept: Kept) -> Response:
    found = await sessions.behind(wired, secret)
    request.state.policies = await wired.policies(found.actor.tenant) if found else None
    request.state.signed_in = found
    return page(request, "resume.html", kept=kept)


@router.post("/signout")
async def sign_out(request: Request, wired: Wired, session: Session) -> Response:
    """End the session and forget its cookie."""
    await refuse_forgery(request, wired, session)
    await sessions.sign_out(wired, session)
    response = RedirectResponse("/signin", 303)
    response.delete_cookie(sessions.COOKIE)
    return response


def _inside(address: str) -> str:
    """Only pages of our own: an address that begins with two slashes, or a slash and a backslash, leads out."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"
