"""A refused change of an action is in the audit log too: who tried what, and why it was refused."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from domain.actor import Actor
from domain.errors import Conflict, CountersignError, IntegrityBroken, NotFound, NotPermitted
from store import actions, audit
from store.database import Database


@asynccontextmanager
async def recorded(database: Database, actor: Actor, action_id: str, verdict: str) -> AsyncGenerator[None]:
    """Whatever refusal leaves this block is written down before it goes on."""
    try:
        yield
    except (NotPermitted, Conflict, IntegrityBroken) as error:
        await _record(database, actor, action_id, verdict, error)
        error.recorded = True
        raise


async def _record(database: Database, actor: Actor, action_id: str, verdict: str, error: CountersignError) -> None:
    async with database.tenant(actor.tenant) as connection:
        try:
            await actions.get(connection, action_id)
        except NotFound:
            return
        facts = {"verdict": verdict, "code": error.code, "rules": error.facts.get("rules", ())}
        await audit.append(connection, actor, "action.decision_refused", f"action:{action_id}", facts)
