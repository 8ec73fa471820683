"""Your monitors: what the agent does for you without being asked, and the digests that it wrote."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from agent.monitors import NEEDS, Kind
from api.access import Session, ThreadUser
from api.render import page
from api.routes.monitors import switched
from api.services import Wired
from store import monitors

router = APIRouter(prefix="/monitors")
TEXTS: dict[Kind, tuple[str, str]] = {
    "remedies": (
        "Propose what clears a finding",
        "As soon as all that a change needs is known (a purchase order number that procurement reports, say), it is "
        "proposed in your name. People decide on it as on any proposal. What is under way is not proposed twice, and "
        "what was turned down only once its facts have changed.",
    ),
    "digest": (
        "Write a digest each morning",
        "What waits for your decision and why, what your monitors proposed, whose readiness changed, and where "
        "delivery is at risk.",
    ),
}


@router.get("")
async def show(request: Request, wired: Wired, actor: ThreadUser) -> Response:
    """The page."""
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        found = {monitor.kind: monitor for monitor in await monitors.of_person(connection, actor.person)}
        digests = await monitors.digests(connection, actor.person, limit=10)
    may = {kind: all(policies.authorize(actor, one).allowed for one in needs) for kind, needs in NEEDS.items()}
    return page(request, "monitors.html", texts=TEXTS, found=found, digests=digests, permitted=may)


@router.post("/{kind}")
async def change(wired: Wired, _: ThreadUser, session: Session, kind: Kind, on: Annotated[bool, Form()]) -> Response:
    """Switch one on or off."""
    await switched(wired, session, kind, on=on)
    return RedirectResponse("/monitors", 303)
