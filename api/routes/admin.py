"""People and their access, and the sources that answers rest on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from pydantic import Base64Bytes, BaseModel, Field

from actions.access import set_access
from actions.rights import propose_rights
from api.access import PeopleAdministrator, PersonBlocker
from api.administration import sources
from api.look import checked, keep
from api.services import Wired
from domain.actor import Role
from domain.canonical import plain
from store import look, people

router = APIRouter(tags=["administration"])
Json = dict[str, Any]


class Access(BaseModel):
    """Whether a person may come in, and why that changes."""

    active: bool
    reason: str = Field(min_length=1, max_length=2000)


@router.get("/people")
async def listing(wired: Wired, actor: PeopleAdministrator) -> list[Json]:
    """Everyone of the firm with roles, limit, access, last sign-in and tokens in force."""
    async with wired.database.tenant(actor.tenant) as connection:
        return [plain(one) for one in await people.members(connection)]


@router.post("/people/{person_id}/access")
async def access(wired: Wired, actor: PersonBlocker, person_id: str, wanted: Access) -> Json:
    """Block a person, or let them in again."""
    policies = await wired.policies(actor.tenant)
    await set_access(wired.database, policies, actor, person_id, active=wanted.active, reason=wanted.reason)
    return {"person": person_id, "active": wanted.active}


class Rights(BaseModel):
    """The roles and the approval limit (in the firm's base currency, null: none) that a person shall have, and why."""

    roles: list[Role]
    limit: Decimal | None = Field(default=None, ge=0, max_digits=18, decimal_places=2)
    reason: str = Field(min_length=1, max_length=2000)


@router.post("/people/{person_id}/rights", status_code=201)
async def rights(wired: Wired, actor: PersonBlocker, person_id: str, wanted: Rights) -> Json:
    """Propose what a person may; an approver countersigns it."""
    policies = await wired.policies(actor.tenant)
    return plain(
        await propose_rights(
            wired.database,
            policies,
            actor,
            person_id,
            roles=wanted.roles,
            limit=wanted.limit,
            reason=wanted.reason,
            now=wired.clock(),
        )
    )


@router.get("/sources")
async def freshness(wired: Wired, actor: PeopleAdministrator) -> Json:
    """How far the ERP has been read, what failed, and when which other system last reported."""
    found = await sources(wired, actor)
    return {
        "erp": {
            "system": found.system,
            "status": found.erp,
            "read_at": plain(found.state.read_at) if found.state else None,
            "whole_at": plain(found.state.whole_at) if found.state else None,
            "failed_since": plain(found.failing["failed_since"]) if found.failing else None,
            "failure": str(found.failing["failure"]) if found.failing else "",
            "writing": found.breaker.state,
            "records": {one.kind: one.records for one in found.kept},
        },
        "reports": [{**plain(one), "quiet": found.quiet(one)} for one in found.reporting],
    }


class Dress(BaseModel):
    """A firm's look: colours like "#23427c", a logo as base64 (absent: the one it has; empty: none)."""

    name: str = Field("", max_length=60)
    accent: str = Field(max_length=20)
    accent_dark: str = Field(max_length=20)
    logo: Base64Bytes | None = Field(None, max_length=200_000)


@router.get("/look")
async def look_now(wired: Wired, actor: PeopleAdministrator) -> Json | None:
    """Your firm's look without its logo's bytes; null where it has Countersign's own."""
    async with wired.database.tenant(actor.tenant) as connection:
        found = await look.get(connection)
    return None if found is None else {**plain(replace(found, logo=None)), "has_logo": found.logo is not None}


@router.put("/look", status_code=204)
async def dress(wired: Wired, actor: PersonBlocker, wanted: Dress) -> None:
    """Set it. A colour that cannot be read (WCAG 2.2 AA) is refused with the nearest that can."""
    async with wired.database.tenant(actor.tenant) as connection:
        before = await look.get(connection)
    logo = wanted.logo if wanted.logo is not None else before and before.logo
    await keep(wired, actor, checked(wanted.name, wanted.accent, wanted.accent_dark, logo or None))


@router.delete("/look", status_code=204)
async def undress(wired: Wired, actor: PersonBlocker) -> None:
    """Go back to Countersign's own."""
    await keep(wired, actor, None)
