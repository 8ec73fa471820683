"""Who may come in: an administrator shuts a person out at once, or lets them in again; never themselves."""

from __future__ import annotations

from uuid import UUID

from actions.spoken import person_now, text_of
from domain.actor import Actor, Operation
from domain.errors import Conflict, InvalidInput, NotFound
from policies.engine import Policies
from store import audit, people
from store.database import Database


async def set_access(
    database: Database, policies: Policies, actor: Actor, person: str, *, active: bool, reason: str
) -> None:
    """Block a person (their sessions and tokens end for good) or let them in again; an entry says who did and why.

    Raises NotPermitted, InvalidInput (yourself, or no reason), NotFound, Conflict (it is so already). As nobody blocks
    themselves, and both people are held meanwhile, one administrator always remains.
    """
    reason = text_of(reason, needed="Say why: the audit log keeps it.")
    try:
        key = str(UUID(person))
    except ValueError:
        raise NotFound from None
    if key == actor.person:
        raise InvalidInput("You cannot change your own access; ask another administrator.")
    async with database.tenant(actor.tenant) as connection:
        await people.hold(connection, key, actor.person)
        by = await person_now(connection, actor)
        policies.require(by, Operation.PEOPLE_ADMINISTER)
        if await people.get(connection, key) is None:
            raise NotFound
        if not await people.set_active(connection, key, active=active):
            raise Conflict("This person can sign in already." if active else "This person is blocked already.")
        event = "person.unblocked" if active else "person.blocked"
        await audit.append(connection, by, event, f"person:{key}", {"reason": reason})
