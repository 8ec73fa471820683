"""Decide: one person countersigns, or refuses, exactly the proposal that they saw. Chat text never comes here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from actions import delegation, revisions
from actions.standing import in_words, must_wait, person_now, refusals_recorded, text_of
from domain.actions import Action, ActionState, PolicyVerdict
from domain.actor import Actor, Operation
from domain.errors import (
    Conflict,
    CountersignError,
    InvalidInput,
    NotPermitted,
    PolicyChanged,
    PolicyDenied,
    SegregationOfDuties,
    WrongState,
)
from erp.reader import ErpReader
from policies.approval import open_steps
from policies.engine import Policies
from store import actions, audit, dependence, jobs
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
    async with refusals_recorded(database, actor, action_id, verdict):
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
    if changed := await _overtaken(connection, policies, actor, action):
        return changed
    action = replace(action, touched=await resting_on(connection, action))
    person = await person_now(connection, actor)
    absent = await delegation.absent(connection, person, action, word.on_behalf_of) if word.on_behalf_of else None
    step = _permitted_step(policies, person, action, word, absent)
    await actions.decide(
        connection,
        action,
        person,
        verdict=word.verdict,
        reason=word.reason,
        step=step,
        on_behalf_of=absent.person if absent else None,
    )
    facts: dict[str, object] = {"digest": action.digest, "step": step, "reason": word.reason, "policy": policies.digest}
    if absent:
        facts |= {"on_behalf_of": absent.person.person, "delegation": absent.delegation.id}
    event = "action.approved" if word.verdict == APPROVE else "action.rejected"
    await audit.append(connection, actor, event, f"action:{action.id}", facts)
    await _move_on(connection, await actions.get(connection, action_id), word.verdict)
    return await actions.get(connection, action_id)


def _said_before(action: Action, actor: Actor, word: Word) -> bool:
    """A double click, the back button, a request sent again: the same word of the same person on the same digest."""
    said = (actor.person, word.verdict, word.digest, word.on_behalf_of)
    return any((d.person, d.verdict, d.digest, d.on_behalf_of) == said for d in action.decisions)


async def _overtaken(
    connection: Connection, policies: Policies, actor: Actor, action: Action
) -> CountersignError | None:
    """What to tell the person when the policy in force asks for more than the one that was signed; None if it does not.

    A proposal that would be denied now is denied; one that needs other people gets a new version.
    """
    if policies.digest == action.verdict.digest:
        return None
    verdict = policies.judge(action.intent, await revisions.proposer_of(connection, action))
    if not verdict.allowed:
        return await _denied(connection, actor, action, verdict)
    if verdict.chain == action.verdict.chain:
        return None
    new = await revisions.renew(connection, policies, actor, action, verdict, now=datetime.now(UTC))
    return PolicyChanged(
        "Policy asks for other approvals than when this was proposed. A new version waits; look at it before deciding.",
        successor=new.id,
    )


async def _denied(connection: Connection, actor: Actor, action: Action, verdict: PolicyVerdict) -> PolicyDenied:
    reasons = " ".join(verdict.reasons)
    await actions.move(connection, action, ActionState.DENIED, problem=reasons)
    facts = {"digest": action.digest, "policy": verdict.digest, "rules": verdict.rules}
    await audit.append(connection, actor, "action.denied", f"action:{action.id}", facts)
    await jobs.defer_settled(connection, action.tenant, action.id)
    return PolicyDenied(f"Policy does not allow this action any more. {reasons}", rules=verdict.rules)


async def resting_on(connection: Connection, action: Action) -> tuple[str, ...]:
    """Everyone who by now had a hand in what the action rests on."""
    return tuple(sorted({*action.touched, *await dependence.touched(connection, action.intent)}))


def _permitted_step(
    policies: Policies, person: Actor, action: Action, word: Word, absent: delegation.Absent | None
) -> int:
    """The step that this word takes. Raises what policy says against it."""
    if absent is None:
        policies.demand(policies.may_decide(person, action))
    elif against := delegation.objection(policies, absent, person, action):
        policies.demand(against)
    step = next(iter(open_steps(action.verdict.chain, action.decisions)), 0)
    hands = {person.person, word.on_behalf_of} & action.dependent
    if word.verdict == APPROVE and hands and _is_last(action, step) and not independent(action):
        raise SegregationOfDuties(
            "You edited this, or changed what it rests on, so your approval alone is not enough: "
            "another person must approve first."
        )
    return step


def _is_last(action: Action, step: int) -> bool:
    missing = [s.count - sum(d.step == index for d in action.decisions) for index, s in enumerate(action.verdict.chain)]
    return sum(missing) <= 1 and missing[step] == 1


def independent(action: Action) -> bool:
    """Whether someone approved who neither proposed it, nor edited it, nor changed what it rests on."""
    return any(d.verdict == APPROVE and not d.people & action.dependent for d in action.decisions)


@dataclass(frozen=True)
class Edited:
    """A version that was edited and, if it could be, approved by its editor; `refusal` says why it was not."""

    action: Action
    refusal: str = ""


async def edit_and_approve(
    database: Database,
    reader: ErpReader,
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
    besides = "someone who neither proposed nor edited it, nor changed what it rests on, must be among them"
    return (*asked, *((besides,) if hands and not independent(action) else ()))


async def withdraw(database: Database, policies: Policies, actor: Actor, action_id: str, reason: str = "") -> Action:
    """Take one's own proposal back before a worker has begun with it; twice is once. Raises like `decide`."""
    reason = text_of(reason)
    async with refusals_recorded(database, actor, action_id, "withdraw"), database.tenant(actor.tenant) as connection:
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
