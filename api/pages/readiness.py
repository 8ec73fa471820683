"""One project: whether it can be billed, and what stands in the way."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api import billing
from api.access import ReadinessReader
from api.billing import Wanted
from api.project import view
from api.render import page
from api.services import Wired

router = APIRouter()


@router.post("/projects/{code}/reading")
async def reread(wired: Wired, actor: ReadinessReader, code: str) -> Response:
    """Read one project from the ERP now, and show it."""
    await billing.reread(wired, actor, code)
    return RedirectResponse(f"/projects/{quote(code)}", 303)


def months(year: int, month: int, count: int = 10) -> list[str]:
    """The last months, the present one first, as "2026-10"."""
    numbers = [year * 12 + month - 1 - back for back in range(count)]
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in numbers]


@router.get("/projects/{code}")
async def project(
    request: Request, wired: Wired, actor: ReadinessReader, code: str, wanted: Annotated[Wanted, Query()]
) -> Response:
    """One project."""
    shown = await view(wired, actor, code, wanted.month or None)
    return page(
        request,
        "project.html",
        code=code,
        view=shown,
        project=shown.project,
        readiness=shown.readiness,
        month=wanted.month,
        months=months(wired.today.year, wired.today.month),
        today=wired.today,
    )
