"""Delegations: who decides in whose place. Made by the one who will be away, ended by them or an administrator."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from actions import delegation
from api.access import DelegationEnder, DelegationReader, Delegator
from api.services import Wired
from domain.canonical import plain
from store import delegations

router = APIRouter(prefix="/delegations", tags=["delegations"])
Json = dict[str, Any]


class NewDelegation(BaseModel):
    """Who may decide in your place, when, on which types of action (none: all), and up to which amount of your own
    limit's currency (none: your limit).
    """

    delegate: str = Field(max_length=80, description="The person's id")
    from_at: AwareDatetime
    until_at: AwareDatetime
    types: list[str] = Field(default_factory=list, max_length=50)
    limit: Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)] | None = None
    reason: str = Field(min_length=1, max_length=2000)


@router.get("")
async def listing(wired: Wired, actor: DelegationReader) -> list[Json]:
    """The firm's delegations, those that last longest first."""
    async with wired.database.tenant(actor.tenant) as connection:
        return [plain(one) for one in await delegations.listing(connection)]


@router.post("", status_code=201)
async def make(wired: Wired, actor: Delegator, wanted: NewDelegation) -> Json:
    """Let another person decide in your place."""
    policies = await wired.policies(actor.tenant)
    made = await delegation.delegate(
        wired.database,
        policies,
        actor,
        wanted.delegate,
        from_at=wanted.from_at,
        until_at=wanted.until_at,
        types=wanted.types,
        limit=wanted.limit,
        reason=wanted.reason,
    )
    return plain(made)


@router.post("/{delegation_id}/end", status_code=201)
async def end(wired: Wired, actor: DelegationEnder, delegation_id: str) -> Json:
    """End a delegation now."""
    policies = await wired.policies(actor.tenant)
    return plain(await delegation.end(wired.database, policies, actor, delegation_id))
