"""Time on projects without a code: what each could be booked on, and the choice."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.access import CodeProposer
from api.render import page
from api.services import Wired
from tools import codes, uncoded

router = APIRouter(prefix="/codes")


@router.get("")
async def show(request: Request, wired: Wired, actor: CodeProposer) -> Response:
    """All of them, most hours first."""
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        found = await uncoded.proposals(connection, firm, wired.today, wired.embedder)
    return page(request, "work_codes.html", found=found, as_of=firm.fetched_at)


@router.post("")
async def choose(
    wired: Wired,
    actor: CodeProposer,
    project: Annotated[str, Form(max_length=80)],
    code: Annotated[str, Form(max_length=40)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Choose a code for a project's time."""
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        line = (await uncoded.uncoded_project(connection, firm, project)).line
        await codes.choose(
            connection, actor, firm, line, code=code, reason=reason, today=wired.today, embedder=wired.embedder
        )
    return RedirectResponse("/codes", 303)
