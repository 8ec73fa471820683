"""A firm's billing readiness as pages and routes ask for it: kept answers of the portfolio, one project judged now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.services import Services
from domain.actor import Actor
from domain.errors import NotFound
from domain.findings import Readiness
from domain.money import Money
from domain.records import Project
from erp.held import warnings
from erp.mirror import Mirror
from policies.prerequisites.next_steps import NextStep, next_steps
from store import audit, mirror, results
from store.database import Connection
from store.held import Owned, owned
from store.mirror import State
from store.results import Held, Line, Total
from tools import evaluating, watching
from tools.evaluating import troubles
from tools.watching import Surveyed

__all__ = ["troubles"]
PAGE = 100
LOOKED_AT = 250  # projects for which next steps are worked out
Sort = Literal["status", "unbilled", "ready", "at_risk", "blocked", "name", "code", "customer"]
Group = Literal["", "customer", "practice", "region", "month", "status", "reason"]


class Wanted(BaseModel):
    """What to show of the portfolio; empty means all."""

    model_config = ConfigDict(extra="ignore")

    month: str = Field(default="", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$", description="Such as 2026-10")
    practice: str = Field(default="", max_length=20)
    region: str = Field(default="", max_length=20)
    customer: str = Field(default="", max_length=200)
    status: str = Field(default="", max_length=40)
    search: str = Field(default="", max_length=100, description="A part of a code, a name or a customer's name")

    @property
    def stored(self) -> results.Wanted:
        """The same in the store's terms."""
        return results.Wanted(self.month, self.practice, self.region, self.customer, self.status, self.search)


class Shown(Wanted):
    """How the portfolio is laid out."""

    sort: Sort = "status"
    group: Group = ""
    page: int = Field(default=1, ge=1, le=100_000)


@dataclass(frozen=True)
class Fresh:
    """How fresh an answer is: when the reading of the ERP began that it rests on, and what is wrong with it."""

    read_at: datetime
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, state: State) -> Fresh:
        """What the mirror says of itself."""
        return cls(state.read_at, warnings(state))


@dataclass(frozen=True)
class Portfolio:
    """A page of the portfolio, the money of all that is wanted, and what else could be asked for."""

    fresh: Fresh
    lines: Sequence[Line]
    total: int
    sums: Sequence[Total]
    groups: Sequence[Total]
    statuses: dict[str, int]
    customers: Sequence[str]
    practices: Sequence[str]
    regions: Sequence[str]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def mirror_of(services: Services, actor: Actor) -> Mirror:
    """The actor's firm's facts. Raises NotFound without an ERP."""
    return services.erp(actor).firm


async def surveyed(services: Services, actor: Actor, *, practice: str = "", region: str = "") -> Surveyed:
    """All that is watched, of the firm or a part of it. Raises NotFound without an ERP, ErpUnavailable."""
    firm, today = mirror_of(services, actor), services.today
    what = f"watched {practice!r} {region!r}"
    found, state = await services.remembered.of(
        firm, today, what, lambda: watching.surveyed(firm, today, practice=practice, region=region)
    )
    return replace(found, read_at=state.read_at, warnings=warnings(state))


async def portfolio(services: Services, actor: Actor, shown: Shown) -> Portfolio:
    """A page of the portfolio out of the kept answers. Raises NotFound without an ERP, ErpUnavailable."""
    return await laid_out(mirror_of(services, actor), services.today, shown)


async def laid_out(firm: Mirror, today: date, shown: Shown) -> Portfolio:
    """The same for a firm's facts, whoever asks."""
    state = await evaluating.up_to_date(firm, today, shown.month)
    months = await _months(firm, today) if shown.group == "month" and not shown.month else (shown.month,)
    wanted = shown.stored
    async with firm.database.tenant(firm.tenant) as connection:
        offset = (shown.page - 1) * PAGE
        lines, total = await results.listing(connection, wanted, sort=shown.sort, limit=PAGE, offset=offset)
        choices = await results.choices(connection, shown.month)
        return Portfolio(
            fresh=Fresh.of(state),
            lines=lines,
            total=total,
            sums=[one for one in await results.sums(connection, wanted) if one.unbilled],
            groups=await results.grouped(connection, wanted, shown.group, months=months) if shown.group else (),
            statuses=await results.statuses(connection, shown.month),
            customers=choices["customers"],
            practices=choices["practices"],
            regions=choices["regions"],
        )


async def _months(firm: Mirror, today: date) -> list[str]:
    """The months in which something unbilled lies, each with its answers at hand."""
    async with firm.database.tenant(firm.tenant) as connection:
        months = await results.unbilled_months(connection)
    for month in months:
        await evaluating.evaluate(firm.database, firm.tenant, today, month)
    return months


async def answers(
    services: Services, actor: Actor, wanted: Wanted, *, limit: int | None = None, offset: int = 0
) -> tuple[Fresh, list[Readiness]]:
    """The answers of a part of the portfolio in full."""
    state = await evaluating.up_to_date(mirror_of(services, actor), services.today, wanted.month)
    async with services.database.tenant(actor.tenant) as connection:
        found = await results.whole(connection, wanted.stored, limit=limit, offset=offset)
    as_of = state.read_at.isoformat()
    return Fresh.of(state), [replace(readiness, as_of=as_of) for readiness in found]


async def one(services: Services, actor: Actor, code: str, month: str | None) -> tuple[Project, Readiness]:
    """One project by its code, or by its ERP id where it has no code. Raises NotFound."""
    project, readiness, _ = await evaluating.one_live(mirror_of(services, actor), services.today, code, month)
    return project, readiness


async def to_clear(services: Services, actor: Actor, owners: Sequence[str], *, limit: int) -> tuple[Fresh, list[Owned]]:
    """What these owners have to clear before bills can go out, the most expensive first.

    Raises NotFound without an ERP, ErpUnavailable.
    """
    state = await evaluating.up_to_date(mirror_of(services, actor), services.today, "")
    async with services.database.tenant(actor.tenant) as connection:
        return Fresh.of(state), await owned(connection, owners, limit=limit)


async def reread(services: Services, actor: Actor, code: str) -> Fresh:
    """Read one project from the ERP now, whatever the mirror holds of it. Raises NotFound, ErpUnavailable."""
    found = mirror_of(services, actor)
    await found.current()
    async with services.database.tenant(actor.tenant) as connection:
        project = await evaluating.named(connection, code)
        await audit.append(connection, actor, "project.reread", f"project:{project.id}")
    await found.reread(project.id)
    return Fresh(services.clock())


async def past(services: Services, actor: Actor, code: str, month: str | None, day: date) -> Held:
    """A project's answer as it was at the end of a day (UTC). Raises NotFound where none was kept."""
    at = datetime.combine(day + timedelta(days=1), time(), UTC)
    async with services.database.tenant(actor.tenant) as connection:
        held = await results.one_at(connection, await _id(connection, code), month or "", at)
        first = await results.first(connection)
    if held is None:
        since = f"Answers are kept since {first:%Y-%m-%d}." if first else "No answers are kept yet."
        raise NotFound(f"There is no answer for {code} as of {day}. {since}")
    return held


async def past_answers(services: Services, actor: Actor, wanted: Wanted, day: date) -> list[Held]:
    """What was answered of a part of the portfolio at the end of a day (UTC)."""
    at = datetime.combine(day + timedelta(days=1), time(), UTC)
    async with services.database.tenant(actor.tenant) as connection:
        known = await results.whole_at(connection, wanted.month, at)
    return [held for held in known if _fits(held.readiness, wanted)]


def _fits(found: Readiness, wanted: Wanted) -> bool:
    asked = ((getattr(wanted, name), getattr(found, name)) for name in ("practice", "region", "customer", "status"))
    text = " ".join(filter(None, (found.project_code, found.project_name, found.customer)))
    return all(not want or want == has for want, has in asked) and wanted.search.casefold() in text.casefold()


async def history(services: Services, actor: Actor, code: str, month: str | None) -> list[Held]:
    """A project's answers one after the other, the present one first. Raises NotFound."""
    await evaluating.up_to_date(mirror_of(services, actor), services.today, month or "")
    async with services.database.tenant(actor.tenant) as connection:
        return await results.history(connection, await _id(connection, code), month or "")


async def _id(connection: Connection, code: str) -> str:
    return await results.of_code(connection, code) or code


@dataclass(frozen=True)
class Sum:
    """Money in one currency; currencies are never added up."""

    currency: str
    unbilled: Money
    ready: Money
    blocked: Money
    at_risk: Money
    label: str | None = None
    count: int = 0

    @classmethod
    def of(cls, total: Total) -> Sum:
        """A stored total as money."""
        parts = (total.unbilled, total.ready, total.blocked, total.at_risk)
        amounts = (Money(amount, total.currency) for amount in parts)
        return cls(total.currency, *amounts, label=total.label, count=total.count)


async def first_steps(services: Services, actor: Actor, month: str) -> list[tuple[Project, NextStep]]:
    """What to clear first on each of the projects that hold back most, ordered by money and days in each currency."""
    firm = mirror_of(services, actor)
    await evaluating.up_to_date(firm, services.today, month)
    async with services.database.tenant(actor.tenant) as connection:
        lines, _ = await results.listing(connection, results.Wanted(month), sort="blocked", limit=LOOKED_AT)
        held = [line.project for line in lines if line.blocked]
        projects: Sequence[Project] = await mirror.chosen(connection, "project", held)
    around = await evaluating.dossier_of(firm, services.today, *projects)
    firsts = [(p, next_steps(p, around.facts(p), month or None, services.today)[:1]) for p in projects]
    best = [(project, step) for project, steps in firsts for step in steps]
    return sorted(best, key=lambda one: (one[1].frees.currency, *(-part for part in one[1].weight), one[0].id))


async def counted(services: Services, actor: Actor, wanted: Wanted) -> int:
    """How many projects this part of the portfolio has."""
    async with services.database.tenant(actor.tenant) as connection:
        return sum(total.count for total in await results.sums(connection, wanted.stored))
