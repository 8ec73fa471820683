"""Who is told that a proposal needs them: whom it waits for, whom its end concerns, or who may settle it.

The queue holds only the action's id and the reason for the notice. Who it is for is found when it is sent, by the
policy and the state of that moment: what was decided meanwhile concerns nobody any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from actions.delegates import may_decide, offered
from domain.actions import Action, ActionState
from domain.actor import Operation
from policies.engine import Policies
from store import actions, people
from store.database import Connection
from store.people import Person

UNSETTLED = frozenset({ActionState.UNKNOWN, ActionState.DIVERGED, ActionState.FAILED})


class Why(StrEnum):
    """What a notice is about."""

    REMINDED = "reminded"
    ESCALATED = "escalated"
    EXPIRED = "expired"
    UNSETTLED = "unsettled"


@dataclass(frozen=True)
class Notice:
    """Something that people are to be told of an action."""

    why: Why
    action: Action
    people: tuple[Person, ...]


async def notice(connection: Connection, policies: Policies, action_id: str, why: Why) -> Notice:
    """Whom it concerns now, perhaps nobody. Raises NotFound."""
    action = await actions.get(connection, action_id)
    everyone = [person for person in await people.everyone(connection) if person.active]
    concerned = [person for person in everyone if await _concerns(connection, policies, action, why, person)]
    return Notice(why, action, tuple(concerned))


async def _concerns(connection: Connection, policies: Policies, action: Action, why: Why, person: Person) -> bool:
    if why is Why.EXPIRED:
        return action.state is ActionState.EXPIRED and person.id == action.proposer
    if why is Why.UNSETTLED:
        settles = policies.authorize(person.actor(), Operation.ACTION_RESOLVE).allowed
        return action.state in UNSETTLED and settles and person.id not in action.dependent
    if action.state is not ActionState.AWAITING_APPROVAL or action.overdue:
        return False
    own = may_decide(policies, person.actor(), action, None).allowed
    return own or bool(await offered(connection, policies, person.actor(), action))
