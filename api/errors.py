"""Errors as RFC 9457 problem documents for programs, and as a page that says what to do for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from api import refusals
from api.access import ForgedRequest
from api.kept import NOT_KEPT, Kept, came_from, kept
from api.pages.signin import door
from api.render import page
from api.services import services
from domain.errors import CountersignError, NotPermitted, NotSignedIn, ReauthenticationNeeded
from policies.rights import SAID

LOG = logging.getLogger("countersign.api")
WORDS = {
    404: ("not_found", "There is no such page."),
    405: ("method_not_allowed", "That is not possible here."),
    413: ("payload_too_large", "The request is larger than the limit."),
}
BROKEN = (
    "The upload broke off, or the name of its file is too long. Nothing was kept of it: try again, with a shorter name."
)
NO_FILE = "No file came with the request: choose one, and send it as the form's field “file”."


def install(app: FastAPI) -> None:
    """Handle every error of the application in one of the two forms."""
    app.add_exception_handler(CountersignError, _countersign)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def problem(
    request: Request, status: int, code: str, title: str, detail: str, *, errors: list[dict[str, Any]] | None = None
) -> Response:
    """One error in the form that the asker reads."""
    if wants_page(request):
        return _page(request, status, code, title, detail)
    body: dict[str, Any] = {
        "type": f"urn:countersign:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.url.path,
    }
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status, _headers(status, code), media_type="application/problem+json")


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, and not a program."""
    return not request.url.path.startswith("/v1") and "text/html" in request.headers.get("accept", "")


def _headers(status: int, code: str) -> Mapping[str, str]:
    match status:
        case 401:
            return {"www-authenticate": 'Bearer realm="countersign"'}
        case 429:
            return {"retry-after": "900" if code == "too_many_tries" else "10"}
        case _:
            return {}


def _page(request: Request, status: int, code: str, title: str, detail: str) -> Response:
    if code == "not_signed_in":
        query = f"?{request.url.query}" if request.url.query else ""
        back = request.url.path + query if request.method == "GET" else came_from(request)
        return RedirectResponse(f"/signin?next={quote(back)}", 303)
    said = _in_words(detail) if code == NotPermitted.code else detail
    return page(request, "error.html", status_code=status, status=status, code=code, title=title, detail=said)


def _in_words(detail: str) -> str:
    """Rights as the policy's page names them."""
    for operation, said in SAID.items():
        detail = detail.replace(f"'{operation.value}'", f"“{said}”")
    return detail


async def _countersign(request: Request, error: Exception) -> Response:
    assert isinstance(error, CountersignError)  # noqa: S101 - the handler's own registration
    if isinstance(error, NotPermitted):
        await refusals.record(request, error)
    if isinstance(error, ReauthenticationNeeded) and wants_page(request):
        return await _asked_again(request, error)
    if isinstance(error, NotSignedIn | ForgedRequest) and wants_page(request) and (sent := await kept(request)):
        return await _kept(request, error, sent)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        LOG.error("%s on %s %s", error.code, request.method, request.url.path, exc_info=error)
    return problem(request, error.status, error.code, type(error).title(), error.detail)


async def _kept(request: Request, error: CountersignError, sent: Kept) -> Response:
    """A session that is over, or another than the form's: nothing that was typed into the form is lost."""
    if isinstance(error, NotSignedIn):
        return await door(request, services(request), next=sent.back, kept=sent, status_code=error.status)
    return page(request, "resume.html", status_code=error.status, kept=sent)


async def _asked_again(request: Request, error: ReauthenticationNeeded) -> Response:
    """The form once more, with everything that was typed into it, and the password to be given with it."""
    form = await request.form()
    typed = [(name, text) for name, text in form.multi_items() if isinstance(text, str) and name not in NOT_KEPT]
    return page(
        request,
        "reauthenticate.html",
        status_code=error.status,
        detail=error.detail,
        action=request.url.path,
        fields=typed,
        shown=("verdict", "reason", "text"),
    )


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler's own registration
    errors = [{"pointer": "/" + "/".join(map(str, e["loc"])), "detail": _detail(e)} for e in error.errors()]
    detail = "; ".join(f"{_named(e['pointer'], request)}: {e['detail']}" for e in errors)
    return problem(request, 422, "invalid_input", "The input cannot be used.", detail, errors=errors)


def _detail(error: Mapping[str, Any]) -> str:
    return NO_FILE if tuple(error["loc"])[:2] == ("body", "file") else str(error["msg"])


def _named(pointer: str, request: Request) -> str:
    """A field as programs find it, or as people know it."""
    return pointer.rsplit("/", 1)[-1].replace("_", " ") if wants_page(request) else pointer


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler's own registration
    if error.status_code == HTTPStatus.BAD_REQUEST and "multipart/" in request.headers.get("content-type", ""):
        return problem(request, error.status_code, "upload_broken", "The upload cannot be read.", BROKEN)
    code, title = WORDS.get(error.status_code, ("http_error", str(error.detail)))
    said = (
        error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and " " in error.detail and error.detail.endswith(".")
    )
    return problem(request, error.status_code, code, title, error.detail if said else title)


async def _unexpected(request: Request, error: Exception) -> Response:
    LOG.error("unexpected error on %s %s", request.method, request.url.path, exc_info=error)
    detail = "Something went wrong on our side; nothing was changed that is not shown. Try again."
    return problem(request, 500, "internal", "Something went wrong in Countersign.", detail)
