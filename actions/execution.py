"""Execute: the worker alone writes, once, what people approved, over the state they approved it on, and reads it back.

Only `api/wiring.py` hands this module a writer. Between the ERP's commit and ours anything may die: therefore the
attempt is committed before the write, the action's id goes into the ERP as external reference together with the
attempt's number and deadline, and an attempt whose end is not known is settled there (actions/reconciliation.py).
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from actions.comparing import differences
from actions.escalation import look_after_waiting
from actions.hands import Hands, Timing, move, worker
from actions.reconciliation import follow, settle
from actions.standing import moved, objection, told
from domain.actions import Action, ActionState, Image
from domain.actor import Operation
from domain.attempts import Outcome
from domain.errors import (
    Conflict,
    CountersignError,
    ErpClosed,
    ErpError,
    ErpNotReached,
    ErpRefused,
    ErpStale,
    NotFound,
    NotPermitted,
)
from domain.source import Source
from policies.engine import Policies
from store import actions, attempts, audit

__all__ = ["Hands", "Timing", "execute", "reconcile", "worker"]
log = logging.getLogger(__name__)
STEPS = 6  # more moves than any one visit to an action can need


async def execute(hands: Hands, tenant: str, action_id: str) -> Action:
    """Take an action as far as it goes now, from whatever state a crash may have left it in, and return it.

    Safe to call at any time, any number of times, from several workers. An action that waits (for people, or for an
    attempt in flight) is returned as it is. Raises ErpUnavailable when the ERP must be asked and cannot be.
    """
    action = await _read(hands, tenant, action_id)
    hands = hands.serving(action)
    for _ in range(STEPS):
        earlier = (action.state, action.attempt)
        if step := NEXT.get(action.state):
            with suppress(Conflict):  # another worker moved it; see where it is now
                await step(hands, action)
        action = await _read(hands, tenant, action_id)
        if (action.state, action.attempt) == earlier:
            break
    return action


async def _attempt(hands: Hands, action: Action) -> None:
    policies = await hands.policies(action.tenant)
    await _may_execute(hands, policies, action)
    async with hands.database.tenant(action.tenant) as connection:
        problem = await objection(connection, policies, action)
    if problem:
        return await move(hands, action, ActionState.DENIED, "action.denied_at_execution", problem)
    if problem := moved(action.before, await _present(hands, action)):
        return await move(hands, action, ActionState.STALE, "action.stale", problem)
    begun, deadline = await _begin(hands, action, policies.digest)
    return await _write(hands, begun, deadline)


async def _may_execute(hands: Hands, policies: Policies, action: Action) -> None:
    answer = policies.authorize(worker(action.tenant), Operation.ACTION_EXECUTE)
    if answer.allowed:
        return
    async with hands.database.tenant(action.tenant) as connection:
        facts = {"rules": answer.rules, "policy": answer.digest}
        await audit.append(connection, worker(action.tenant), "action.execution_refused", f"action:{action.id}", facts)
    raise NotPermitted(" ".join(answer.reasons), rules=answer.rules)


async def _begin(hands: Hands, action: Action, policy: str) -> tuple[Action, datetime]:
    """Commit that an attempt begins, before the ERP hears of it; whatever stops attempts is asked in here.

    Returns the action as it is being carried out, and the time by which its write must have begun in the ERP.
    """
    async with hands.database.tenant(action.tenant) as connection:
        attempt = await actions.begin_attempt(connection, action)
        begun = replace(action, state=ActionState.EXECUTING, attempt=attempt)
        deadline = await attempts.begin(connection, begun, hands.name, hands.timing.write)
        facts = {"digest": action.digest, "policy": policy, "attempt": attempt}
        await audit.append(connection, worker(action.tenant), "action.executing", f"action:{action.id}", facts)
    return begun, deadline


async def _write(hands: Hands, action: Action, deadline: datetime) -> None:
    try:
        record = await hands.tell(action.tenant, lambda: _sent(hands, action, deadline))
    except ErpStale as error:
        problem = await _changed(hands, action) or error.detail
        await move(hands, action, ActionState.STALE, "action.stale", problem, outcome=Outcome.STALE)
    except ErpRefused as error:
        await move(hands, action, ActionState.FAILED, "action.failed", error.detail, outcome=Outcome.REFUSED)
    except ErpNotReached as error:
        detail = error.detail
        await move(hands, action, ActionState.APPROVED, "action.not_sent", detail, outcome=Outcome.NOT_SENT)
        raise
    except (ErpError, TimeoutError) as error:
        await _unanswered(hands, action, error)
    else:
        await move(hands, action, ActionState.EXECUTED, "action.executed", outcome=Outcome.WRITTEN, record=record)


async def _sent(hands: Hands, action: Action, deadline: datetime) -> Source:
    async with asyncio.timeout(hands.timing.write.total_seconds()):
        return await hands.writer.write(
            action.type,
            action.intent.arguments,
            reference=action.id,
            versions=action.before.versions,
            attempt=action.attempt,
            deadline=deadline,
        )


async def _unanswered(hands: Hands, action: Action, error: Exception) -> None:
    """Whether it was written is not known. It stays `executing`, and the ERP is asked when it is time."""
    detail = error.detail if isinstance(error, ErpError) else "There was no answer in time."
    log.warning("action %s: the write did not end well (%s)", action.id, type(error).__name__)
    outcome = Outcome.CLOSED if isinstance(error, ErpClosed) else Outcome.NO_ANSWER
    async with hands.database.tenant(action.tenant) as connection:
        await attempts.end(connection, action, outcome, detail)


async def _changed(hands: Hands, action: Action) -> str:
    """What changed in the ERP since the proposal, if it can still be read."""
    try:
        return moved(action.before, await _present(hands, action))
    except CountersignError:
        return ""


async def _verify(hands: Hands, action: Action) -> None:
    try:
        after = await _present(hands, action, written=True)
    except NotFound as error:
        return await move(hands, action, ActionState.DIVERGED, "action.diverged", error.detail)
    wrong = differences(action.type, action.intent.arguments, after)
    state = ActionState.DIVERGED if wrong else ActionState.VERIFIED
    problem = told("The ERP does not say what was approved", wrong) if wrong else ""
    return await move(hands, action, state, f"action.{state.value}", problem, after=after)


async def _present(hands: Hands, action: Action, *, written: bool = False) -> Image:
    arguments = dict(action.intent.arguments)
    if written:
        arguments["reference"] = action.id
    return await hands.ask(action.tenant, lambda: hands.reader.image(action.type, arguments))


NEXT = {
    ActionState.APPROVED: _attempt,
    ActionState.EXECUTING: settle,
    ActionState.UNKNOWN: follow,
    ActionState.EXECUTED: _verify,
}


async def _read(hands: Hands, tenant: str, action_id: str) -> Action:
    async with hands.database.tenant(tenant) as connection:
        return await actions.get(connection, action_id)


async def reconcile(hands: Hands, tenant: str) -> list[Action]:
    """Close what nobody decided on in time, and visit every action that a crash, a lost job or an unanswered write
    left behind; returns those. One failure stops no other.
    """
    await look_after_waiting(hands.database, tenant, worker(tenant))
    async with hands.database.tenant(tenant) as connection:
        ids = await actions.unfinished(connection, hands.timing.idle)
    settled: list[Action] = []
    for action_id in ids:
        try:
            settled.append(await execute(hands, tenant, action_id))
        except CountersignError as error:
            log.warning("action %s cannot be reconciled now: %s", action_id, error.code)
    return settled
