"""Waiving from a project's page: a rule that shall not hold back the bill, and one that shall hold again."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from api import billing
from api.access import ActionProposer
from api.services import Wired
from tools.waiving import Waived, propose_end, propose_waiver

router = APIRouter(prefix="/projects/{code}/waivers")
Reason = Annotated[str, Form(max_length=200)]


@router.post("")
async def waive(
    wired: Wired,
    actor: ActionProposer,
    code: str,
    rule: Annotated[str, Form(max_length=80)],
    until: Annotated[date, Form()],
    reason: Reason,
) -> Response:
    """Propose a waiver, and open that proposal."""
    project, _ = await billing.one(wired, actor, code, None)
    wanted = Waived(project=project.id, rule=rule, until=until, reason=reason)
    action = await propose_waiver(await wired.agent.context(actor, None), wanted)
    return RedirectResponse(f"/actions/{action.id}", 303)


@router.post("/{waiver_id}/end")
async def end(wired: Wired, actor: ActionProposer, code: str, waiver_id: str, reason: Reason) -> Response:
    """Propose that the rule holds again, and open that proposal."""
    await billing.one(wired, actor, code, None)
    action = await propose_end(await wired.agent.context(actor, None), waiver_id, reason)
    return RedirectResponse(f"/actions/{action.id}", 303)
