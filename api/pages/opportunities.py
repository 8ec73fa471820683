"""Won opportunities: what waits to be set up, and the way on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.access import CodeProposer
from api.papers import won
from api.render import page
from api.services import Wired

router = APIRouter()


@router.get("/opportunities")
async def show(request: Request, wired: Wired, actor: CodeProposer) -> Response:
    """All of them, those without a project first."""
    return page(request, "opportunities.html", found=await won(wired, actor))
