"""What people ask of the audit log: which entries, and whether all of it is what was signed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

from api.services import Services
from domain.actor import Actor, Operation
from domain.errors import InvalidInput, NotFound
from store.audit import Sought
from store.note import verifying_key
from store.verification import Verification, verify

NAMED = {"action": Operation.ACTION_READ, "document": Operation.DOCUMENT_READ, "person": Operation.AUDIT_READ}


async def checked(services: Services, actor: Actor) -> Verification:
    """The whole log recomputed. Raises NotFound where this process has no key, ConfigurationError before any seal."""
    if services.seal is None:
        raise NotFound("This installation does not check the log on pages; use `countersign audit verify`.")
    key = verifying_key(services.seal.keys)
    async with services.checks:
        return await verify(services.database, actor.tenant, key, services.seal.copies, services.seal.receipts)


async def named(services: Services, actor: Actor) -> list[str]:
    """The kinds of subjects whose names the actor may know."""
    policies = await services.policies(actor.tenant)
    permitted = policies.permitted(actor, NAMED.values())
    return [kind for kind, operation in NAMED.items() if operation in permitted]


def asked(
    event: Annotated[str, Query(max_length=80)] = "",
    person: Annotated[str, Query(max_length=80)] = "",
    text: Annotated[str, Query(max_length=100)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
) -> Sought:
    """Which entries an address asks for. Raises InvalidInput for a day that is none; a form sends none as empty."""
    return Sought(event.strip(), person.strip(), text.strip(), _day(since), _day(until))


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as error:
        raise InvalidInput("Write days like 2026-11-23.") from error
