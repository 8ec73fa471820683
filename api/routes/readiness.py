"""Whether projects can be billed: one, or all of them with a filter."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import billing
from api.access import ReadinessReader
from api.services import Wired
from domain.canonical import plain
from domain.findings import Readiness

router = APIRouter(tags=["readiness"])
Json = dict[str, Any]
Month = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="Such as 2026-10")]


@router.get("/projects/{code}/readiness")
async def project(wired: Wired, actor: ReadinessReader, code: str, month: Month = None) -> Json:
    """One project's findings, and its unbilled money split into ready and blocked."""
    _, readiness = await billing.one(wired, actor, code, month)
    return answered(readiness)


@router.get("/portfolio/readiness")
async def portfolio(
    wired: Wired,
    actor: ReadinessReader,
    wanted: Annotated[billing.Wanted, Query()],
) -> list[Json]:
    """Every project's, narrowed by practice, region, customer or status."""
    return [answered(found) for found in await billing.narrowed(wired, actor, wanted)]


def answered(readiness: Readiness) -> Json:
    """A readiness as JSON, with the status that follows from its findings."""
    return {"status": readiness.status, **plain(readiness)}
