"""Whether projects can be billed: one, or all of them with a filter."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import billing
from api.access import ReadinessReader
from api.services import Wired
from domain.canonical import plain
from domain.findings import Readiness
from policies.prerequisites.next_steps import next_steps

router = APIRouter(tags=["readiness"])
Json = dict[str, Any]
Month = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="Such as 2026-10")]


@router.get("/projects/{code}/readiness")
async def project(wired: Wired, actor: ReadinessReader, code: str, month: Month = None) -> Json:
    """One project's findings, and its unbilled money split into ready and blocked."""
    _, readiness = await billing.one(wired, actor, code, month)
    return answered(readiness)


@router.get("/projects/{code}/next-steps")
async def next_ones(wired: Wired, actor: ReadinessReader, code: str, month: Month = None) -> list[Json]:
    """What to clear on one project: what frees most money, weighed by how long it has waited, first."""
    shown = await billing.dossier(wired, actor)
    project, _ = await billing.one(wired, actor, code, month)
    steps = next_steps(project, shown.facts(project), month, wired.today)
    return [plain(step) for step in steps]


@router.get("/portfolio/next-steps")
async def next_of_all(wired: Wired, actor: ReadinessReader, month: Month = None) -> list[Json]:
    """The first step of every project that has one, ordered in the same way within each currency."""
    found = await billing.dossier(wired, actor)
    firsts = [(p, next_steps(p, found.facts(p), month, wired.today)[:1]) for p in found.firm.projects]
    best = [(project, step) for project, steps in firsts for step in steps]
    ranked = sorted(best, key=lambda one: (one[1].frees.currency, *(-part for part in one[1].weight), one[0].id))
    return [{"project": p.code or p.id, "name": p.name, **plain(step)} for p, step in ranked]


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
