"""A person's last word where Countersign cannot settle an action itself: what they say, and what then follows from it.

Their word never counts for the ERP's. `took_effect` leads to a reading of the ERP that verifies it or not; a failed
action is tried again only where the ERP is known to hold nothing of it, and the approvals still stand.
"""

from __future__ import annotations

import dataclasses

from actions.refusals import recorded
from actions.standing import objection
from domain.actions import Action, ActionState
from domain.actor import Actor, Operation
from domain.attempts import Attempt
from domain.errors import Conflict, InvalidInput, NotPermitted, PolicyDenied, SegregationOfDuties, WrongState
from policies.engine import Policies
from store import actions, attempts, audit, jobs
from store.database import Connection, Database

TOOK_EFFECT, DID_NOT, ACCEPTED, REPLAYED = "took_effect", "did_not", "accepted", "replayed"
VERDICTS = {
    ActionState.UNKNOWN: (TOOK_EFFECT, DID_NOT),
    ActionState.DIVERGED: (ACCEPTED,),
    ActionState.FAILED: (ACCEPTED,),
}
MAX_REASON = 2000


async def resolve(
    database: Database, policies: Policies, actor: Actor, action_id: str, *, verdict: str, reason: str
) -> Action:
    """Say of an `unknown` action whether it took effect, or accept how a `diverged` or `failed` one stands.

    Raises NotFound, InvalidInput (no reason), NotPermitted, SegregationOfDuties, WrongState, Conflict; every refusal is
    in the audit log.
    """
    reason = _given(reason)
    async with recorded(database, actor, action_id, verdict), database.tenant(actor.tenant) as connection:
        action = await _locked(connection, policies, actor, action_id)
        if verdict not in VERDICTS.get(action.state, ()):
            raise WrongState(f"This action is {action.state.value.replace('_', ' ')}; that cannot be said of it.")
        await _say(connection, action, actor, verdict, reason)
        if action.state is ActionState.UNKNOWN:
            await jobs.defer_execution(connection, action.tenant, action.id)
        return action


async def replay(database: Database, policies: Policies, actor: Actor, action_id: str, *, reason: str) -> Action:
    """Have a failed action tried again, with another fence, on the approvals that it has. Raises like `resolve`, and
    PolicyDenied when these do not stand any more.
    """
    reason = _given(reason)
    async with recorded(database, actor, action_id, REPLAYED), database.tenant(actor.tenant) as connection:
        action = await _locked(connection, policies, actor, action_id)
        if not replayable(action, await attempts.of_action(connection, action.id)):
            raise WrongState(
                "Only a failed action of which the ERP is known to hold nothing can be tried again; "
                "look at the ERP and propose it anew."
            )
        if action.successor:
            raise WrongState("This was proposed anew already; tried again, it could be written twice.")
        if problem := await objection(connection, policies, action):
            raise PolicyDenied(f"It cannot be tried again on its old approvals. {problem} Propose it anew.")
        await _must_be_alone(connection, action)
        await _say(connection, action, actor, REPLAYED, reason)
        await actions.move(connection, action, ActionState.APPROVED, problem="")
        await jobs.defer_execution(connection, action.tenant, action.id)
        return await actions.get(connection, action_id)


def replayable(action: Action, tried: tuple[Attempt, ...]) -> bool:
    """Whether the action failed and the ERP is known to hold nothing of it, now and later."""
    last = tried[-1].outcome if tried else None
    return action.state is ActionState.FAILED and (not tried or (last is not None and last.empty))


async def _locked(connection: Connection, policies: Policies, actor: Actor, action_id: str) -> Action:
    person = (await actions.people(connection, actor.tenant, [actor.person])).get(actor.person)
    if person is None:
        raise NotPermitted("Only a person of the firm can settle an action.")
    policies.require(dataclasses.replace(actor, roles=person.roles), Operation.ACTION_RESOLVE)
    action = await actions.lock(connection, action_id)
    if actor.person in action.dependent:
        raise SegregationOfDuties("You proposed or edited this action; someone else must settle it.")
    return action


async def _must_be_alone(connection: Connection, action: Action) -> None:
    key = actions.arguments_digest(action)
    if twin := await actions.open_twin(connection, action.type, key):
        raise Conflict(f"The same change is under way already, as action {twin}.")


async def _say(connection: Connection, action: Action, actor: Actor, verdict: str, reason: str) -> None:
    if not await attempts.resolve(connection, action, actor, verdict, reason):
        raise Conflict("Someone has settled this already; see what they said.")
    facts = {"verdict": verdict, "reason": reason, "attempt": action.attempt, "digest": action.digest}
    await audit.append(connection, actor, "action.resolved", f"action:{action.id}", facts)


def _given(reason: str) -> str:
    reason = reason.replace("\0", "").strip()
    if not reason or len(reason) > MAX_REASON:
        raise InvalidInput(f"Say why, in at most {MAX_REASON} characters: it is kept with the action.")
    return reason
