"""Versions: an edit, a proposal made anew, a policy that asks for more. Each is an action that names the one before.

What was decided on a version holds for that version alone, and its id is its reference in the ERP: a superseded version
can never be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from actions.catalogue import known
from actions.comparing import normalised
from actions.placing import moved
from actions.proposals import Survey, drafted, proposal_facts, signed, surveyed
from actions.refusals import recorded
from actions.rulebook import judged_new
from actions.spoken import in_words, must_be_seen, must_wait, person_now, text_of
from domain.actions import Action, ActionState, Intent, Origin, PolicyVerdict
from domain.actor import Actor, Operation
from domain.errors import Conflict, InvalidInput, NotPermitted, PolicyDenied, WrongState
from erp.reader import Images
from policies.engine import Policies
from store import actions, audit, jobs, waiting
from store.database import Connection, Database

WHY_EDIT = "Say why you change it: whoever decides must know."
REVISABLE = frozenset(
    {
        ActionState.STALE,
        ActionState.FAILED,
        ActionState.EXPIRED,
        ActionState.REJECTED,
        ActionState.WITHDRAWN,
        ActionState.DENIED,
    }
)


@dataclass(frozen=True)
class Edit:
    """Other arguments for the version whose digest the person saw, and why."""

    digest: str
    arguments: Mapping[str, Any]
    reason: str


async def edit(
    database: Database,
    reader: Images,
    policies: Policies,
    actor: Actor,
    action_id: str,
    wanted: Edit,
    *,
    now: datetime,
) -> Action:
    """Replace a proposal that waits by a version with other arguments, and return that version.

    The proposer may do it, and whoever may decide; all decisions on the earlier version are void. The same edit sent
    twice makes one version. Raises NotFound, WrongState, DigestMismatch, InvalidInput, Conflict, NotPermitted,
    PolicyDenied, ErpUnavailable; refusals are recorded.
    """
    reason = text_of(wanted.reason, needed=WHY_EDIT)
    async with database.tenant(actor.tenant) as connection:
        seen = await actions.get(connection, action_id)
    async with recorded(database, actor, action_id, "edit"):
        policies.require(actor, Operation.ACTION_EDIT)
        intent = moved(seen.intent, _edited(seen.intent, wanted.arguments, actor))
        intent = replace(intent, risk=policies.risk_of(intent.customer))
        survey = await surveyed(reader, intent)
        async with database.tenant(actor.tenant) as connection:
            old = await actions.lock(connection, action_id)
            if old.successor and (made := await _same_edit(connection, old.successor, actor, intent)):
                return made
            must_wait(old, wanted.digest)
            person = await person_now(connection, actor)
            _must_be_theirs(policies, person, old)
            proposer = await proposer_of(connection, old)
            verdict = await judged_new(connection, policies, intent, proposer, at=now, previous=old.id)
            draft = drafted(policies, proposer, survey, verdict, now=now)
            new = _next(old, draft, editor=None if person.person == old.proposer else person)
            return await _replace(connection, person, old, new, event="action.edited", reason=reason)


async def revise(
    database: Database,
    reader: Images,
    policies: Policies,
    actor: Actor,
    action_id: str,
    *,
    reason: str = "",
    now: datetime,
) -> Action:
    """Propose anew, over the ERP's present state, what came to nothing, and return the new version.

    A stale action becomes superseded, what is final stays as it is. Asked twice, it is done once. Raises like `edit`.
    """
    reason = text_of(reason)
    async with database.tenant(actor.tenant) as connection:
        seen = await actions.get(connection, action_id)
    async with recorded(database, actor, action_id, "revise"):
        policies.require(actor, Operation.ACTION_PROPOSE)
        if seen.successor:
            async with database.tenant(actor.tenant) as connection:
                return await actions.get(connection, seen.successor)
        survey = await surveyed(reader, replace(seen.intent, risk=policies.risk_of(seen.intent.customer)))
        async with database.tenant(actor.tenant) as connection:
            old = await actions.lock(connection, action_id)
            if old.successor:
                return await actions.get(connection, old.successor)
            if old.state not in REVISABLE:
                raise WrongState(f"This action is {in_words(old)}; it cannot be proposed anew.")
            must_be_seen(old, old.digest)
            person = await person_now(connection, actor)
            verdict = await judged_new(connection, policies, survey.intent, person, at=now, previous=old.id)
            draft = drafted(policies, person, survey, verdict, now=now)
            return await _replace(connection, person, old, _next(old, draft), event="action.revised", reason=reason)


async def supersede_project(connection: Connection, actor: Actor, document: str, code: str) -> int:
    """Close the proposals that wait to create this document's project under another code; how many there were."""
    closed = 0
    for action_id in await waiting.for_document(connection, "engagement.set_up", document):
        old = await actions.lock(connection, action_id)
        if old.state is ActionState.AWAITING_APPROVAL and old.intent.arguments.get("code") != code:
            problem = f"{actor.name} chose the code {code} for this document instead."
            await actions.move(connection, old, ActionState.SUPERSEDED, problem=problem)
            facts = {"digest": old.digest, "void": [d.id for d in old.decisions], "code": code}
            await audit.append(connection, actor, "action.superseded", f"action:{old.id}", facts)
            await jobs.defer_settled(connection, old.tenant, old.id)
            closed += 1
    return closed


async def renew(
    connection: Connection, policies: Policies, actor: Actor, old: Action, verdict: PolicyVerdict, *, now: datetime
) -> Action:
    """The version that the policy in force asks for, in the transaction that found out, with `old` locked."""
    proposer = await proposer_of(connection, old)
    draft = drafted(policies, proposer, Survey(old.intent, old.before, old.changes), verdict, now=now)
    new = replace(_next(old, draft), editor=old.editor, editor_name=old.editor_name, expires_at=old.expires_at)
    reason = "Policy asks for more than when this was proposed."
    return await _replace(connection, actor, old, new, event="action.renewed", reason=reason)


def _edited(intent: Intent, arguments: Mapping[str, Any], actor: Actor) -> Intent:
    """The intent with other arguments; each one that differs comes from this person and no longer from its source."""
    new = normalised(replace(intent, arguments=arguments))
    different = [name for name, value in new.arguments.items() if value != intent.arguments.get(name)]
    if not different:
        raise Conflict("Nothing was changed.")
    if fixed := [name for name in different if not known(intent.action_type).editable(name)]:
        raise InvalidInput(
            f"An edit cannot change {', '.join(fixed)}: that would be another proposal under this one's name. "
            "Withdraw it, or reject it, and propose anew."
        )
    word = Origin("person", note=f"edited by {actor.name}")
    return replace(new, origins={**intent.origins, **dict.fromkeys(different, word)})


def _must_be_theirs(policies: Policies, person: Actor, old: Action) -> None:
    policies.require(person, Operation.ACTION_EDIT)
    if person.person not in {old.proposer, old.editor}:
        answer = policies.authorize(person, Operation.ACTION_DECIDE)
        if not answer.allowed:
            raise NotPermitted("Only who proposed it, or who may decide on such proposals, can edit it.")


async def proposer_of(connection: Connection, old: Action) -> Actor:
    """The proposer as they are now: without any role once they have left, so that policy denies."""
    found = (await actions.people(connection, old.tenant, [old.proposer])).get(old.proposer)
    gone = Actor(old.tenant, old.proposer, old.proposer_name, frozenset())
    return replace(found or gone, name=old.proposer_name, agent_run=old.agent_run)


async def _same_edit(connection: Connection, successor: str, actor: Actor, intent: Intent) -> Action | None:
    made = await actions.get(connection, successor)
    by = made.editor or made.proposer
    return made if by == actor.person and made.intent.arguments == intent.arguments else None


def _next(old: Action, draft: Action, *, editor: Actor | None = None) -> Action:
    """The draft as the version after `old`. Whoever had a hand in an earlier version approves no later one alone."""
    hands = {*old.touched, old.proposer, *([old.editor] if old.editor else [])}
    return replace(
        draft,
        id=str(uuid4()),
        version=old.version + 1,
        previous=old.id,
        compensates=old.compensates,
        editor=editor.person if editor else None,
        editor_name=editor.name if editor else "",
        touched=tuple(sorted(hands)),
    )


async def _replace(
    connection: Connection, person: Actor, old: Action, new: Action, *, event: str, reason: str
) -> Action:
    if not new.verdict.allowed:
        raise PolicyDenied(" ".join(new.verdict.reasons), rules=new.verdict.rules)
    if old.state in {ActionState.AWAITING_APPROVAL, ActionState.STALE}:
        problem = f"Version {new.version} replaced it{f': {reason}' if reason else '.'}"
        await actions.move(connection, old, ActionState.SUPERSEDED, problem=problem)
        facts = {"successor": new.id, "digest": old.digest, "void": [d.id for d in old.decisions]}
        await audit.append(connection, person, "action.superseded", f"action:{old.id}", facts)
    if not await actions.insert(connection, await signed(connection, new), actions.arguments_digest(new)):
        raise Conflict("An identical proposal is under way already.")
    written = await actions.get(connection, new.id)
    facts = {**proposal_facts(written), "previous": old.id, "version": new.version, "reason": reason}
    await audit.append(connection, person, event, f"action:{new.id}", facts)
    await jobs.defer_settled(connection, old.tenant, old.id)
    return written
