"""Proposals from a project's page: what clears a finding, and the draft invoice of what is ready."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api import billing
from api.access import ActionProposer
from api.services import Services, Wired
from domain.actor import Actor
from domain.errors import Conflict, InvalidInput
from tools.invoicing import PROPOSE_INVOICE, ProposeInvoice
from tools.remedies import PROPOSE_FIX, ProposeFix
from tools.tool import Tool, ToolResult

router = APIRouter(prefix="/projects/{code}")
ADDRESS = ("street", "postal_code", "city", "country")


@router.post("/proposals")
async def fix(request: Request, wired: Wired, actor: ActionProposer, code: str) -> Response:
    """Propose what clears one finding, with what the person adds where no system knows it."""
    form = {name: str(content).strip() for name, content in (await request.form()).items()}
    project, _ = await billing.one(wired, actor, code, None)
    address = {name: form[name] for name in ADDRESS if form.get(name)}
    wanted = _checked(
        {
            "project": project.code or project.id,
            "rule": form.get("rule"),
            "po_number": form.get("po_number") or None,
            "tax_code": form.get("tax_code") or None,
            "invoice_address": address or None,
        }
    )
    return _opened(await _run(wired, actor, PROPOSE_FIX, wanted), "What is missing here only a person can supply.")


def _checked(form: dict[str, Any]) -> ProposeFix:
    try:
        return ProposeFix.model_validate(form)
    except ValidationError as error:
        wrong = "; ".join(f"{' '.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors())
        raise InvalidInput(f"The form cannot be used: {wrong}") from error


@router.post("/invoice")
async def invoice(
    wired: Wired, actor: ActionProposer, code: str, month: Annotated[str, Form(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
) -> Response:
    """Propose the draft invoice of a month."""
    project, _ = await billing.one(wired, actor, code, None)
    wanted = ProposeInvoice(project=project.code or project.id, month=month)
    return _opened(await _run(wired, actor, PROPOSE_INVOICE, wanted), "Nothing in that month is ready to be invoiced.")


async def _run(wired: Services, actor: Actor, tool: Tool, wanted: Any) -> ToolResult:
    wired.erp(actor)
    return await tool.run(await wired.agent.context(actor, None), wanted)


def _opened(result: ToolResult, otherwise: str) -> Response:
    action = result.facts.get("action_id")
    if not isinstance(action, str):
        raise Conflict(otherwise)
    return RedirectResponse(f"/actions/{action}", 303)
