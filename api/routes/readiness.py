"""Whether projects can be billed: one, or all of them with a filter; now, or as it was answered on a past day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api import billing
from api.access import ReadinessReader
from api.billing import Fresh, Sum
from api.portfolio_export import Kind, export
from api.services import Wired
from domain.canonical import plain
from domain.findings import Readiness
from policies.delivery import delivery_risk
from policies.prerequisites.case import Case
from policies.prerequisites.next_steps import next_steps
from store.results import Held
from tools.evaluating import one_live

router = APIRouter(tags=["readiness"])
Json = dict[str, Any]
Month = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="Such as 2026-10")]
AsOf = Annotated[date | None, Query(description="The answer that stood at the end of this day (UTC)")]
Grouping = Literal["customer", "practice", "region", "month", "status", "reason"]
AT_MOST = 1000


class Part(BaseModel):
    """Which part of the portfolio, and as of when."""

    model_config = ConfigDict(extra="ignore")

    limit: int = Field(default=AT_MOST, ge=1, le=AT_MOST)
    offset: int = Field(default=0, ge=0)
    as_of: date | None = Field(default=None, description="The answers that stood at the end of this day (UTC)")


@router.get("/projects/{code}/readiness")
async def project(wired: Wired, actor: ReadinessReader, code: str, month: Month = None, as_of: AsOf = None) -> Json:
    """One project's findings, and its unbilled money split into ready and blocked. Where the ERP could not be read,
    `x-erp-warning` says so.
    """
    if as_of is not None:
        return held(await billing.past(wired, actor, code, month, as_of))
    _, readiness = await billing.one(wired, actor, code, month)
    return answered(readiness)


@router.get("/projects/{code}/readiness/history")
async def history(wired: Wired, actor: ReadinessReader, code: str, month: Month = None) -> list[Json]:
    """One project's answers one after the other, the present one first; `until` is null while one holds."""
    return [held(one) for one in await billing.history(wired, actor, code, month)]


@router.post("/projects/{code}/reading")
async def reread(wired: Wired, actor: ReadinessReader, code: str, month: Month = None) -> Json:
    """Read this project from the ERP now, and answer from that."""
    await billing.reread(wired, actor, code)
    _, readiness = await billing.one(wired, actor, code, month)
    return answered(readiness)


@router.get("/projects/{code}/next-steps")
async def next_ones(wired: Wired, actor: ReadinessReader, code: str, month: Month = None) -> list[Json]:
    """What to clear on one project: what frees most money, weighed by how long it has waited, first."""
    record, _, dossier = await one_live(billing.mirror_of(wired, actor), wired.today, code, month)
    steps = next_steps(record, dossier.facts(record), month, wired.today)
    return [plain(step) for step in steps]


@router.get("/projects/{code}/delivery-risk")
async def risk(wired: Wired, actor: ReadinessReader, code: str) -> Json:
    """Where one project's delivery is at risk, the worst sign first, with the records that each rests on."""
    record, _, dossier = await one_live(billing.mirror_of(wired, actor), wired.today, code, None)
    found = delivery_risk(Case(record, dossier.facts(record), None, wired.today))
    return {"project": record.code or record.id, "as_of": dossier.firm.fetched_at.isoformat(), **plain(found)}


@router.get("/portfolio/next-steps")
async def next_of_all(wired: Wired, actor: ReadinessReader, month: Month = None) -> list[Json]:
    """The first step of each project that holds money back, most urgent first within each currency; of a large firm,
    of the projects that hold back most.
    """
    return [
        {"project": project.code or project.id, "name": project.name, **plain(step)}
        for project, step in await billing.first_steps(wired, actor, month or "")
    ]


@router.get("/portfolio/readiness")
async def portfolio(
    wired: Wired,
    actor: ReadinessReader,
    response: Response,
    wanted: Annotated[billing.Wanted, Query()],
    part: Annotated[Part, Query()],
) -> list[Json]:
    """Every project's, narrowed and in pages; `x-total-count` says how many there are in all, `x-erp-warning` what is
    wrong with the facts.
    """
    if part.as_of is not None:
        known = await billing.past_answers(wired, actor, wanted, part.as_of)
        response.headers["x-total-count"] = str(len(known))
        return [held(one) for one in known[part.offset : part.offset + part.limit]]
    _, found = await billing.answers(wired, actor, wanted, limit=part.limit, offset=part.offset)
    response.headers["x-total-count"] = str(await billing.counted(wired, actor, wanted))
    return [answered(one) for one in found]


@router.get("/portfolio/readiness.{kind}", response_class=Response)
async def file(
    wired: Wired, actor: ReadinessReader, wanted: Annotated[billing.Wanted, Query()], kind: Kind
) -> Response:
    """The same for a spreadsheet: csv or xlsx."""
    return await export(wired, actor, wanted, kind)


@router.get("/portfolio/totals")
async def totals(
    wired: Wired, actor: ReadinessReader, wanted: Annotated[billing.Wanted, Query()], group: Grouping | None = None
) -> Json:
    """The money of a part of the portfolio by currency, and by customer, practice, region, month, status or reason."""
    found = await billing.portfolio(wired, actor, billing.Shown(**wanted.model_dump(), group=group or ""))
    return {
        **freshness(found.fresh),
        "count": found.total,
        "totals": [_sum(Sum.of(one)) for one in found.sums],
        "groups": [_sum(Sum.of(one)) for one in found.groups],
    }


def _sum(one: Sum) -> Json:
    amounts = {name: getattr(one, name) for name in ("unbilled", "ready", "blocked", "at_risk")}
    return plain({"label": one.label, "count": one.count, **amounts})


def freshness(fresh: Fresh) -> Json:
    """How fresh an answer is."""
    return {"read_at": fresh.read_at.isoformat(), "warnings": list(fresh.warnings)}


def answered(readiness: Readiness) -> Json:
    """A readiness as JSON, with the status that follows from its findings."""
    return {"status": readiness.status, **plain(readiness)}


def held(one: Held) -> Json:
    """An answer with the time for which it held."""
    return {**answered(one.readiness), "since": one.since.isoformat(), "until": one.until and one.until.isoformat()}
