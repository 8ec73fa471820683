"""Time to bill: how many days pass between work and its invoice, and where they go."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.access import ReadinessReader
from api.billing import mirror_of
from api.render import page
from api.services import Wired
from policies.numbering import numbering
from policies.time_to_bill import STAGES
from tools.time_to_bill import Durations, TimeToBill, durations

router = APIRouter()
GROUPS = ("practice", "customer", "region", "project", "month")


@router.get("/time-to-bill")
async def show(
    request: Request, wired: Wired, actor: ReadinessReader, wanted: Annotated[TimeToBill, Query()]
) -> Response:
    """The table by the grouping that is asked for."""
    rule = numbering()
    firm = mirror_of(wired, actor)

    async def made() -> Durations:
        return await durations(firm, wanted, wired.today)

    found, state = await wired.remembered.of(firm, wired.today, f"time to bill {wanted.model_dump_json()}", made)
    return page(
        request,
        "time_to_bill.html",
        wanted=wanted,
        found=replace(found, as_of=state.read_at.isoformat()),
        groups=GROUPS,
        stages=STAGES,
        practices={code: practice.name for code, practice in rule.practices.items()},
    )
