"""Propose: write down what someone wants changed, why, over which state of the ERP. Nothing else happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from actions.catalogue import changes, known, normalised
from actions.rulebook import judged_new
from domain.actions import Action, ActionState, FieldChange, Image, Intent, PolicyVerdict
from domain.actor import Actor
from domain.canonical import digest
from domain.errors import Conflict
from erp.reader import ErpReader
from policies.engine import Policies
from store import actions, audit
from store.database import Connection, Database


async def propose(
    database: Database,
    reader: ErpReader,
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
    policies.require(actor, known(intent.action_type).operation)
    intent = normalised(intent)
    intent = replace(intent, risk=policies.risk_of(intent.customer))
    before = await reader.image(intent.action_type, intent.arguments)
    if obstacle := known(intent.action_type).obstacle(before):
        raise Conflict(obstacle)
    difference = changes(intent.action_type, intent.arguments, before)
    if not difference:
        raise Conflict("The ERP says so already; there is nothing to change.")
    async with database.tenant(actor.tenant) as connection:
        verdict = await judged_new(connection, policies, intent, actor, at=now)
        deadlines = verdict.deadlines or policies.deadlines(())
        until = now + timedelta(days=deadlines.days_to_decide)
        made = _made(actor, intent, before, difference, verdict, at=now, until=until)
        action = replace(made, compensates=compensates)
        return await _written(connection, actor, action)


def _made(
    actor: Actor,
    intent: Intent,
    before: Image,
    difference: tuple[FieldChange, ...],
    verdict: PolicyVerdict,
    *,
    at: datetime,
    until: datetime,
) -> Action:
    return Action(
        id=str(uuid4()),
        tenant=actor.tenant,
        type=intent.action_type,
        state=ActionState.AWAITING_APPROVAL if verdict.allowed else ActionState.DENIED,
        intent=intent,
        digest="",
        before=before,
        verdict=verdict,
        proposer=actor.person,
        proposer_name=actor.name,
        agent_run=actor.agent_run,
        created_at=at,
        expires_at=until,
        changes=difference,
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
            "intent": action.intent,
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


async def _written(connection: Connection, actor: Actor, action: Action) -> Action:
    key = actions.arguments_digest(action)
    if twin := await actions.open_twin(connection, action.type, key):
        return await _again(connection, actor, twin)
    if not await actions.insert(connection, replace(action, digest=signed_digest(action)), key):
        # Someone was faster between the look and the insert; the unique index made this transaction wait for theirs.
        twin = await actions.open_twin(connection, action.type, key)
        if twin is None:
            raise Conflict("An identical proposal was settled just now; propose again.")
        return await _again(connection, actor, twin)
    written = await actions.get(connection, action.id)
    event = "action.proposed" if action.verdict.allowed else "action.denied"
    facts = {
        "type": action.type,
        "digest": written.digest,
        "arguments": key,
        "policy": action.verdict.digest,
        "rules": action.verdict.rules,
    }
    await audit.append(connection, actor, event, f"action:{action.id}", facts)
    return written


async def _again(connection: Connection, actor: Actor, action_id: str) -> Action:
    await audit.append(connection, actor, "action.proposed_again", f"action:{action_id}")
    return await actions.get(connection, action_id)
