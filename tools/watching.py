"""What a firm watches of its billing, from the mirror and the kept answers: as people ask for it, and for the agent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Chart, Series, Table
from domain.canonical import plain
from domain.facts import FactKind
from domain.money import Money
from domain.records import Firm, Project
from erp.mirror import Mirror
from policies.operations.matter import MONTHS, Group, Matter, Measure, months_to
from policies.operations.recorded import Month, Recorded, Unbilled
from policies.operations.survey import survey
from policies.operations.watched import watched
from policies.prerequisites.outside import Outside
from policies.prerequisites.portfolio import Dossier, head_of
from store import facts, held, outstanding, worked
from store.database import Connection
from store.sought import Sought
from tools import evaluating, knowledge
from tools.cells import money, project_href
from tools.tool import Tool, ToolContext, ToolResult

Name = Literal["unbilled", "activations", "changes", "utilisation", "invoices"]
SHOWN = 20


@dataclass(frozen=True)
class Surveyed:
    """All measures, and how fresh the facts are."""

    measures: tuple[Measure, ...]
    read_at: datetime
    warnings: tuple[str, ...]

    def named(self, name: str) -> Measure:
        """One of them."""
        return next(measure for measure in self.measures if measure.name == name)


async def surveyed(firm: Mirror, today: date, *, practice: str = "", region: str = "") -> Surveyed:
    """Everything that is watched, of the firm or a part of it. Raises ErpUnavailable where nothing was ever read."""
    await evaluating.up_to_date(firm, today)
    known = replace(await firm.masters(), invoices=await firm.invoices(Sought()))
    part = [p for p in known.projects if practice in ("", p.practice) and region in ("", p.region)]
    async with firm.database.tenant(firm.tenant) as connection:
        reasons = await held.reasons(connection)
        terms = await knowledge.terms_by_contract(connection, today)
        settings = await knowledge.settings_of(connection)
        reports = await facts.newest_of_kind(connection, FactKind.CHANGE_REQUEST)
        outside = replace(Outside.of(reports, settings.precedence), covered=await facts.covered(connection))
        recorded = await _recorded(connection, known, part, [head_of(report.subject) for report in reports], today)
    dossier = Dossier.of(known, outside, terms, settings)
    found = survey(dossier, today, recorded, reasons, practice=practice, region=region)
    return Surveyed(found, dossier.firm.fetched_at, dossier.firm.warnings)


async def _recorded(
    connection: Connection, firm: Firm, part: Sequence[Project], changing: Sequence[str], today: date
) -> Recorded:
    """The sums of recorded time; the latest work only of projects whose contract changes, or that are on hold."""
    contracts = {contract.id for contract in firm.contracts if contract.number in set(changing)}
    asked = [p.id for p in firm.projects if p.status == "on_hold" or contracts & set(p.contract_ids)]
    months = months_to(today, MONTHS + 1)
    people: dict[str, dict[str, Month]] = defaultdict(dict)
    for one in await worked.people(connection, date.fromisoformat(f"{months[0]}-01"), today.replace(day=1)):
        people[one.employee][one.month] = Month(one.hours, one.billable, one.project)
    ids = [project.id for project in part]
    return Recorded(
        people,
        await worked.last_days(connection, asked),
        tuple(
            Unbilled(w.project, w.hours - w.unpriced, w.entries, Money(w.amount, w.currency), w.since)
            for w in await outstanding.work(connection, projects=ids, approved=True)
            if w.amount
        ),
        tuple(await outstanding.work_by_month(connection, ids)),
    )


async def held_back(firm: Mirror, today: date, *, practice: str = "", region: str = "") -> Chart:
    """What was held back from day to day, since answers are kept; a series a currency."""
    async with firm.database.tenant(firm.tenant) as connection:
        found = await held.daily(connection, today, practice=practice, region=region)
    days = sorted({day for values in found.values() for day, _ in values})
    by_currency = {
        currency: dict(values) for (_, currency), values in sorted(found.items()) if any(v for _, v in values)
    }
    series = tuple(
        Series(currency, tuple(values.get(day, Decimal(0)) for day in days)) for currency, values in by_currency.items()
    )
    unit = next(iter(by_currency)) if len(by_currency) == 1 else "its own currency"
    labels = tuple(f"{day.day} {day:%b}" for day in days)
    return Chart("Held back from day to day", labels, series, unit if series else "", "line")


def answered(measure: Measure) -> dict[str, Any]:
    """A measure as JSON, for programs."""
    about = watched()[measure.name]
    return {
        "name": measure.name,
        "title": about.title,
        "owner": about.owner,
        "thresholds": dict(measure.limits),
        "alert": alert(measure),
        "count": len(measure.matters),
        "over": len(measure.over),
        "amounts": [money(amount) for amount in measure.amounts],
        "unknown": measure.unknown,
        "by_practice": [_group(one) for one in measure.by(lambda m: m.practice)],
        "by_region": [_group(one) for one in measure.by(lambda m: m.region)],
        "causes": [_group(one) for one in measure.by(lambda m: m.cause)],
        "trend": plain(measure.trend),
        "records": [_matter(one) for one in measure.matters],
    }


def alert(measure: Measure) -> str:
    """When a record is over the threshold, in words with the firm's own numbers."""
    return watched()[measure.name].alert.format(**measure.limits)


def says(measure: Measure) -> str:
    """What is watched, in a sentence."""
    return watched()[measure.name].says.format(**measure.limits)


def _group(one: Group) -> dict[str, Any]:
    return {"name": one.key, "count": one.count, "over": one.over, "amounts": [money(m) for m in one.amounts]}


def _matter(one: Matter) -> dict[str, Any]:
    found = {name: getattr(one, name) for name in ("key", "title", "detail", "cause", "project", "practice", "region")}
    found |= {"customer": one.customer, "since": plain(one.since), "days": one.days, "over": one.over}
    found |= {"amount": money(one.amount) if one.amount else None, "share": plain(one.share)}
    return found | {"sources": plain(one.sources)}


class Watch(BaseModel):
    """What to look at; of all practices and regions where none is named."""

    model_config = ConfigDict(extra="forbid")

    measure: Name
    practice: str | None = Field(None, max_length=20, description="Practice code, such as CLD")
    region: str | None = Field(None, max_length=20, description="Region code, such as UKI")


async def _watch(context: ToolContext, wanted: Watch) -> ToolResult:
    part = {"practice": wanted.practice or "", "region": wanted.region or ""}
    measure = (await surveyed(context.firm, context.today, **part)).named(wanted.measure)
    facts = {
        "measure": measure.name,
        "count": len(measure.matters),
        "over_threshold": len(measure.over),
        "thresholds": dict(measure.limits),
        "amounts": [money(amount) for amount in measure.amounts],
        "unknown": bool(measure.unknown),
    }
    charts = (measure.trend,) if measure.trend.series else ()
    return ToolResult(facts, (*charts, _table(measure)))


def _table(measure: Measure) -> Table:
    title = watched()[measure.name].title
    rows = tuple(_row(matter) for matter in measure.matters[:SHOWN])
    more = len(measure.matters) - SHOWN
    note = measure.unknown or (f"and {more} more" if more > 0 else "" if rows else "Nothing to look at.")
    return Table(title, ("What", "Likely cause", "Since", "Days", "Worth"), rows, (3, 4), note)


def _row(one: Matter) -> tuple[Cell, ...]:
    worth: Any = money(one.amount) if one.amount else None if one.share is None else f"{one.share}%"
    return (
        Cell(one.title, project_href(one.project) if one.project else "", one.sources[:1]),
        Cell(one.cause),
        Cell(one.since.isoformat() if one.since else None),
        Cell(one.days),
        Cell(worth, sources=one.sources),
    )


WATCH = Tool(
    name="watch_billing",
    description=(
        "What is watched: approved unbilled time, delayed activations, change requests awaiting approval, utilisation "
        "outliers or invoice exceptions, with trend, likely cause and what is over the firm's threshold."
    ),
    operation=Operation.READINESS_READ,
    arguments=Watch,
    run=_watch,
)
