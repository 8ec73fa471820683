"""Who stands in for whom: whose roles and limit a delegate's word has, at a decision and again at execution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.actions import Action
from domain.actor import Actor
from domain.errors import NotPermitted
from domain.money import Money
from policies.engine import Authorization, Policies
from store import actions, delegations
from store.database import Connection
from store.delegations import Delegation


class NotDelegated(NotPermitted):
    """Nobody let you decide in this person's place, not now or not on this kind of action."""

    code = "not_delegated"


@dataclass(frozen=True)
class Absent:
    """The person in whose place someone decides, as they are now, and the word that lets them."""

    person: Actor
    delegation: Delegation

    @property
    def reduced(self) -> Actor:
        """The person with the lower of their own limit and the delegation's."""
        return replace(self.person, approval_limit=self.limit)

    @property
    def limit(self) -> Money | None:
        """What the delegate may approve at most; None as for a person without a limit: nothing that asks for one."""
        own, given = self.person.approval_limit, self.delegation.approval_limit
        if own is None or given is None:
            return own
        return own if own.currency != given.currency or own.amount <= given.amount else given

    def sees(self, action: Action) -> Action:
        """The action as the delegate's word counts on it: a limit of the delegation's own holds for every step, also
        for those that ask the delegator for none.
        """
        if self.delegation.approval_limit is None:
            return action
        chain = tuple(replace(step, limited=True) for step in action.verdict.chain)
        return replace(action, verdict=replace(action.verdict, chain=chain))


def may_decide(
    policies: Policies, person: Actor, action: Action, absent: Absent | None, *, step: int | None = None
) -> Authorization:
    """May this person take a step that waits, in their own place or in the absent person's?"""
    if absent is None:
        return policies.may_decide(person, action, step=step)
    return policies.may_decide(person, absent.sees(action), absent.reduced, step=step)


async def absent(
    connection: Connection, person: str, action: Action, on_behalf_of: str, *, at: datetime | None = None
) -> Absent:
    """In whose place this person decides at a moment (now). Raises NotDelegated, also where it was ended since."""
    found = await delegations.covering(connection, person, delegator=on_behalf_of, action_type=action.type, at=at)
    delegator = (await actions.people(connection, action.tenant, [on_behalf_of])).get(on_behalf_of)
    if not found or delegator is None:
        raise NotDelegated
    return Absent(delegator, found[0])


async def stood_in_for(connection: Connection, action: Action) -> dict[str, Absent]:
    """In whose place each delegate's decision (by its id) was taken. Raises NotDelegated when a delegation was ended
    since.
    """
    return {
        decision.id: await absent(connection, decision.person, action, decision.on_behalf_of, at=decision.decided_at)
        for decision in action.decisions
        if decision.on_behalf_of is not None
    }


async def offered(connection: Connection, policies: Policies, actor: Actor, action: Action) -> tuple[Absent, ...]:
    """In whose place this person may take a step that waits now."""
    found: dict[str, Absent] = {}
    for one in await delegations.covering(connection, actor.person, action_type=action.type):
        person = (await actions.people(connection, action.tenant, [one.delegator])).get(one.delegator)
        if person is not None:
            found.setdefault(one.delegator, Absent(person, one))
    return tuple(who for who in found.values() if may_decide(policies, actor, action, who).allowed)
