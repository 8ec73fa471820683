"""Delegations: who decides in whose place, made and ended here."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field, field_validator

from actions import delegation
from actions.catalogue import TYPES
from api.access import DelegationEnder, DelegationReader, Delegator
from api.render import page
from api.services import Wired
from domain.actor import Operation
from domain.errors import InvalidInput
from store import delegations, people

router = APIRouter(prefix="/delegations")


class DelegationForm(BaseModel):
    """The form for a new delegation: whole days, in UTC."""

    delegate: str = Field(max_length=80)
    first: date
    last: date
    types: list[str] = Field(default_factory=list, max_length=50)
    limit: Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)] | None = None
    reason: str = Field("", max_length=2000)

    @field_validator("limit", mode="before")
    @classmethod
    def _none_when_empty(cls, text: object) -> object:
        return None if text == "" else text


@router.get("")
async def show(request: Request, wired: Wired, actor: DelegationReader) -> Response:
    """The firm's delegations and, for whoever may, the form for a new one."""
    async with wired.database.tenant(actor.tenant) as connection:
        found = await delegations.listing(connection)
        everyone = await people.everyone(connection)
    policies = await wired.policies(actor.tenant)
    readers = [
        person
        for person in everyone
        if person.id != actor.person
        and person.active
        and policies.authorize(person.actor(), Operation.ACTION_READ).allowed
    ]
    return page(
        request,
        "delegations.html",
        found=found,
        readers=readers,
        kinds=[TYPES[name] for name in sorted(TYPES)],
        own=actor,
        today=wired.today,
        later=wired.today + timedelta(days=14),
        administers=policies.authorize(actor, Operation.PEOPLE_ADMINISTER).allowed,
    )


@router.post("")
async def make(wired: Wired, actor: Delegator, wanted: Annotated[DelegationForm, Form()]) -> Response:
    """Let another person decide in one's place."""
    if wanted.last < wanted.first:
        raise InvalidInput("A delegation ends after it begins.")
    policies = await wired.policies(actor.tenant)
    await delegation.delegate(
        wired.database,
        policies,
        actor,
        wanted.delegate,
        from_at=datetime.combine(wanted.first, time.min, UTC),
        until_at=datetime.combine(wanted.last, time.max, UTC),
        types=wanted.types,
        limit=wanted.limit,
        reason=wanted.reason,
    )
    return RedirectResponse("/delegations", 303)


@router.post("/{delegation_id}/end")
async def end(wired: Wired, actor: DelegationEnder, delegation_id: str) -> Response:
    """End a delegation now."""
    policies = await wired.policies(actor.tenant)
    await delegation.end(wired.database, policies, actor, delegation_id)
    return RedirectResponse("/delegations", 303)
