"""Actions: propose, look, decide on the digest that was seen, withdraw. Nothing here writes to an ERP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from actions import batch, decisions, notes, proposals, revisions
from actions.placing import placed
from actions.quoting import opened, unopened
from api.access import ActionCommenter, ActionDecider, ActionEditor, ActionProposer, ActionReader
from api.forms import VISIBLE
from api.services import Services, Wired
from domain.actions import Action, ActionState, Intent
from domain.actor import Actor
from domain.canonical import plain
from erp.reader import Images
from store import actions
from store import notes as stored_notes

router = APIRouter(prefix="/actions", tags=["actions"])
Json = dict[str, Any]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Proposal(BaseModel):
    """What someone wants changed; the arguments are those of the action type."""

    action_type: str = Field(max_length=80)
    arguments: Json
    summary: str = Field(min_length=1, max_length=300)
    reasons: list[Annotated[str, Field(max_length=2000)]] = Field(default_factory=list, max_length=20)


class Decision(BaseModel):
    """One person's word on the proposal whose digest they saw."""

    verdict: Literal["approve", "reject"]
    digest: Digest
    reason: str = Field("", max_length=2000)
    on_behalf_of: str | None = Field(None, max_length=80, description="Id of the person who let you decide for them")


class BatchItem(Decision):
    """One decision of a batch."""

    action: str = Field(max_length=80)


class Edit(BaseModel):
    """Other arguments for the proposal whose digest was seen; `approve`: and my approval of what that makes."""

    digest: Digest
    arguments: Json
    reason: str = Field(min_length=1, max_length=2000)
    approve: bool = False


class Said(BaseModel):
    """A question, a comment, or the answer to the question `answers`."""

    kind: Literal["question", "comment", "answer"]
    text: str = Field(min_length=1, max_length=2000)
    answers: int | None = Field(None, ge=1, lt=2**62)


class Withdrawal(BaseModel):
    """Why a proposal is taken back."""

    reason: str = Field("", max_length=2000)


@router.get("")
async def listing(
    wired: Wired,
    actor: ActionReader,
    state: ActionState | None = None,
    project: Annotated[str | None, Query(max_length=120, pattern=VISIBLE)] = None,
    before: Annotated[AwareDatetime | None, Query(description="Only those proposed earlier: the next page")] = None,
) -> list[Json]:
    """Actions, newest first, a hundred at a time."""
    async with wired.database.tenant(actor.tenant) as connection:
        found = await actions.listing(connection, [state] if state else None, project=project, before=before)
    return [_told(action) for action in found]


@router.get("/queue")
async def queued(wired: Wired, actor: ActionReader, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> list[Json]:
    """What waits for a decision, in the order in which to look at it: by money, age and risk, each graded from 0 to 3
    with its reason; `mine` says whether the waiting step is yours to take.
    """
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        waiting = await actions.listing(connection, [ActionState.AWAITING_APPROVAL], limit=500, brief=True)
        places = policies.queue(waiting, now=wired.clock())[:limit]
        whole = {one.id: one for one in await actions.some(connection, [place.action.id for place in places])}
    return [
        {
            "points": place.points,
            "reasons": place.reasons,
            "grades": plain(place.grades),
            "mine": not place.action.overdue and policies.may_decide(actor, place.action).allowed,
            "action": _told(whole[place.action.id]),
        }
        for place in places
    ]


@router.post("", status_code=201)
async def propose(wired: Wired, actor: ActionProposer, wanted: Proposal) -> Json:
    """Write a proposal; an identical one under way is answered instead of a second."""
    erp = wired.erp(actor)
    intent = placed(
        Intent(wanted.action_type, wanted.arguments, wanted.summary, tuple(wanted.reasons)), await erp.firm.masters()
    )
    policies = await wired.policies(actor.tenant)
    return _told(await proposals.propose(wired.database, erp.reader, policies, actor, intent, now=wired.clock()))


@router.get("/{action_id}")
async def one(wired: Wired, actor: ActionReader, action_id: str) -> Json:
    """One action with what would change, its policy verdict and its decisions."""
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        (action,) = await opened(connection, policies, actor, await actions.get(connection, action_id))
    return plain(action)


@router.post("/decisions")
async def decide_all(
    wired: Wired, actor: ActionDecider, wanted: Annotated[list[BatchItem], Field(min_length=1, max_length=batch.MOST)]
) -> list[Json]:
    """Decide on several proposals, each on the digest that was seen; each result stands for itself, in order."""
    words = [
        batch.Wanted(one.action, decisions.Word(one.verdict, one.digest, one.reason, one.on_behalf_of))
        for one in wanted
    ]
    policies = await wired.policies(actor.tenant)
    return [plain(result) for result in await batch.decide_all(wired.database, policies, actor, words)]


@router.post("/{action_id}/decisions", status_code=201)
async def decide(wired: Wired, actor: ActionDecider, action_id: str, wanted: Decision) -> Json:
    """Approve or reject the step that waits."""
    policies = await wired.policies(actor.tenant)
    return _told(
        await decisions.decide(
            wired.database,
            policies,
            actor,
            action_id,
            verdict=wanted.verdict,
            digest=wanted.digest,
            reason=wanted.reason,
            on_behalf_of=wanted.on_behalf_of,
        )
    )


@router.post("/{action_id}/edits", status_code=201)
async def edit(wired: Wired, actor: ActionEditor, action_id: str, wanted: Edit) -> Json:
    """Replace a proposal that waits by a version with other arguments; `needed` says who must still approve it."""
    policies = await wired.policies(actor.tenant)
    room = (wired.database, await _reader(wired, actor, action_id), policies, actor, action_id)
    edited = revisions.Edit(wanted.digest, wanted.arguments, wanted.reason)
    if wanted.approve:
        done = await decisions.edit_and_approve(*room, edited, now=wired.clock())
    else:
        done = decisions.Edited(await revisions.edit(*room, edited, now=wired.clock()))
    return {"action": _told(done.action), "refusal": done.refusal, "needed": decisions.needed(done.action)}


@router.post("/{action_id}/revision", status_code=201)
async def revise(wired: Wired, actor: ActionProposer, action_id: str, wanted: Withdrawal) -> Json:
    """Propose anew, over the ERP's present state, what came to nothing."""
    policies = await wired.policies(actor.tenant)
    reader = await _reader(wired, actor, action_id)
    return _told(
        await revisions.revise(
            wired.database, reader, policies, actor, action_id, reason=wanted.reason, now=wired.clock()
        )
    )


def _told(action: Action) -> Json:
    """As a list and the answer to a deed give it: what it quotes is read where it is opened."""
    return plain(unopened(action))


async def _reader(wired: Services, actor: Actor, action_id: str) -> Images:
    async with wired.database.tenant(actor.tenant) as connection:
        action = await actions.get(connection, action_id)
    return wired.images(actor, action.type)


@router.get("/{action_id}/versions")
async def versions(wired: Wired, actor: ActionReader, action_id: str) -> list[Json]:
    """All versions of this proposal, oldest first."""
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        found = await opened(connection, policies, actor, *await actions.versions(connection, action_id))
    return [plain(version) for version in found]


@router.get("/{action_id}/notes")
async def said(wired: Wired, actor: ActionReader, action_id: str) -> list[Json]:
    """What was asked, answered and said about all versions of this proposal, oldest first."""
    async with wired.database.tenant(actor.tenant) as connection:
        ids = [version.id for version in await actions.versions(connection, action_id)]
        return [plain(note) for note in await stored_notes.of_actions(connection, ids)]


@router.post("/{action_id}/notes", status_code=201)
async def say(wired: Wired, actor: ActionCommenter, action_id: str, wanted: Said) -> Json:
    """Ask for information, answer, or comment; nothing of it decides."""
    policies = await wired.policies(actor.tenant)
    room = (wired.database, policies, actor, action_id)
    if wanted.kind == "answer":
        note = await notes.answer(*room, wanted.answers or 0, wanted.text)
    else:
        note = await (notes.ask if wanted.kind == "question" else notes.comment)(*room, wanted.text)
    return {"id": note}


@router.post("/{action_id}/withdrawal", status_code=201)
async def withdraw(wired: Wired, actor: ActionProposer, action_id: str, wanted: Withdrawal) -> Json:
    """Take back one's own proposal before it is carried out."""
    policies = await wired.policies(actor.tenant)
    return _told(await decisions.withdraw(wired.database, policies, actor, action_id, wanted.reason))
