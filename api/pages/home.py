"""Home: what waits for this person, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api import billing
from api.access import Session
from api.billing import Shown, Sum
from api.pages.actions import decidable
from api.pages.documents import open_terms
from api.render import page
from api.services import Services, Wired
from domain.actions import Action, ActionState
from domain.actor import Actor, Operation
from domain.errors import ErpError, NotFound
from store import actions, documents
from store.documents import DocumentRow
from store.results import Line

router = APIRouter()
NOON, EVENING = 12, 18


@dataclass
class Money:
    """What the firm's unbilled work is worth, as far as the ERP can be asked."""

    sums: list[Sum] = field(default_factory=list[Sum])
    worst: list[Line] = field(default_factory=list[Line])
    erp_down: bool = False


@router.get("/")
async def show(request: Request, wired: Wired, session: Session) -> Response:
    """Only what this person may see is asked for."""
    actor = session.actor
    policies = await wired.policies(actor.tenant)
    waiting, recent = await _proposals(wired, actor)
    money = await _money(wired, actor)
    return page(
        request,
        "home.html",
        greeting=_greeting(wired.clock().hour),
        today=wired.today,
        mine=[
            place.action
            for place in policies.queue(waiting, now=wired.clock())
            if decidable(policies, actor, place.action)
        ],
        recent=recent,
        sums=money.sums,
        worst=money.worst,
        erp_down=money.erp_down,
        unread=await _unread(wired, actor),
    )


def _greeting(hour: int) -> str:
    return "Good morning" if hour < NOON else "Good afternoon" if hour < EVENING else "Good evening"


async def _may(wired: Services, actor: Actor, operation: Operation) -> bool:
    return (await wired.policies(actor.tenant)).authorize(actor, operation).allowed


async def _proposals(wired: Services, actor: Actor) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
    if not await _may(wired, actor, Operation.ACTION_READ):
        return (), ()
    async with wired.database.tenant(actor.tenant) as connection:
        waiting = await actions.listing(connection, [ActionState.AWAITING_APPROVAL])
        return waiting, await actions.listing(connection, limit=6)


async def _money(wired: Services, actor: Actor) -> Money:
    if not await _may(wired, actor, Operation.READINESS_READ):
        return Money()
    try:
        found = await billing.portfolio(wired, actor, Shown(sort="blocked"))
    except (ErpError, NotFound):
        return Money(erp_down=True)
    return Money([Sum.of(total) for total in found.sums], [line for line in found.lines if line.blocked][:5])


async def _unread(wired: Services, actor: Actor) -> list[tuple[DocumentRow, int]]:
    if not await _may(wired, actor, Operation.TERM_CONFIRM):
        return []
    async with wired.database.tenant(actor.tenant) as connection:
        rows = await documents.listing(connection, limit=20)
        found = await documents.terms(connection, *(row.id for row in rows))
    left = [(row, open_terms([term for term in found if term.document == row.id])) for row in rows]
    return [(row, count) for row, count in left if count][:5]
