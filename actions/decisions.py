"""Decide: one person countersigns, or refuses, exactly the proposal that they saw. Chat text never comes here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from actions import delegates, revisions
from actions.refusals import recorded
from actions.rulebook import judged, resting_now
from actions.spoken import in_words, must_wait, person_now, text_of
from domain.actions import Action, ActionState, PolicyVerdict
from domain.actor import Actor, Operation
from domain.errors import (
    Conflict,
    CountersignError,
    InvalidInput,
    NotPermitted,
    PolicyChanged,
    PolicyDenied,
    ReauthenticationNeeded,
    WrongState,
)
from erp.reader import Images
from policies.approval import lacking, open_steps
from policies.engine import Policies
from store import actions, audit, jobs
from store.database import Connection, Database

APPROVE, REJECT = "approve", "reject"


@dataclass(frozen=True)
class Word:
    """What one person says of the proposal whose digest they saw; `on_behalf_of` names whom they stand in for."""

    verdict: str
    digest: str
    reason: str = ""
    on_behalf_of: str | None = None

    def checked(self) -> Word:
        """As it is kept. Raises InvalidInput."""
        if self.verdict not in {APPROVE, REJECT}:
            raise InvalidInput("A decision is 'approve' or 'reject'.")
        needed = "Say why you reject it: the proposer must know what to change." if self.verdict == REJECT else ""
        return replace(self, reason=text_of(self.reason, needed=needed))


async def decide(
    database: Database,
    policies: Policies,
    actor: Actor,
    action_id: str,
    *,
    verdict: str,
    digest: str,
    reason: str = "",
    on_behalf_of: str | None = None,
) -> Action:
    """Approve or reject a step that waits, and return the action as it is now.

    `digest` is the one the person saw. The last approval of the chain hands the action to a worker in the same
    transaction. The same decision sent again is answered with the action as it is. Raises NotFound, WrongState,
    DigestMismatch, InvalidInput, NotPermitted, SegregationOfDuties, OverLimit, PolicyDenied, or PolicyChanged when
    policy asks for more by now (a new version waits then); every refusal is in the audit log.
    """
    word = Word(verdict, digest, reason, on_behalf_of).checked()
    async with recorded(database, actor, action_id, verdict):
        async with database.tenant(actor.tenant) as connection:
            outcome = await _decided(connection, policies, actor, action_id, word)
        if isinstance(outcome, CountersignError):  # raised only here, so that what it tells of is committed
            raise outcome
        return outcome


async def _decided(
    connection: Connection, policies: Policies, actor: Actor, action_id: str, word: Word
) -> Action | CountersignError:
    action = await actions.lock(connection, action_id)
    if _said_before(action, actor, word):
        return action
    must_wait(action, word.digest)
    _must_be_fresh(actor, action)
    action = await resting_now(connection, action)
    person = await person_now(connection, actor)
    other = word.on_behalf_of and await delegates.absent(connection, person.person, action, word.on_behalf_of)
    answer = delegates.may_decide(policies, person, action, other or None)
    policies.demand(answer)
    if changed := await _overtaken(connection, policies, actor, action, word):
        return changed
    step = answer.step or 0
    await actions.decide(
        connection,
        action,
        person,
        verdict=word.verdict,
        reason=word.reason,
        step=step,
        on_behalf_of=other.person if other else None,
    )
    facts: dict[str, object] = {"digest": action.digest, "step": step, "reason": word.reason, "policy": policies.digest}
    if other:
        facts |= {"on_behalf_of": other.person.person, "delegation": other.delegation.id}
    event = "action.approved" if word.verdict == APPROVE else "action.rejected"
    await audit.append(connection, actor, event, f"action:{action.id}", facts)
    await _move_on(connection, await actions.get(connection, action_id), word.verdict)
    return await actions.get(connection, action_id)


def _said_before(action: Action, actor: Actor, word: Word) -> bool:
    """A double click, the back button, a request sent again: the same word of the same person on the same digest."""
    said = (actor.person, word.verdict, word.digest, word.on_behalf_of)
    return any((d.person, d.verdict, d.digest, d.on_behalf_of) == said for d in action.decisions)


def _must_be_fresh(actor: Actor, action: Action) -> None:
    """Some rules ask for a fresher session than every decision needs (api/freshness.py). Raises
    ReauthenticationNeeded.
    """
    minutes = action.verdict.deadlines and action.verdict.deadlines.reauthenticate_after_minutes
    if minutes is None or actor.authenticated_at is None:
        return
    if datetime.now(UTC) - actor.authenticated_at > timedelta(minutes=minutes):
        raise ReauthenticationNeeded(f"Policy wants your password not older than {minutes} minutes for this.")


async def _overtaken(
    connection: Connection, policies: Policies, actor: Actor, action: Action, word: Word
) -> CountersignError | None:
    """What to tell the person when policy by now asks for more than what was stored; None if it does not.

    A proposal that would be denied now is denied; one that needs other people gets a new version. Rejecting needs
    neither.
    """
    if word.verdict == REJECT:
        return None
    verdict = await judged(connection, policies, action)
    if not verdict.allowed:
        return await _denied(connection, actor, action, verdict)
    short = lacking(action.verdict.chain, verdict)
    if not short:
        return None
    new = await revisions.renew(connection, policies, actor, action, verdict, now=datetime.now(UTC))
    return PolicyChanged(f"{short} A new version waits for decisions; look at it.", successor=new.id)


async def _denied(connection: Connection, actor: Actor, action: Action, verdict: PolicyVerdict) -> PolicyDenied:
    reasons = " ".join(verdict.reasons)
    await actions.move(connection, action, ActionState.DENIED, problem=reasons)
    facts = {"digest": action.digest, "policy": verdict.digest, "rules": verdict.rules}
    await audit.append(connection, actor, "action.denied", f"action:{action.id}", facts)
    await jobs.defer_settled(connection, action.tenant, action.id)
    return PolicyDenied(f"Policy does not allow this action any more. {reasons}", rules=verdict.rules)


@dataclass(frozen=True)
class Edited:
    """A version that was edited and, if it could be, approved by its editor; `refusal` says why it was not."""

    action: Action
    refusal: str = ""


async def edit_and_approve(
    database: Database,
    reader: Images,
    policies: Policies,
    actor: Actor,
    action_id: str,
    wanted: revisions.Edit,
    *,
    now: datetime,
) -> Edited:
    """Edit a proposal that waits, and approve the version that this made, as far as its editor may.

    It is not approved when the ERP changed in the meantime: the editor did not see what they would sign. Raises like
    `revisions.edit`.
    """
    async with database.tenant(actor.tenant) as connection:
        seen = await actions.get(connection, action_id)
    new = await revisions.edit(database, reader, policies, actor, action_id, wanted, now=now)
    if new.before.versions != seen.before.versions:
        return Edited(new, "The ERP changed since the proposal was made; look at the new version before approving it.")
    try:
        approved = await decide(
            database, policies, actor, new.id, verdict=APPROVE, digest=new.digest, reason=wanted.reason
        )
    except (NotPermitted, Conflict) as error:
        return Edited(new, error.detail)
    return Edited(approved)


def needed(action: Action) -> tuple[str, ...]:
    """Who must still approve, in words; empty unless the action waits for decisions."""
    if action.state is not ActionState.AWAITING_APPROVAL:
        return ()
    asked = [
        replace(step, count=step.count - sum(d.step == index for d in action.decisions)).asked
        for index, step in enumerate(action.verdict.chain)
        if sum(d.step == index for d in action.decisions) < step.count
    ]
    hands = action.editor is not None or bool(action.touched)
    independent = any(d.verdict == APPROVE and not d.people & action.dependent for d in action.decisions)
    besides = "someone who neither proposed nor edited it, nor changed what it rests on, must be among them"
    return (*asked, *((besides,) if hands and not independent else ()))


async def withdraw(database: Database, policies: Policies, actor: Actor, action_id: str, reason: str = "") -> Action:
    """Take one's own proposal back before a worker has begun with it; twice is once. Raises like `decide`."""
    reason = text_of(reason)
    async with recorded(database, actor, action_id, "withdraw"), database.tenant(actor.tenant) as connection:
        policies.require(actor, Operation.ACTION_PROPOSE)
        action = await actions.lock(connection, action_id)
        if action.proposer != actor.person:
            raise NotPermitted("Only the person who proposed an action can withdraw it.")
        if action.state is ActionState.WITHDRAWN:
            return action
        if action.state not in {ActionState.AWAITING_APPROVAL, ActionState.APPROVED}:
            raise WrongState(f"This action is {in_words(action)}; it cannot be withdrawn any more.")
        await actions.move(connection, action, ActionState.WITHDRAWN, problem=reason)
        await audit.append(connection, actor, "action.withdrawn", f"action:{action.id}", {"reason": reason})
        await jobs.defer_settled(connection, action.tenant, action.id)
        return await actions.get(connection, action_id)


async def _move_on(connection: Connection, action: Action, verdict: str) -> None:
    if verdict == REJECT:
        await actions.move(connection, action, ActionState.REJECTED, problem=action.decisions[-1].reason)
        await jobs.defer_settled(connection, action.tenant, action.id)
    elif not open_steps(action.verdict.chain, action.decisions):
        await actions.move(connection, action, ActionState.APPROVED)
        await jobs.defer_execution(connection, action.tenant, action.id)
