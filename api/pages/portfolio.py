"""Readiness of the whole portfolio: its money, what stands in the way of each project, and by whom or what it lies."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import billing
from api.access import ReadinessReader
from api.billing import Shown, Sum, Wanted
from api.desk import OWNER
from api.pages.readiness import months
from api.portfolio_export import export
from api.render import page
from api.services import Wired
from api.trends import trends
from policies.numbering import numbering

router = APIRouter()
ORDER = ("blocked", "cannot_determine", "billable", "nothing_to_bill")
GROUPS = ("customer", "practice", "region", "month", "status", "reason")
CLEARING = 200  # findings on a page


@router.get("/readiness")
async def portfolio(
    request: Request, wired: Wired, actor: ReadinessReader, shown: Annotated[Shown, Query()]
) -> Response:
    """All projects that this filter leaves, those that hold back most first."""
    found = await billing.portfolio(wired, actor, shown)
    rule = numbering()
    return page(
        request,
        "readiness.html",
        shown=shown,
        found=found,
        sums=[Sum.of(total) for total in found.sums],
        trends=await trends(wired, actor, shown, found),
        groups=[Sum.of(total) for total in found.groups],
        group_names=GROUPS,
        counts={status: found.statuses.get(status, 0) for status in ORDER},
        practices=dict.fromkeys(found.practices) | {code: one.name for code, one in rule.practices.items()},
        regions=dict.fromkeys(found.regions) | {code: one.name for code, one in rule.regions.items()},
        months=months(wired.today.year, wired.today.month),
        link=partial(_link, shown),
        narrowed=partial(_narrowed, shown),
    )


@router.get("/readiness/clearing")
async def clearing(
    request: Request, wired: Wired, actor: ReadinessReader, owner: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """What holds money back, finding by finding: those that people of a role have to clear, or all."""
    wanted = [owner] if owner in OWNER.values() else list(OWNER.values())
    fresh, found = await billing.to_clear(wired, actor, wanted, limit=CLEARING)
    return page(
        request,
        "clearing.html",
        fresh=fresh,
        found=found,
        owner=owner if owner in wanted else "",
        owners=list(OWNER.values()),
    )


@router.get("/readiness.csv")
async def as_csv(wired: Wired, actor: ReadinessReader, wanted: Annotated[Wanted, Query()]) -> Response:
    """The same projects as a file."""
    return await export(wired, actor, wanted, "csv")


@router.get("/readiness.xlsx")
async def as_xlsx(wired: Wired, actor: ReadinessReader, wanted: Annotated[Wanted, Query()]) -> Response:
    """The same projects as a workbook."""
    return await export(wired, actor, wanted, "xlsx")


def _narrowed(shown: Shown, label: str) -> str:
    """This page, narrowed to one line of what is added up."""
    return _link(shown, **{"group": "", "page": 1, shown.group: label})


def _link(shown: Shown, **changes: object) -> str:
    """This page with something changed, or another address of the same part of the portfolio."""
    values = {**shown.model_dump(exclude_defaults=True), **changes}
    kept = {name: value for name, value in values.items() if value not in ("", None) and (name, value) != ("page", 1)}
    return f"?{urlencode(kept)}" if kept else "?"
