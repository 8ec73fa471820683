"""Remind, escalate, expire: what time does to a proposal that nobody decides on. Silence never approves."""

from __future__ import annotations

from actions.notices import Why
from domain.actions import Action, ActionState
from domain.actor import Actor
from store import actions, audit, jobs, waiting
from store.database import Connection, Database


async def look_after_waiting(database: Database, tenant: str, service: Actor) -> int:
    """Remind of, escalate and close what waited as long as the policy that it was proposed under lets it; returns how
    many were closed.
    """
    for due, mark, why in (
        (waiting.to_remind, waiting.remind, Why.REMINDED),
        (waiting.to_escalate, waiting.escalate, Why.ESCALATED),
    ):
        async with database.tenant(tenant) as connection:
            for action_id in await due(connection):
                if await mark(connection, action_id):
                    await _noted(connection, service, await actions.get(connection, action_id), why)
    return await expire(database, tenant, service)


async def _noted(connection: Connection, service: Actor, action: Action, why: Why) -> None:
    facts = {"digest": action.digest, "policy": action.verdict.digest, "rules": action.verdict.rules}
    await audit.append(connection, service, f"action.{why}", f"action:{action.id}", facts)
    await _told(connection, action.tenant, action.id, why)


async def expire(database: Database, tenant: str, service: Actor) -> int:
    """Close the proposals nobody decided on in time; returns how many."""
    closed = 0
    async with database.tenant(tenant) as connection:
        for action_id in await waiting.overdue(connection):
            action = await actions.lock(connection, action_id)
            if action.state is ActionState.AWAITING_APPROVAL:
                await actions.move(connection, action, ActionState.EXPIRED, problem="Nobody decided in time.")
                await audit.append(connection, service, "action.expired", f"action:{action_id}")
                await _told(connection, tenant, action_id, Why.EXPIRED)
                closed += 1
    return closed


async def _told(connection: Connection, tenant: str, action_id: str, why: Why) -> None:
    await jobs.defer_settled(connection, tenant, action_id)
    await jobs.defer_notice(connection, tenant, action_id, why)
