"""How long work takes to become an invoice."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.access import ReadinessReader
from api.services import Wired
from tools.time_to_bill import TimeToBill, answered, durations

router = APIRouter(tags=["readiness"])


@router.get("/time-to-bill")
async def time_to_bill(wired: Wired, actor: ReadinessReader, wanted: Annotated[TimeToBill, Query()]) -> dict[str, Any]:
    """Days from work done to invoice, by group, and where they go."""
    found = await durations(wired.erp(actor).firm, wanted, wired.today)
    return answered(found, named=True)
