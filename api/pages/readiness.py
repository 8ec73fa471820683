"""Readiness: the portfolio with its money, and one project with what stands in the way."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import billing
from api.access import ReadinessReader
from api.billing import Wanted, sums, troubles
from api.project import view
from api.render import page
from api.services import Wired
from domain.findings import Readiness
from policies.numbering import numbering

router = APIRouter()
ORDER = ("blocked", "cannot_determine", "billable", "nothing_to_bill")


@router.get("/readiness")
async def portfolio(
    request: Request, wired: Wired, actor: ReadinessReader, wanted: Annotated[Wanted, Query()]
) -> Response:
    """All projects that this filter leaves, those that hold back most first."""
    everything = await billing.whole(wired, actor, wanted.month or None)
    found = [r for r in everything if billing.fits(r, wanted)]
    rule = numbering()
    return page(
        request,
        "readiness.html",
        wanted=wanted,
        rows=[(r, troubles(r)) for r in sorted(found, key=_order)],
        sums=sums(found),
        counts={status: sum(r.status == status for r in everything) for status in ORDER},
        practices={code: practice.name for code, practice in rule.practices.items()},
        regions={code: region.name for code, region in rule.regions.items()},
        customers=sorted({r.customer for r in everything if r.customer}),
        months=months(wired.today.year, wired.today.month),
        as_of=everything[0].as_of if everything else "",
    )


def _order(found: Readiness) -> tuple[int, str, str]:
    # By amount within a status; as text padded, because amounts of several currencies are only ever ordered, not added.
    return ORDER.index(found.status), f"{10**15 - found.blocked.minor - found.ready.minor:020d}", found.project_name


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
