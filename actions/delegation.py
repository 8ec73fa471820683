"""Delegation: one person decides in another's place, for a time, and never with more than that other's rights.

It passes on what its maker holds themselves and nothing that was passed to them; both people count as having decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from actions.catalogue import known
from actions.standing import person_now, text_of
from domain.actions import Action, Decision
from domain.actor import Actor, Operation
from domain.errors import InvalidInput, NotFound, NotPermitted, WrongState
from domain.money import Money
from policies.engine import Authorization, Policies
from store import actions, audit, delegations
from store.database import Connection, Database
from store.delegations import Delegation

WHY = "Say why, so that whoever looks at a decision later understands it."
LONGEST_DAYS = 366


class NotDelegated(NotPermitted):
    """Nobody let you decide in this person's place, not now or not on this kind of action."""

    code = "not_delegated"


@dataclass(frozen=True)
class Absent:
    """The person in whose place someone decides, as they are now, and the word that lets them."""

    person: Actor
    delegation: Delegation

    def stood_in_by(self, delegate: Actor) -> Actor:
        """The delegate with the delegator's roles, and the lower of the delegator's and the delegation's limit."""
        return replace(delegate, roles=self.person.roles, approval_limit=self.limit)

    @property
    def limit(self) -> Money | None:
        """What the delegate may approve at most; None as for a person without a limit: nothing that asks for one."""
        own, given = self.person.approval_limit, self.delegation.approval_limit
        if own is None or given is None:
            return own
        return own if own.currency != given.currency or own.amount <= given.amount else given


def objection(policies: Policies, absent: Absent, delegate: Actor, action: Action) -> Authorization | None:
    """What policy says against this delegate taking the step that waits in the absent person's place; None if nothing.

    Both must be free to decide: neither of them proposed it or decided on it. A limit of the delegation's own counts
    for every step, also for those that ask the delegator for none.
    """
    if absent.delegation.approval_limit is not None:
        chain = tuple(replace(step, limited=True) for step in action.verdict.chain)
        action = replace(action, verdict=replace(action.verdict, chain=chain))
    answers = (policies.may_decide(absent.person, action), policies.may_decide(absent.stood_in_by(delegate), action))
    return next((answer for answer in answers if not answer.allowed), None)


async def delegate(
    database: Database,
    policies: Policies,
    actor: Actor,
    to: str,
    *,
    from_at: datetime,
    until_at: datetime,
    types: Sequence[str] = (),
    limit: Money | None = None,
    reason: str,
) -> Delegation:
    """Let another person of the firm decide in the actor's place.

    Raises NotPermitted, InvalidInput (dates, types, limit above one's own, oneself), NotFound (no such person).
    """
    reason = text_of(reason, needed=WHY)
    _check_dates(from_at, until_at)
    for name in types:
        known(name)
    if to == actor.person:
        raise InvalidInput("You cannot delegate to yourself.")
    async with database.tenant(actor.tenant) as connection:
        delegator = await person_now(connection, actor)
        policies.require(delegator, Operation.DELEGATION_MANAGE)
        policies.require(delegator, Operation.ACTION_DECIDE)
        _check_limit(delegator, limit)
        other = (await actions.people(connection, actor.tenant, [to])).get(to)
        if other is None or not policies.authorize(other, Operation.ACTION_READ).allowed:
            raise NotFound("There is no such person in your firm who may look at proposals.")
        made = await delegations.add(
            connection,
            delegator,
            other,
            from_at=from_at,
            until_at=until_at,
            types=sorted(set(types)),
            limit=limit,
            reason=reason,
        )
        facts = {"delegate": to, "from": from_at, "until": until_at, "types": made.types, "limit": limit}
        await audit.append(connection, actor, "delegation.made", f"delegation:{made.id}", {**facts, "reason": reason})
        return made


async def end(database: Database, policies: Policies, actor: Actor, delegation_id: str) -> Delegation:
    """End a delegation: its maker does, or an administrator. Raises NotFound, NotPermitted, WrongState."""
    async with database.tenant(actor.tenant) as connection:
        found = await delegations.get(connection, delegation_id)
        if actor.person != found.delegator:
            policies.require(actor, Operation.PEOPLE_ADMINISTER)
        if not await delegations.end(connection, delegation_id, actor.person):
            raise WrongState("This delegation has ended already.")
        await audit.append(connection, actor, "delegation.ended", f"delegation:{delegation_id}")
        return await delegations.get(connection, delegation_id)


async def absent(connection: Connection, person: Actor, action: Action, on_behalf_of: str) -> Absent:
    """In whose place this person would decide now. Raises NotDelegated."""
    return await _standing(connection, person.person, action, on_behalf_of, None)


async def deciders(connection: Connection, action: Action) -> dict[str, Actor]:
    """Who each decision's id speaks with the rights of, at this moment: the person themselves, or as a delegate of
    another. Raises NotDelegated when a delegation was taken back, NotPermitted when a person is gone.
    """
    found: dict[str, Actor] = {}
    people = await actions.people(connection, action.tenant, [decision.person for decision in action.decisions])
    for decision in action.decisions:
        if decision.person not in people:
            raise NotPermitted("Someone who decided is not a person of this firm any more.")
        found[decision.id] = await _speaks_as(connection, people[decision.person], action, decision)
    return found


async def _speaks_as(connection: Connection, person: Actor, action: Action, decision: Decision) -> Actor:
    if decision.on_behalf_of is None:
        return person
    at = decision.decided_at
    return (await _standing(connection, person.person, action, decision.on_behalf_of, at)).stood_in_by(person)


async def _standing(
    connection: Connection, person: str, action: Action, on_behalf_of: str, at: datetime | None
) -> Absent:
    found = await delegations.covering(connection, person, delegator=on_behalf_of, action_type=action.type, at=at)
    delegator = (await actions.people(connection, action.tenant, [on_behalf_of])).get(on_behalf_of)
    if not found or delegator is None:
        raise NotDelegated
    return Absent(delegator, found[0])


async def offered(connection: Connection, policies: Policies, actor: Actor, action: Action) -> tuple[Absent, ...]:
    """In whose place this person may take the step that waits now."""
    found: dict[str, Absent] = {}
    for one in await delegations.covering(connection, actor.person, action_type=action.type):
        person = (await actions.people(connection, action.tenant, [one.delegator])).get(one.delegator)
        if person is not None:
            found.setdefault(one.delegator, Absent(person, one))
    return tuple(who for who in found.values() if objection(policies, who, actor, action) is None)


def _check_dates(from_at: datetime, until_at: datetime) -> None:
    if until_at <= from_at:
        raise InvalidInput("A delegation ends after it begins.")
    if (until_at - from_at).days > LONGEST_DAYS:
        raise InvalidInput("A delegation lasts a year at most.")


def _check_limit(delegator: Actor, limit: Money | None) -> None:
    own = delegator.approval_limit
    if limit is None:
        return
    if own is None or limit.currency != own.currency or limit.amount > own.amount:
        raise InvalidInput(f"The limit is above your own, which is {own or 'none'}.")
