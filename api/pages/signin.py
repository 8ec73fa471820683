"""The door: signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api import freshness, sessions
from api.access import Session, present, refuse_forgery, refuse_other_origins
from api.look import at_the_door
from api.render import page
from api.services import Wired
from api.sessions import TooManyTries, WrongPassword

router = APIRouter()


@router.get("/signin")
async def show(request: Request, wired: Wired, next: str = "/") -> Response:  # noqa: A002 - the address's word
    """The sign-in form; those who are in go on at once."""
    if await present(request, wired):
        return RedirectResponse(_inside(next), 303)
    return page(request, "signin.html", next=next, email="", problem="", firm=await at_the_door(wired))


@router.post("/signin")
async def sign_in(
    request: Request,
    wired: Wired,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the form's word
) -> Response:
    """Open a session, or show the form again with the reason."""
    refuse_other_origins(request, wired)
    try:
        secret = await sessions.sign_in(wired, email, password, freshness.address(request))
    except (WrongPassword, TooManyTries) as error:
        said = {"next": next, "email": email, "problem": error.detail, "firm": await at_the_door(wired)}
        return page(request, "signin.html", status_code=error.status, **said)
    response = RedirectResponse(_inside(next), 303)
    sessions.keep(response, wired, secret)
    return response


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
