"""Delegation: one person decides in another's place, for a time, and never with more than that other's rights.

It passes on what its maker holds themselves and nothing that was passed to them; both people count as having decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from actions.catalogue import known
from actions.spoken import person_now, text_of
from domain.actor import Actor, Operation
from domain.errors import InvalidInput, NotFound, WrongState
from domain.money import Money
from policies.engine import Policies
from store import actions, audit, delegations
from store.database import Connection, Database
from store.delegations import Delegation

WHY = "Say why, so that whoever looks at a decision later understands it."
LONGEST_DAYS = 366


async def delegate(
    database: Database,
    policies: Policies,
    actor: Actor,
    to: str,
    *,
    from_at: datetime,
    until_at: datetime,
    types: Sequence[str] = (),
    limit: Decimal | None = None,
    reason: str,
) -> Delegation:
    """Let another person of the firm decide in the actor's place; `limit` is in the currency of the actor's own.

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
        other = await _reviewer(connection, policies, actor.tenant, to)
        made = await delegations.add(
            connection,
            delegator,
            other,
            from_at=from_at,
            until_at=until_at,
            types=sorted(set(types)),
            limit=_within_own(delegator, limit),
            reason=reason,
        )
        facts = {"delegate": to, "from": from_at, "until": until_at, "types": made.types, "limit": made.approval_limit}
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


def _check_dates(from_at: datetime, until_at: datetime) -> None:
    if until_at <= from_at:
        raise InvalidInput("A delegation ends after it begins.")
    if (until_at - from_at).days > LONGEST_DAYS:
        raise InvalidInput("A delegation lasts a year at most.")


async def _reviewer(connection: Connection, policies: Policies, tenant: str, person: str) -> Actor:
    found = (await actions.people(connection, tenant, [person])).get(person)
    if found is None or not policies.authorize(found, Operation.ACTION_READ).allowed:
        raise NotFound("There is no such person in your firm who may look at proposals.")
    return found


def _within_own(delegator: Actor, limit: Decimal | None) -> Money | None:
    own = delegator.approval_limit
    if limit is None:
        return None
    if own is None or limit > own.amount:
        raise InvalidInput(f"The limit is above your own, which is {own or 'none'}.")
    return Money(limit, own.currency)
