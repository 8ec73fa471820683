"""One project: whether it can be billed, and what stands in the way."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import billing
from api.access import ReadinessReader
from api.billing import Wanted, troubles
from api.render import page
from api.services import Wired
from domain.canonical import plain
from store import actions
from tools.evaluating import one_live

router = APIRouter()


def months(year: int, month: int, count: int = 10) -> list[str]:
    """The last months, the present one first, as "2026-10"."""
    numbers = [year * 12 + month - 1 - back for back in range(count)]
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in numbers]


@router.get("/projects/{code}")
async def project(
    request: Request, wired: Wired, actor: ReadinessReader, code: str, wanted: Annotated[Wanted, Query()]
) -> Response:
    """One project."""
    found = billing.mirror_of(wired, actor)
    record, readiness, dossier = await one_live(found, wired.today, code, wanted.month or None)
    async with wired.database.tenant(actor.tenant) as connection:
        proposals = await actions.listing(connection, project=record.code) if record.code else ()
    return page(
        request,
        "project.html",
        code=code,
        project=record,
        readiness=readiness,
        findings=[plain(f) for f in troubles(readiness)]
        + [plain(f) for f in readiness.findings if f.verdict.value in ("pass", "not_applicable")],
        contracts=dossier.firm.contracts,
        proposals=proposals,
        month=wanted.month,
        months=months(wired.today.year, wired.today.month),
    )
