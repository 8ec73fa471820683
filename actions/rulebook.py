"""Policy's verdict over what the database knows: judged at proposal, at each decision and at execution alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from actions import delegates
from actions.catalogue import known
from domain.actions import Action, ActionState, Intent, PolicyVerdict
from domain.actor import Actor
from domain.errors import NotPermitted
from domain.money import Money
from policies.approval import lacking, open_steps
from policies.engine import Policies
from policies.rule import Window
from store import actions, dependence, rulebook
from store.database import Connection


async def judged_new(
    connection: Connection,
    policies: Policies,
    intent: Intent,
    proposer: Actor,
    *,
    at: datetime,
    previous: str | None = None,
) -> PolicyVerdict:
    """The verdict on what is about to be written in this transaction; `previous` is the version that it supersedes.

    Until the transaction ends nobody else's proposal of this type is judged, so that of several at once each sees
    those before it.
    """
    if policies.windows(intent.action_type):
        await rulebook.one_at_a_time(connection, intent.action_type)
    earlier = await _earlier(connection, policies, intent, proposer.person, at=at, without=previous)
    return policies.judge(intent, proposer, earlier=earlier, operation=known(intent.action_type).operation)


async def judged(connection: Connection, policies: Policies, action: Action) -> PolicyVerdict:
    """The verdict of this moment on an action that is there, with its proposer's present roles.

    Compare with the chain that was stored by `policies.approval.lacking`: what no longer covers it is not accepted.
    """
    people = await actions.people(connection, action.tenant, [action.proposer])
    if action.proposer not in people:
        left = "Who proposed this is not a person of this firm any more."
        return PolicyVerdict(False, (), ("proposer.left",), (left,), policies.digest)
    earlier = await sums(connection, policies, action)
    operation = known(action.type).operation
    return policies.judge(action.intent, people[action.proposer], earlier=earlier, operation=operation)


async def objection(connection: Connection, policies: Policies, action: Action) -> str:
    """Why an approved action would not be approved under the policy, the roles and the sums of this moment, in words;
    empty if it still would.
    """
    ids = {action.proposer}.union(*(decision.people for decision in action.decisions))
    people = await actions.people(connection, action.tenant, sorted(ids))
    if not ids <= people.keys():
        return "Someone who proposed or decided is not a person of this firm any more."
    try:
        absent = await delegates.stood_in_for(connection, action)
    except NotPermitted as error:
        return error.detail
    action = await resting_now(connection, action)
    short = lacking(action.verdict.chain, await judged(connection, policies, action))
    return short or countersigned(policies, action, people, absent)


async def resting_now(connection: Connection, action: Action) -> Action:
    """The action with everyone who by now had a hand in what it rests on."""
    touched = {*action.touched, *await dependence.touched(connection, action.intent)}
    return replace(action, touched=tuple(sorted(touched)))


def countersigned(
    policies: Policies, action: Action, people: Mapping[str, Actor], absent: Mapping[str, delegates.Absent]
) -> str:
    """Why these decisions, taken again one after the other by these people (some in the place of those absent, by
    decision), would not complete the action's chain.
    """
    for index, decision in enumerate(action.decisions):
        then = replace(action, state=ActionState.AWAITING_APPROVAL, overdue=False, decisions=action.decisions[:index])
        if decision.verdict != "approve" or decision.digest != action.digest:
            return "A decision on this action is not an approval of what was proposed."
        if decision.step not in open_steps(then.verdict.chain, then.decisions):
            return "Policy asks for other steps than those that were taken."
        person = people[decision.person]
        answer = delegates.may_decide(policies, person, then, absent.get(decision.id), step=decision.step)
        if not answer.allowed:
            return f"{decision.person_name} could not approve this now: {' '.join(answer.reasons)}"
    missing = open_steps(action.verdict.chain, action.decisions)
    return "Policy asks for more approvals than were given." if missing else ""


async def sums(connection: Connection, policies: Policies, action: Action) -> dict[Window, tuple[Money, ...]]:
    """The sums that policy compares with, of the action's time up to now; once it is approved, up to that moment:
    what is proposed after an approval does not undo it, and counts the approved one in its turn.
    """
    waits = action.state is ActionState.AWAITING_APPROVAL or not action.decisions
    until = None if waits else action.decisions[-1].decided_at
    proposer = action.proposer
    return await _earlier(
        connection, policies, action.intent, proposer, at=action.created_at, without=action.id, until=until
    )


async def _earlier(
    connection: Connection,
    policies: Policies,
    intent: Intent,
    proposer: str,
    *,
    at: datetime,
    without: str | None,
    until: datetime | None = None,
) -> dict[Window, tuple[Money, ...]]:
    keys = {"proposer": proposer, "customer": intent.customer, "project": intent.project_code}
    return {
        window: await rulebook.sums(
            connection,
            intent.action_type,
            per=window.per,
            key=keys[window.per],
            since=at - timedelta(days=window.days),
            until=until,
            without=without,
        )
        for window in policies.windows(intent.action_type)
    }
