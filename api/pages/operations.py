"""Operations: where money and days go, with trend, records, likely causes and what is beyond the firm's thresholds."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from api.access import ActionReader, ReadinessReader
from api.billing import Fresh, mirror_of, surveyed
from api.operations import TITLES, agents_work
from api.render import fragment, page
from api.routes.operations import Narrow, Part
from api.services import Services, Wired
from domain.actor import Actor, Operation
from policies.numbering import numbering
from policies.operations.watched import watched
from tools.watching import Name, alert, held_back, says

router = APIRouter(prefix="/operations")
PAGE = 25


class Shown(Part):
    """Which records of a measure, and which page of them."""

    cause: str = Field(default="", max_length=200)
    over: bool = False
    page: int = Field(default=1, ge=1, le=100_000)


@router.get("")
async def overview(request: Request, wired: Wired, actor: ReadinessReader, part: Narrow) -> Response:
    """All measures, each with its trend and its worst records."""
    firm = mirror_of(wired, actor)
    found = await surveyed(wired, actor, **part.model_dump())
    reads_actions = (await wired.policies(actor.tenant)).authorize(actor, Operation.ACTION_READ).allowed
    return page(
        request,
        "operations.html",
        **_frame(part),
        found=found,
        fresh=Fresh(found.read_at, found.warnings),
        held=await held_back(firm, wired.today, **part.model_dump()),
        work=await agents_work(wired, actor) if reads_actions else None,
    )


@router.get("/agent")
async def agent(request: Request, wired: Wired, actor: ActionReader) -> Response:
    """What the agent proposed, what became of it, how long people took, what it cost."""
    return page(request, "agent_work.html", work=await agents_work(wired, actor), titles=TITLES)


@router.get("/beyond")
async def beyond(request: Request, wired: Wired, actor: ReadinessReader) -> Response:
    """How many records are beyond which threshold, as a part of home: counting may take longer than home should."""
    found = await surveyed(wired, actor)
    over = [one for one in found.measures if one.over]
    return HTMLResponse(fragment(request, "beyond.html", over=over, watched=watched(), alert=alert))


@router.get("/{name}")
async def measure(
    request: Request, wired: Wired, actor: ReadinessReader, name: Name, shown: Annotated[Shown, Query()]
) -> Response:
    """One measure with all its records."""
    return await _measure(request, wired, actor, name, shown)


async def _measure(request: Request, wired: Services, actor: Actor, name: Name, shown: Shown) -> Response:
    part = Part.model_validate(shown.model_dump())
    found = await surveyed(wired, actor, **part.model_dump())
    whole = found.named(name)
    kept = [m for m in whole.matters if shown.cause in ("", m.cause) and (m.over or not shown.over)]
    start = (shown.page - 1) * PAGE
    return page(
        request,
        "operation.html",
        **_frame(shown),
        fresh=Fresh(found.read_at, found.warnings),
        measure=whole,
        matters=kept[start : start + PAGE],
        total=len(kept),
        pages=max(1, -(-len(kept) // PAGE)),
        practices_of=whole.by(lambda m: m.practice),
        regions_of=whole.by(lambda m: m.region),
        causes=whole.by(lambda m: m.cause),
    )


def _frame(shown: Part) -> dict[str, Any]:
    """What both pages say of a measure, and how their links are made."""
    rule = numbering()
    return {
        "shown": shown,
        "watched": watched(),
        "alert": alert,
        "says": says,
        "practices": {code: one.name for code, one in rule.practices.items()},
        "regions": {code: one.name for code, one in rule.regions.items()},
        "link": partial(_link, shown),
    }


def _link(shown: Part, **changes: object) -> str:
    values = {**shown.model_dump(exclude_defaults=True), **changes}
    kept = {key: value for key, value in values.items() if value not in ("", None, False)}
    return f"?{urlencode(kept)}" if kept else ""
