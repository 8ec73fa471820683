"""Propose: write down what someone wants changed, why, over which state of the ERP. Nothing else happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from actions.catalogue import known
from actions.comparing import changes, normalised
from actions.rulebook import judged_new
from domain.actions import Action, ActionState, FieldChange, Image, Intent, PolicyVerdict
from domain.actor import Actor
from domain.canonical import digest, plain
from domain.errors import Conflict, InvalidInput, SegregationOfDuties
from erp.reader import Images
from policies.engine import Policies
from store import actions, audit, dependence
from store.database import Connection, Database


async def propose(
    database: Database,
    reader: Images,
    policies: Policies,
    actor: Actor,
    intent: Intent,
    *,
    now: datetime,
    compensates: str | None = None,
) -> Action:
    """Make a proposal (awaiting approval, or denied by policy with its reasons) and return it.

    `compensates` names the action that it undoes. An identical one under way is returned instead of a second. Raises
    NotPermitted, InvalidInput (the arguments), NotFound (the record it acts on), Conflict (nothing would change, or the
    ERP's state forbids it), ErpUnavailable.
    """
    kind = known(intent.action_type)
    policies.require(actor, kind.operation)
    if "countersign" in (kind.system, reader.system) and kind.system != reader.system:
        raise InvalidInput(f"{kind.title} is not proposed here: it is no write to an ERP.")
    intent = normalised(intent)
    intent = replace(intent, risk=policies.risk_of(intent.customer))
    survey = await surveyed(reader, intent)
    async with database.tenant(actor.tenant) as connection:
        verdict = await judged_new(connection, policies, intent, actor, at=now)
        action = replace(drafted(policies, actor, survey, verdict, now=now), compensates=compensates)
        return await _written(connection, actor, action)


@dataclass(frozen=True)
class Survey:
    """The ERP's state of what an intent sets, and what would be different."""

    intent: Intent
    before: Image
    changes: tuple[FieldChange, ...]


async def surveyed(reader: Images, intent: Intent) -> Survey:
    """Look at what the intent would change. Raises Conflict, NotFound, ErpUnavailable."""
    before = await reader.image(intent.action_type, intent.arguments)
    if obstacle := known(intent.action_type).obstacle(before):
        raise Conflict(obstacle)
    difference = changes(intent.action_type, intent.arguments, before)
    if not difference:
        raise Conflict("The ERP says so already; there is nothing to change.")
    return Survey(intent, before, difference)


def drafted(policies: Policies, proposer: Actor, survey: Survey, verdict: PolicyVerdict, *, now: datetime) -> Action:
    """The first version of an action, not yet written and without its digest.

    Raises SegregationOfDuties where the proposer would propose it of themselves.
    """
    about = known(survey.intent.action_type).about
    if about and survey.intent.arguments[about] == proposer.person:
        raise SegregationOfDuties("You cannot propose this of yourself; ask another administrator.")
    deadlines = verdict.deadlines or policies.deadlines(())
    return Action(
        id=str(uuid4()),
        tenant=proposer.tenant,
        type=survey.intent.action_type,
        state=ActionState.AWAITING_APPROVAL if verdict.allowed else ActionState.DENIED,
        intent=survey.intent,
        digest="",
        before=survey.before,
        verdict=verdict,
        proposer=proposer.person,
        proposer_name=proposer.name,
        agent_run=proposer.agent_run,
        created_at=now,
        expires_at=now + timedelta(days=deadlines.days_to_decide),
        changes=survey.changes,
    )


def signed_digest(action: Action) -> str:
    """What an approver puts their name to: all that the proposal says, the state it was made over, and the policy."""
    return digest(
        {
            "tenant": action.tenant,
            "action": action.id,
            "version": action.version,
            "previous": action.previous,
            "compensates": action.compensates,
            "type": action.type,
            "intent": _said(action.intent),
            "before": action.before,
            "changes": action.changes,
            "proposer": action.proposer,
            "editor": action.editor,
            "touched": action.touched,
            "expires_at": action.expires_at.astimezone(UTC),
            "chain": action.verdict.chain,
            "policy": action.verdict.digest,
        }
    )


def _said(intent: Intent) -> dict[str, Any]:
    """The intent as JSON; what a younger version added is left out where it is empty, so that older digests hold."""
    said = plain(intent)
    if intent.customer_id is None:
        del said["customer_id"]
    for origin in said["origins"].values():
        if not origin["terms"]:
            del origin["terms"]
    return said


async def signed(connection: Connection, action: Action) -> Action:
    """The action with everyone who had a hand in what it rests on, and the digest over all of it."""
    touched = {*action.touched, *await dependence.touched(connection, action.intent)}
    action = replace(action, touched=tuple(sorted(touched)))
    return replace(action, digest=signed_digest(action))


async def _written(connection: Connection, actor: Actor, action: Action) -> Action:
    key = actions.arguments_digest(action)
    if twin := await actions.open_twin(connection, action.type, key):
        return await _again(connection, actor, twin)
    if not await actions.insert(connection, await signed(connection, action), key):
        # Someone was faster between the look and the insert; the unique index made this transaction wait for theirs.
        twin = await actions.open_twin(connection, action.type, key)
        if twin is None:
            raise Conflict("An identical proposal was settled just now; propose again.")
        return await _again(connection, actor, twin)
    written = await actions.get(connection, action.id)
    event = "action.proposed" if action.verdict.allowed else "action.denied"
    await audit.append(connection, actor, event, f"action:{action.id}", proposal_facts(written))
    return written


def proposal_facts(action: Action) -> dict[str, object]:
    """What the audit log keeps of a proposal: digests and rules, and never its text."""
    return {
        "type": action.type,
        "digest": action.digest,
        "arguments": actions.arguments_digest(action),
        "policy": action.verdict.digest,
        "rules": action.verdict.rules,
    }


async def _again(connection: Connection, actor: Actor, action_id: str) -> Action:
    await audit.append(connection, actor, "action.proposed_again", f"action:{action_id}")
    return await actions.get(connection, action_id)
