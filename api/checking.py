"""Checks the actor's audit log against its signed checkpoints, as far as this process is told where they lie."""

from __future__ import annotations

from api.services import Services
from domain.actor import Actor
from domain.errors import NotFound
from store.note import verifying_key
from store.verification import Verification, verify


async def checked(services: Services, actor: Actor) -> Verification:
    """The whole log recomputed. Raises NotFound where this process has no key, ConfigurationError before any seal."""
    if services.seal is None:
        raise NotFound("This installation does not check the log on pages; use `countersign audit verify`.")
    key = verifying_key(services.seal.keys)
    async with services.checks:
        return await verify(services.database, actor.tenant, key, services.seal.copies, services.seal.receipts)
