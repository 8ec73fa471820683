"""Execute: the worker alone writes, once, what people approved, over the state they approved it on, and reads it back.

Only `api/wiring.py` hands this module a writer. Between the ERP's commit and ours anything may die: therefore
`executing` is committed before the write, the action's id goes into the ERP as external reference, and an attempt whose
end is not known is looked up there, but never before the time has passed in which it could still take effect.
"""

from __future__ import annotations

import asyncio
import logging
import textwrap
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from actions.catalogue import differences
from actions.decisions import expire
from actions.proposals import signed_digest
from domain.actions import Action, ActionState, FieldChange, Image
from domain.actor import Actor
from domain.errors import Conflict, CountersignError, ErpError, ErpRefused, ErpStale, NotFound
from domain.source import Source
from erp.reader import ErpReader
from erp.writer import ErpWriter
from policies.approval import open_steps
from policies.engine import Policies
from store import actions, audit, jobs
from store.database import Connection, Database

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 3
MAX_PROBLEM = 4000  # an ERP may say more than an audit entry can hold
STEPS = 6  # more moves than any one visit to an action can need


@dataclass(frozen=True)
class Timing:
    """How long one write may take, and after how long it can no longer take effect in the ERP."""

    write: timedelta = timedelta(seconds=60)
    in_flight: timedelta = timedelta(seconds=120)


@dataclass(frozen=True)
class Hands:
    """What the worker works with."""

    database: Database
    reader: ErpReader
    writer: ErpWriter
    policies: Policies
    timing: Timing = Timing()


def worker(tenant: str) -> Actor:
    """The actor of the worker's own audit entries: nobody, with no role."""
    return Actor(tenant, "worker", "Countersign worker", frozenset(), service=True)


async def execute(hands: Hands, tenant: str, action_id: str) -> Action:
    """Take an action as far as it goes now, from whatever state a crash may have left it in, and return it.

    Safe to call at any time, any number of times, from several workers. An action that waits (for people, or for an
    attempt in flight) is returned as it is. Raises ErpUnavailable when the ERP must be asked and cannot be.
    """
    action = await _read(hands, tenant, action_id)
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
    if problem := await _objection(hands, action):
        return await _move(hands, action, ActionState.DENIED, "action.denied_at_execution", problem)
    if problem := _moved(action.before, await _present(hands, action)):
        return await _move(hands, action, ActionState.STALE, "action.stale", problem)
    async with hands.database.tenant(action.tenant) as connection:
        await actions.begin_attempt(connection, action.id)
        facts = {"digest": action.digest, "policy": hands.policies.digest, "attempt": action.attempt + 1}
        await audit.append(connection, worker(action.tenant), "action.executing", f"action:{action.id}", facts)
    return await _write(hands, replace(action, state=ActionState.EXECUTING, attempt=action.attempt + 1))


async def _write(hands: Hands, action: Action) -> None:
    try:
        async with asyncio.timeout(hands.timing.write.total_seconds()):
            record = await hands.writer.write(
                action.type, action.intent.arguments, reference=action.id, versions=action.before.versions
            )
    except ErpStale as error:
        await _move(hands, action, ActionState.STALE, "action.stale", error.detail)
    except ErpRefused as error:
        await _move(hands, action, ActionState.FAILED, "action.failed", error.detail)
    except (ErpError, TimeoutError) as error:
        # Whether it was written is not known. It stays `executing`; reconciliation asks the ERP when it is time.
        log.warning("action %s: the write did not end well (%s)", action.id, type(error).__name__)
    else:
        await _move(hands, action, ActionState.EXECUTED, "action.executed", record=record)


async def _reconcile(hands: Hands, action: Action) -> None:
    async with hands.database.tenant(action.tenant) as connection:
        if await actions.in_flight(connection, action.id, hands.timing.in_flight):
            return
    found = await hands.writer.find(action.type, action.intent.arguments, reference=action.id)
    if found is not None:
        await _move(hands, action, ActionState.EXECUTED, "action.found", record=found)
    elif action.attempt < MAX_ATTEMPTS:
        await _move(hands, action, ActionState.APPROVED, "action.retried", "The last attempt did not take effect.")
    else:
        problem = f"{action.attempt} attempts ended without an answer and none took effect. Look at the ERP."
        await _move(hands, action, ActionState.UNKNOWN, "action.unknown", problem)


async def _verify(hands: Hands, action: Action) -> None:
    try:
        after = await _present(hands, action, written=True)
    except NotFound as error:
        return await _move(hands, action, ActionState.DIVERGED, "action.diverged", error.detail)
    wrong = differences(action.type, action.intent.arguments, after)
    state = ActionState.DIVERGED if wrong else ActionState.VERIFIED
    problem = _told("The ERP does not say what was approved", wrong) if wrong else ""
    return await _move(hands, action, state, f"action.{state.value}", problem, after=after)


async def _present(hands: Hands, action: Action, *, written: bool = False) -> Image:
    arguments = dict(action.intent.arguments)
    if written:
        arguments["reference"] = action.id
    return await hands.reader.image(action.type, arguments)


async def _objection(hands: Hands, action: Action) -> str:
    """Why, under the policy and the roles of this moment, the action would not be approved; empty if it still would."""
    if signed_digest(action) != action.digest:
        return "The stored proposal does not match its own digest; it was changed outside Countersign."
    ids = [action.proposer, *(decision.person for decision in action.decisions)]
    async with hands.database.tenant(action.tenant) as connection:
        people = await actions.people(connection, action.tenant, ids)
    if not set(ids) <= people.keys():
        return "Someone who proposed or decided is not a person of this firm any more."
    verdict = hands.policies.judge(action.intent, people[action.proposer])
    if not verdict.allowed:
        return " ".join(verdict.reasons)
    return _countersigned_again(hands.policies, replace(action, verdict=verdict), people)


def _countersigned_again(policies: Policies, action: Action, people: dict[str, Actor]) -> str:
    for index, decision in enumerate(action.decisions):
        then = replace(action, state=ActionState.AWAITING_APPROVAL, overdue=False, decisions=action.decisions[:index])
        if decision.verdict != "approve" or decision.digest != action.digest:
            return "A decision on this action is not an approval of what was proposed."
        if decision.step not in open_steps(then.verdict.chain, then.decisions):
            return "Policy now asks for other steps than those that were taken."
        answer = policies.may_decide(people[decision.person], then)
        if not answer.allowed:
            return f"{decision.person_name} could not approve this now: {' '.join(answer.reasons)}"
    missing = open_steps(action.verdict.chain, action.decisions)
    return "Policy now asks for more approvals than were given." if missing else ""


def _moved(before: Image, now: Image) -> str:
    """What changed in the ERP since the proposal, in words; empty if nothing did."""
    fields = sorted(before.fields.keys() | now.fields.keys())
    changed = [
        FieldChange(name, name, before.fields.get(name), now.fields.get(name))
        for name in fields
        if before.fields.get(name) != now.fields.get(name)
    ]
    if changed:
        return _told("The ERP changed since this was proposed", changed)
    records = sorted(r for r in before.versions.keys() | now.versions.keys() if _version(before, r) != _version(now, r))
    if records:
        return f"Someone changed {', '.join(records)} in the ERP since this was proposed; propose it again."
    return ""


def _version(image: Image, record: str) -> str | None:
    return image.versions.get(record)


def _told(what: str, changed: list[FieldChange] | tuple[FieldChange, ...]) -> str:
    return f"{what}: " + "; ".join(f"{c.label}: {_short(c.before)} → {_short(c.after)}" for c in changed)


def _short(value: object) -> str:
    return textwrap.shorten("nothing" if value is None else str(value), 200)


NEXT = {
    ActionState.APPROVED: _attempt,
    ActionState.EXECUTING: _reconcile,
    ActionState.EXECUTED: _verify,
}


async def _read(hands: Hands, tenant: str, action_id: str) -> Action:
    async with hands.database.tenant(tenant) as connection:
        return await actions.get(connection, action_id)


async def _move(
    hands: Hands,
    action: Action,
    state: ActionState,
    event: str,
    problem: str = "",
    *,
    record: Source | None = None,
    after: Image | None = None,
) -> None:
    problem = problem[:MAX_PROBLEM]
    async with hands.database.tenant(action.tenant) as connection:
        await actions.move(connection, action, state, problem=problem, record=record, after=after)
        facts = {"attempt": action.attempt, "digest": action.digest, "problem": problem, "record": record}
        await audit.append(connection, worker(action.tenant), event, f"action:{action.id}", facts)
        await _hand_on(connection, action, state)


async def _hand_on(connection: Connection, action: Action, state: ActionState) -> None:
    if state not in {ActionState.EXECUTED, ActionState.APPROVED}:
        await jobs.defer_settled(connection, action.tenant, action.id)


async def reconcile(hands: Hands, tenant: str) -> list[Action]:
    """Close what nobody decided on in time, and visit every action that a crash, a lost job or an unanswered write
    left behind; returns those. One failure stops no other.
    """
    await expire(hands.database, tenant, worker(tenant))
    async with hands.database.tenant(tenant) as connection:
        ids = await actions.unfinished(connection)
    settled: list[Action] = []
    for action_id in ids:
        try:
            settled.append(await execute(hands, tenant, action_id))
        except CountersignError as error:
            log.warning("action %s cannot be reconciled now: %s", action_id, error.code)
    return settled
