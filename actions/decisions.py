"""Decide: one person countersigns, or refuses, exactly the proposal that they saw. Chat text never comes here."""

from __future__ import annotations

import dataclasses
import hmac

from actions.proposals import signed_digest
from actions.refusals import recorded
from actions.rulebook import judged
from domain.actions import Action, ActionState
from domain.actor import Actor, Operation
from domain.errors import (
    DigestMismatch,
    IntegrityBroken,
    InvalidInput,
    NotPermitted,
    PolicyDenied,
    WrongState,
)
from policies.approval import lacking, open_steps
from policies.engine import Policies
from store import actions, audit, jobs
from store.database import Connection, Database

APPROVE, REJECT = "approve", "reject"
MAX_REASON = 2000


async def decide(
    database: Database,
    policies: Policies,
    actor: Actor,
    action_id: str,
    *,
    verdict: str,
    digest: str,
    reason: str = "",
) -> Action:
    """Approve or reject the step that waits, and return the action as it is now.

    `digest` is the one the person saw. The last approval of the chain hands the action to a worker in the same
    transaction. Raises PolicyDenied (policy now asks for more than the chain has), NotFound, WrongState,
    DigestMismatch, InvalidInput, NotPermitted, SegregationOfDuties or OverLimit; every refusal is in the audit log.
    """
    reason = _checked(verdict, reason)
    async with recorded(database, actor, action_id, verdict), database.tenant(actor.tenant) as connection:
        action = await actions.lock(connection, action_id)
        _must_wait(action, digest)
        person = await _as_of_now(connection, actor)
        answer = policies.may_decide(person, action)
        policies.demand(answer)
        if verdict == APPROVE and (short := lacking(action.verdict.chain, await judged(connection, policies, action))):
            raise PolicyDenied(short)
        step = answer.step or 0
        await actions.decide(connection, action, person, verdict=verdict, reason=reason, step=step)
        facts = {"digest": action.digest, "step": step, "reason": reason, "policy": policies.digest}
        event = "action.approved" if verdict == APPROVE else "action.rejected"
        await audit.append(connection, actor, event, f"action:{action.id}", facts)
        await _move_on(connection, await actions.get(connection, action_id), verdict)
        return await actions.get(connection, action_id)


async def withdraw(database: Database, policies: Policies, actor: Actor, action_id: str, reason: str = "") -> Action:
    """Take one's own proposal back before a worker has begun with it. Raises like `decide`."""
    reason = _fitting(reason)
    async with recorded(database, actor, action_id, "withdraw"), database.tenant(actor.tenant) as connection:
        policies.require(actor, Operation.ACTION_PROPOSE)
        action = await actions.lock(connection, action_id)
        if action.proposer != actor.person:
            raise NotPermitted("Only the person who proposed an action can withdraw it.")
        if action.state not in {ActionState.AWAITING_APPROVAL, ActionState.APPROVED}:
            raise WrongState(f"This action is {action.state.value}; it cannot be withdrawn any more.")
        await actions.move(connection, action, ActionState.WITHDRAWN, problem=reason[:MAX_REASON])
        await audit.append(
            connection, actor, "action.withdrawn", f"action:{action.id}", {"reason": reason[:MAX_REASON]}
        )
        await jobs.defer_settled(connection, action.tenant, action.id)
        return await actions.get(connection, action_id)


async def expire(database: Database, tenant: str, service: Actor) -> int:
    """Close the proposals nobody decided on in time; returns how many. Silence never approves."""
    async with database.tenant(tenant) as connection:
        ids = await actions.overdue(connection)
        for action_id in ids:
            action = await actions.lock(connection, action_id)
            if action.state is ActionState.AWAITING_APPROVAL:
                await actions.move(connection, action, ActionState.EXPIRED, problem="Nobody decided in time.")
                await audit.append(connection, service, "action.expired", f"action:{action_id}")
                await jobs.defer_settled(connection, tenant, action_id)
        return len(ids)


def _checked(verdict: str, reason: str) -> str:
    if verdict not in {APPROVE, REJECT}:
        raise InvalidInput("A decision is 'approve' or 'reject'.")
    if verdict == REJECT and not reason.strip():
        raise InvalidInput("Say why you reject it: the proposer must know what to change.")
    return _fitting(reason)


def _fitting(reason: str) -> str:
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"A reason has at most {MAX_REASON} characters.")
    return reason.replace("\0", "").strip()


def _must_wait(action: Action, seen: str) -> None:
    if action.state is not ActionState.AWAITING_APPROVAL:
        raise WrongState(f"This action is {action.state.value.replace('_', ' ')}; there is nothing to decide.")
    if action.overdue:
        raise WrongState("This proposal expired before anyone decided; propose it again.")
    if not hmac.compare_digest(action.digest.encode(), seen.encode()):
        raise DigestMismatch
    if signed_digest(action) != action.digest:
        raise IntegrityBroken("The stored proposal does not match its own digest; it was changed outside Countersign.")


async def _as_of_now(connection: Connection, actor: Actor) -> Actor:
    """The actor with the roles and the limit that the firm gives them at this moment, not at sign-in."""
    found = (await actions.people(connection, actor.tenant, [actor.person])).get(actor.person)
    if found is None:
        raise NotPermitted("Only a person of the firm can decide.")
    return dataclasses.replace(actor, name=found.name, roles=found.roles, approval_limit=found.approval_limit)


async def _move_on(connection: Connection, action: Action, verdict: str) -> None:
    if verdict == REJECT:
        await actions.move(connection, action, ActionState.REJECTED, problem=action.decisions[-1].reason)
        await jobs.defer_settled(connection, action.tenant, action.id)
    elif not open_steps(action.verdict.chain, action.decisions):
        await actions.move(connection, action, ActionState.APPROVED)
        await jobs.defer_execution(connection, action.tenant, action.id)
