"""Freeze: one administrator stops all execution, or one type of action, at once; thawing takes two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from actions.catalogue import known
from actions.house import House
from actions.proposals import propose
from actions.spoken import person_now, text_of
from domain.actions import Action, ActionState, Intent
from domain.actor import Actor, Operation
from domain.errors import Conflict, InvalidInput
from policies.engine import Policies
from store import actions, audit, freezes
from store.database import Database
from store.freezes import THAW, Freeze


@dataclass(frozen=True)
class Frozen:
    """A freeze in force, and what was in flight when it began: that is followed to its end and not stopped."""

    freeze: Freeze
    in_flight: tuple[Action, ...]


async def freeze(
    database: Database, policies: Policies, actor: Actor, *, action_type: str | None = None, reason: str
) -> Frozen:
    """Let no attempt begin after this commits; approved actions wait. Raises NotPermitted, InvalidInput, Conflict (it
    is frozen already).
    """
    reason = text_of(reason, needed="Say why: whoever waits must know.")
    if action_type is not None:
        known(action_type)
    if action_type == THAW:
        raise InvalidInput("A thaw cannot be frozen: nothing could ever be thawed again.")
    async with database.tenant(actor.tenant) as connection:
        person = await person_now(connection, actor)
        policies.require(person, Operation.EXECUTION_FREEZE)
        made = await freezes.add(connection, person, action_type, reason)
        if made is None:
            raise Conflict("This is frozen already.")
        flying = await actions.listing(connection, [ActionState.EXECUTING], limit=1000)
        flying = tuple(action for action in flying if action_type in (None, action.type))
        facts = {"type": action_type, "reason": reason, "in_flight": [action.id for action in flying]}
        await audit.append(connection, person, "execution.frozen", f"freeze:{made}", facts)
        return Frozen(await freezes.get(connection, made), flying)


async def thaw(
    database: Database, policies: Policies, actor: Actor, freeze_id: str, *, reason: str, now: datetime
) -> Action:
    """Propose to end a freeze; another person approves it. Raises NotFound, NotPermitted, InvalidInput, Conflict (it
    ended already).
    """
    reason = text_of(reason, needed="Say why it is safe to go on.")
    async with database.tenant(actor.tenant) as connection:
        found = await freezes.get(connection, freeze_id)
    what = known(found.type).title.lower() if found.type else "all execution"
    intent = Intent(
        THAW,
        {"freeze": found.id},
        f"Thaw: let {what} go on",
        reasons=(f"{found.person_name} froze it: {found.reason}", f"{actor.name} says: {reason}"),
    )
    return await propose(database, House(database, actor.tenant), policies, actor, intent, now=now)
