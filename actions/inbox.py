"""Reading actions: what waits for me, what became of mine, one action with everything a reviewer needs."""

from __future__ import annotations

from collections.abc import Sequence

from domain.actions import Action, ActionState
from domain.actor import Actor, Operation
from policies.engine import Policies
from store import actions
from store.database import Database


async def get(database: Database, policies: Policies, actor: Actor, action_id: str) -> Action:
    """One action of the actor's firm. Raises NotPermitted, NotFound."""
    policies.require(actor, Operation.ACTION_READ)
    async with database.tenant(actor.tenant) as connection:
        return await actions.get(connection, action_id)


async def listing(
    database: Database,
    policies: Policies,
    actor: Actor,
    states: Sequence[ActionState] | None = None,
    *,
    mine: bool = False,
    project: str | None = None,
    limit: int = 100,
) -> tuple[Action, ...]:
    """Actions of the actor's firm, newest first. Raises NotPermitted."""
    policies.require(actor, Operation.ACTION_READ)
    proposer = actor.person if mine else None
    async with database.tenant(actor.tenant) as connection:
        return await actions.listing(connection, states, proposer=proposer, project=project, limit=limit)


async def waiting_for(database: Database, policies: Policies, actor: Actor) -> tuple[Action, ...]:
    """The actions whose waiting step this person may take now."""
    waiting = await listing(database, policies, actor, [ActionState.AWAITING_APPROVAL], limit=1000)
    return tuple(a for a in waiting if not a.overdue and policies.may_decide(actor, a).allowed)
