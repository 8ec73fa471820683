"""Remind, escalate, expire: what time does to a proposal that nobody decides on. Silence never approves."""

from __future__ import annotations

from domain.actions import ActionState
from domain.actor import Actor
from store import actions, audit, jobs
from store.database import Database


async def expire(database: Database, tenant: str, service: Actor) -> int:
    """Close the proposals nobody decided on in time; returns how many."""
    async with database.tenant(tenant) as connection:
        ids = await actions.overdue(connection)
        for action_id in ids:
            action = await actions.lock(connection, action_id)
            if action.state is ActionState.AWAITING_APPROVAL:
                await actions.move(connection, action, ActionState.EXPIRED, problem="Nobody decided in time.")
                await audit.append(connection, service, "action.expired", f"action:{action_id}")
                await jobs.defer_settled(connection, tenant, action_id)
        return len(ids)
