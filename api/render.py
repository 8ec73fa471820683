"""Server-rendered pages: one Jinja environment, autoescaped, in which a missing name is an error and not a blank."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from actions.catalogue import TYPES
from api import charts, formats, plots, states
from api.freshness import is_fresh
from api.services import services
from api.sessions import SignedIn
from domain.actor import Operation, through
from erp.heard import heard
from policies.engine import Policies

FOLDER = Path(__file__).parent
# Path, title, icon, the key that leads there after `g`, and what one must be permitted to see it.
PLACES = (
    ("/", "Home", "home", "h", None),
    ("/threads", "Ask", "ask", "a", Operation.THREAD_USE),
    ("/readiness", "Readiness", "readiness", "r", Operation.READINESS_READ),
    ("/operations", "Operations", "operations", "o", Operation.READINESS_READ),
    ("/documents", "Documents", "documents", "d", Operation.DOCUMENT_READ),
    ("/actions", "Reviews", "reviews", "v", Operation.ACTION_READ),
    ("/policy", "Policy", "policy", "p", Operation.POLICY_READ),
    ("/admin", "Admin", "person", "m", Operation.PEOPLE_ADMINISTER),
    ("/audit", "Audit", "audit", "u", Operation.AUDIT_READ),
)
# Pages that have an address of their own and belong to a place all the same.
BELONGS = {
    "projects": "/readiness",
    "records": "/readiness",
    "codes": "/readiness",
    "facts": "/readiness",
    "time-to-bill": "/operations",
    "opportunities": "/documents",
    "monitors": "/actions",
    "delegations": "/actions",
    "freezes": "/actions",
}


@cache
def environment() -> Environment:
    """The templates of `api/templates`, with the formats of `api/formats.py` as filters."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cast("dict[str, Any]", made.filters).update(
        {
            "money": formats.money,
            "price": formats.price,
            "whole": formats.whole,
            "day": formats.day,
            "month": formats.month,
            "moment": formats.moment,
            "words": formats.words,
            "value": formats.value,
            "size": formats.size,
            "sortkey": formats.sortkey,
            "system": formats.system,
            "line": formats.line,
            "reported": formats.reported,
            "once": formats.once,
            "cell": formats.cell,
            "chart": charts.drawn,
            "chart_rows": charts.rows,
            "plotted": plots.plotted,
            "tone": states.tone,
            "wording": states.wording,
            "through": through,
        }
    )
    cast("dict[str, Any]", made.tests).update(sum_of_others=plots.is_sum)
    cast("dict[str, Any]", made.globals).update(asset=asset, types=TYPES)
    return made


@cache
def asset(name: str) -> str:
    """The address of a static file, changed by its content."""
    content = (FOLDER / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}"


def page(request: Request, template: str, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """One whole page for the person behind the request, or for nobody before they sign in."""
    return HTMLResponse(environment().get_template(template).render(**frame(request), **context), status_code)


def fragment(request: Request, template: str, **context: Any) -> str:
    """A part of a page, for a stream."""
    return environment().get_template(template).render(**frame(request), **context)


def frame(request: Request) -> dict[str, Any]:
    """What every template may use: who is signed in, where they are, and where else they may go."""
    found: SignedIn | None = getattr(request.state, "signed_in", None)
    return {
        "me": found.person if found else None,
        "csrf": found.csrf if found else "",
        "path": request.url.path,
        "places": _places(request, found) if found else (),
        "here": _here(request.url.path),
        "may": partial(_may_by_name, request, found),
        "erp_said": heard().warnings,
        "stale": found is not None and not is_fresh(services(request), found),
    }


def _places(request: Request, found: SignedIn) -> list[tuple[str, str, str, str]]:
    return [
        (path, title, icon, key)
        for path, title, icon, key, operation in PLACES
        if operation is None or _may(request, found, operation)
    ]


def _here(path: str) -> str:
    first = path.split("/")[1]
    return BELONGS.get(first, f"/{first}")


def _may_by_name(request: Request, found: SignedIn | None, operation: str) -> bool:
    return found is not None and _may(request, found, Operation(operation))


def _may(request: Request, found: SignedIn, operation: Operation) -> bool:
    policies: Policies | None = getattr(request.state, "policies", None)
    return policies is not None and policies.authorize(found.actor, operation).allowed
