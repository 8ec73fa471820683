"""The review inbox, and one proposal with everything that a decision needs."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from actions import decisions
from actions.catalogue import TYPES
from actions.compensation import inverse
from actions.resolutions import replayable
from api.access import ActionDecider, ActionProposer, ActionReader
from api.naming import named, present_firm
from api.render import page
from api.services import Wired
from api.states import NEEDS_A_PERSON, ON_THE_WAY, WAITING
from domain.actions import Action, ActionState
from domain.actor import Actor
from policies.approval import open_steps
from policies.engine import Policies
from store import actions, attempts, audit

router = APIRouter(prefix="/actions")
SHOWN: dict[str, tuple[str, tuple[ActionState, ...] | None]] = {
    "waiting": ("Waiting for a decision", WAITING),
    "underway": ("Being carried out", ON_THE_WAY),
    "attention": ("Needs attention", NEEDS_A_PERSON),
    "all": ("All", None),
}


class DecisionForm(BaseModel):
    """What the decision form sends: the digest is of the proposal as it was shown."""

    verdict: Literal["approve", "reject"]
    digest: str
    reason: str = ""


@router.get("")
async def inbox(request: Request, wired: Wired, actor: ActionReader, show: str = "waiting") -> Response:
    """Proposals, those that this person may decide first."""
    shown = show if show in SHOWN else "waiting"
    async with wired.database.tenant(actor.tenant) as connection:
        found = await actions.listing(connection, SHOWN[shown][1])
        counts = await actions.counts(connection)
    mine = [action for action in found if decidable(wired.policies, actor, action)]
    return page(
        request,
        "actions.html",
        shown=shown,
        mine=mine,
        others=[action for action in found if action not in mine],
        tabs=[(key, title, _count(counts, states)) for key, (title, states) in SHOWN.items()],
    )


def decidable(policies: Policies, actor: Actor, action: Action) -> bool:
    """Whether the step that waits is this person's to take."""
    return (
        action.state is ActionState.AWAITING_APPROVAL
        and not action.overdue
        and policies.may_decide(actor, action).allowed
    )


def _count(counts: dict[str, int], states: tuple[ActionState, ...] | None) -> int:
    return sum(counts.values()) if states is None else sum(counts.get(state.value, 0) for state in states)


@router.get("/{action_id}")
async def show(request: Request, wired: Wired, actor: ActionReader, action_id: str) -> Response:
    """One proposal."""
    async with wired.database.tenant(actor.tenant) as connection:
        action = await actions.get(connection, action_id)
        history = await audit.of_subject(connection, f"action:{action_id}")
        tried = await attempts.of_action(connection, action_id)
        said = await attempts.resolutions(connection, action_id)
    firm = await present_firm(wired, actor)
    kind = TYPES[action.type]
    arguments = action.intent.arguments
    changes = [
        (change, named(change.field, change.before, firm), named(change.field, change.after, firm))
        for change in action.changes
    ]
    return page(
        request,
        "action.html",
        action=action,
        kind=kind,
        target=[(label, named(name, arguments[name], firm)) for name, label in kind.target.items()],
        changes=changes,
        history=history,
        waiting=open_steps(action.verdict.chain, action.decisions),
        moving=action.state in ON_THE_WAY,
        decide=wired.policies.may_decide(actor, action),
        own=action.proposer == actor.person,
        attempts=tried,
        resolutions=said,
        replayable=replayable(action, tried),
        undo=inverse(action),
    )


@router.post("/{action_id}/decisions")
async def decide(
    wired: Wired, actor: ActionDecider, action_id: str, wanted: Annotated[DecisionForm, Form()]
) -> Response:
    """Take the decision and show the proposal again."""
    await decisions.decide(
        wired.database,
        wired.policies,
        actor,
        action_id,
        verdict=wanted.verdict,
        digest=wanted.digest,
        reason=wanted.reason,
    )
    return RedirectResponse(f"/actions/{action_id}", 303)


@router.post("/{action_id}/withdrawal")
async def withdraw(
    wired: Wired, actor: ActionProposer, action_id: str, reason: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    """Take one's own proposal back."""
    await decisions.withdraw(wired.database, wired.policies, actor, action_id, reason)
    return RedirectResponse(f"/actions/{action_id}", 303)
