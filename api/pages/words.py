"""What people say of a proposal from its page: decisions, one by one or several, edits, questions, withdrawals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from actions import batch, decisions, notes, revisions
from actions.catalogue import TYPES
from api.access import ActionCommenter, ActionDecider, ActionEditor, ActionProposer
from api.editing import arguments_from
from api.pages.actions import Typed, action_page
from api.render import page
from api.services import Wired
from domain.actor import Actor
from domain.errors import Conflict, CountersignError, InvalidInput
from store import actions

router = APIRouter(prefix="/actions")
Reason = Annotated[str, Form(max_length=2000)]


class DecisionForm(BaseModel):
    """What the decision form sends: the digest is of the proposal as it was shown."""

    verdict: Literal["approve", "reject"]
    digest: str = Field(max_length=64)
    reason: str = Field("", max_length=2000)
    on_behalf_of: str = Field("", max_length=80)


class EditForm(BaseModel):
    """What the edit form sends beside the action type's own fields (api/editing.py)."""

    digest: str = Field(max_length=64)
    reason: str = Field("", max_length=2000)
    approve: bool = False


@router.post("/decisions")
async def decide_all(
    request: Request,
    wired: Wired,
    actor: ActionDecider,
    verdict: Annotated[Literal["approve", "reject"], Form()],
    chosen: Annotated[list[str] | None, Form(max_length=batch.MOST)] = None,
    reason: Reason = "",
) -> Response:
    """Decide on all that were ticked, and show what became of each."""
    wanted = [_ticked(one, verdict, reason) for one in chosen or []]
    if not wanted:
        raise InvalidInput("Tick at least one proposal.")
    policies = await wired.policies(actor.tenant)
    results = await batch.decide_all(wired.database, policies, actor, wanted)
    async with wired.database.tenant(actor.tenant) as connection:
        found = {one.id: one for one in await actions.some(connection, [result.action for result in results])}
    return page(request, "batch.html", results=[(result, found.get(result.action)) for result in results])


def _ticked(box: str, verdict: str, reason: str) -> batch.Wanted:
    """A box holds the action, the digest that was shown beside it, and in whose place it is decided."""
    action, digest, place = [*box.split(":"), "", ""][:3]
    return batch.Wanted(action, decisions.Word(verdict, digest, reason, place or None))


@router.post("/{action_id}/decisions")
async def decide(
    request: Request, wired: Wired, actor: ActionDecider, action_id: str, wanted: Annotated[DecisionForm, Form()]
) -> Response:
    """Take the decision and show the proposal again; where it cannot be taken, as it is by now, with what was typed."""
    policies = await wired.policies(actor.tenant)
    try:
        await decisions.decide(
            wired.database,
            policies,
            actor,
            action_id,
            verdict=wanted.verdict,
            digest=wanted.digest,
            reason=wanted.reason,
            on_behalf_of=wanted.on_behalf_of or None,
        )
    except (Conflict, InvalidInput) as error:
        return await _refused(request, wired, actor, action_id, error, reason=wanted.reason)
    return _back(action_id)


async def _refused(
    request: Request,
    wired: Wired,
    actor: Actor,
    action_id: str,
    error: CountersignError,
    *,
    reason: str,
    entered: Mapping[str, Any] | None = None,
) -> Response:
    typed = Typed(reason, entered)
    return await action_page(request, wired, actor, action_id, told=error.detail, status_code=error.status, typed=typed)


@router.post("/{action_id}/edits")
async def edit(
    request: Request,
    wired: Wired,
    actor: ActionEditor,
    action_id: str,
    sent: Annotated[EditForm, Form()],
) -> Response:
    """Make a new version from the form, approve it if asked to, and show it with who must still approve."""
    async with wired.database.tenant(actor.tenant) as connection:
        old = await actions.get(connection, action_id)
    form = [(name, text) for name, text in (await request.form()).multi_items() if isinstance(text, str)]
    wanted = revisions.Edit(sent.digest, arguments_from(TYPES[old.type], form, old.intent.arguments), sent.reason)
    policies = await wired.policies(actor.tenant)
    room = (wired.database, wired.images(actor, old.type), policies, actor, action_id, wanted)
    try:
        if not sent.approve:
            return _back((await revisions.edit(*room, now=wired.clock())).id)
        done = await decisions.edit_and_approve(*room, now=wired.clock())
    except Conflict as error:
        return await _refused(request, wired, actor, action_id, error, reason=sent.reason, entered=wanted.arguments)
    if not done.refusal:
        return _back(done.action.id)
    return await action_page(request, wired, actor, done.action.id, told=f"The new version waits. {done.refusal}")


@router.post("/{action_id}/revision")
async def revise(wired: Wired, actor: ActionProposer, action_id: str, reason: Reason = "") -> Response:
    """Propose anew what came to nothing, and open the new version."""
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        old = await actions.get(connection, action_id)
    reader = wired.images(actor, old.type)
    new = await revisions.revise(wired.database, reader, policies, actor, action_id, reason=reason, now=wired.clock())
    return _back(new.id)


@router.post("/{action_id}/notes")
async def say(
    wired: Wired,
    actor: ActionCommenter,
    action_id: str,
    kind: Annotated[Literal["question", "comment", "answer"], Form()],
    text: Reason,
    answers: Annotated[int, Form(ge=0, lt=2**62)] = 0,
) -> Response:
    """Ask, comment or answer."""
    policies = await wired.policies(actor.tenant)
    room = (wired.database, policies, actor, action_id)
    if kind == "answer":
        await notes.answer(*room, answers, text)
    else:
        await (notes.ask if kind == "question" else notes.comment)(*room, text)
    return RedirectResponse(f"/actions/{action_id}#notes", 303)


@router.post("/{action_id}/withdrawal")
async def withdraw(wired: Wired, actor: ActionProposer, action_id: str, reason: Reason = "") -> Response:
    """Take one's own proposal back."""
    policies = await wired.policies(actor.tenant)
    await decisions.withdraw(wired.database, policies, actor, action_id, reason)
    return _back(action_id)


def _back(action_id: str) -> Response:
    return RedirectResponse(f"/actions/{action_id}", 303)
