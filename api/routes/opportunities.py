"""Won opportunities, and how far each is set up."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.access import CodeProposer
from api.papers import won
from api.services import Wired
from domain.canonical import plain

router = APIRouter(tags=["codes"])


@router.get("/opportunities/won")
async def show(wired: Wired, actor: CodeProposer) -> list[dict[str, Any]]:
    """Those without a project first, each with its document, contract and project as far as they are there."""
    return [plain(one) for one in await won(wired, actor)]
