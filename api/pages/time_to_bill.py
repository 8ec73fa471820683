"""Time to bill: how many days pass between work and its invoice, and where they go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access import ReadinessReader
from api.render import page
from api.services import Wired
from policies.numbering import numbering
from policies.time_to_bill import STAGES
from tools import knowledge
from tools.time_to_bill import TimeToBill, durations

router = APIRouter()
GROUPS = ("practice", "customer", "region", "project", "month")


@router.get("/time-to-bill")
async def show(
    request: Request, wired: Wired, actor: ReadinessReader, wanted: Annotated[TimeToBill, Query()]
) -> Response:
    """The table by the grouping that is asked for."""
    rule = numbering()
    dossier = await knowledge.load(wired.database, wired.erp(actor).firm, actor.tenant)
    return page(
        request,
        "time_to_bill.html",
        wanted=wanted,
        found=durations(dossier, wanted, wired.today),
        groups=GROUPS,
        stages=STAGES,
        practices={code: practice.name for code, practice in rule.practices.items()},
    )
