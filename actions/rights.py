"""Roles and limits are changed by an action: an administrator proposes it of somebody else, and a third approves.

Otherwise whoever administers people could make themselves, or a friend, the approver of everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from actions.house import House
from actions.proposals import propose
from actions.rights_deed import SET_RIGHTS
from actions.spoken import text_of
from domain.actions import Action, Intent
from domain.actor import Actor, Operation
from domain.errors import NotFound
from policies.engine import Policies
from store import rights
from store.database import Database


async def propose_rights(
    database: Database,
    policies: Policies,
    actor: Actor,
    person: str,
    *,
    roles: Sequence[str],
    limit: Decimal | None,
    reason: str,
    now: datetime,
) -> Action:
    """Propose that a person has these roles and this limit (in the firm's base currency; None: no limit of their own).

    Raises NotPermitted (also of yourself), NotFound, InvalidInput (no reason, a role that is none), Conflict (it is so
    already).
    """
    reason = text_of(reason, needed="Say why: whoever approves it reads it.")
    try:
        key = str(UUID(person))
    except ValueError:
        raise NotFound from None
    policies.require(actor, Operation.PEOPLE_ADMINISTER)
    async with database.tenant(actor.tenant) as connection:
        before = await rights.of(connection, key)
    said = f"{before.base_currency} {limit:,.2f}" if limit is not None else "no limit"
    named = ", ".join(role.replace("_", " ") for role in roles) or "no role"
    intent = Intent(
        SET_RIGHTS,
        {"person_id": key, "roles": list(roles), "approval_limit": "" if limit is None else f"{limit:.2f}"},
        f"{before.name}: {named}, {said}",
        reasons=(f"{actor.name} says: {reason}",),
    )
    return await propose(database, House(database, actor.tenant), policies, actor, intent, now=now)
