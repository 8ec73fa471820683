"""How long work takes to become an invoice, by practice, customer, region, project or month, and where the days go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.records import Project, TimeEntry
from erp.mirror import Mirror
from policies.time_to_bill import STAGES, Summary, ordered
from store import mirror
from store.database import Connection
from store.passed import Stretch
from tools import evaluating, passing
from tools.cells import project_href
from tools.directory import narrowed, project_of
from tools.tool import Tool, ToolContext, ToolResult

GroupBy = Literal["practice", "customer", "region", "project", "month"]
MONTHS = 6
NOBODY = "not assigned"


class TimeToBill(BaseModel):
    """How to group, what to keep, and how far back the work lies."""

    model_config = ConfigDict(extra="forbid")

    group_by: GroupBy = "practice"
    practice: str | None = Field(None, max_length=20, description="Practice code, such as CLD")
    region: str | None = Field(None, max_length=20, description="Region code, such as UKI")
    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")
    project: str | None = Field(None, max_length=120, description="Project code or handle")
    months: int = Field(MONTHS, ge=1, le=36, description="Work of so many months back")
    since: date | None = Field(None, description="Work from this day on, instead of months back")
    until: date | None = Field(None, description="Work up to this day")


@dataclass(frozen=True)
class Durations:
    """The answer: groups, all of it together, and from and until when the work was done. `records`: of each group's
    oldest open entry, by its id, the entry and its project.
    """

    group_by: GroupBy
    since: date
    until: date | None
    as_of: str
    groups: tuple[Summary, ...]
    whole: Summary | None
    records: Mapping[str, tuple[TimeEntry, Project]]


async def durations(firm: Mirror, wanted: TimeToBill, today: date) -> Durations:
    """Every billable hour of the projects wanted, by group. Raises NotFound for a customer or project that is none."""
    state = await evaluating.up_to_date(firm, today)
    await passing.keep_up(firm.database, firm.tenant, today)
    projects = await _projects(firm, wanted)
    since, until = wanted.since or _back(today, wanted.months), min(wanted.until or today, today)
    async with firm.database.tenant(firm.tenant) as connection:
        tallies = await passing.tallies(connection, wanted.group_by, Stretch(since, until, today), projects)
        found = ordered({key or NOBODY: tally for key, tally in tallies.items()})
        whole = passing.together(tallies.values())
        records = await _oldest(connection, [one.oldest.entry for one in found if one.oldest])
    told = whole.summary("") if found else None
    return Durations(wanted.group_by, since, wanted.until, state.read_at.isoformat(), found, told, records)


async def _projects(firm: Mirror, wanted: TimeToBill) -> list[str] | None:
    """The ERP's ids of the projects wanted, None for all."""
    if not (wanted.project or wanted.customer or wanted.practice or wanted.region):
        return None
    masters = await firm.masters()
    if wanted.project:
        return [project_of(masters, wanted.project).id]
    found = narrowed(masters, customer=wanted.customer, practice=wanted.practice, region=wanted.region)
    return [project.id for project in found]


async def _oldest(connection: Connection, entries: Sequence[str]) -> dict[str, tuple[TimeEntry, Project]]:
    time: Sequence[TimeEntry] = await mirror.chosen(connection, "time", entries)
    projects = await mirror.chosen(connection, "project", {entry.project_id for entry in time})
    by_id: dict[str, Project] = {project.id: project for project in projects}
    return {entry.id: (entry, by_id[entry.project_id]) for entry in time}


def _back(today: date, months: int) -> date:
    first = today.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


async def _time_to_bill(context: ToolContext, wanted: TimeToBill) -> ToolResult:
    found = await durations(context.firm, wanted, context.today)
    return ToolResult(answered(found), (table(found),))


def answered(found: Durations, *, named: bool = False) -> dict[str, Any]:
    """The answer as JSON. A customer's name is text of the ERP, which a model does not see unless it is `named`."""
    shown = named or found.group_by != "customer"
    return {
        "group_by": found.group_by,
        "since": found.since.isoformat(),
        "until": found.until.isoformat() if found.until else None,
        "groups": [{**({found.group_by: one.key} if shown else {}), **_group(one)} for one in found.groups],
        "whole": _group(found.whole) if found.whole else None,
        "as_of": found.as_of,
    }


def _group(one: Summary) -> dict[str, Any]:
    return {
        "billed_hours": _plain(one.billed_hours),
        "days_to_bill": _plain(one.days_to_bill),
        "days_by_stage": {stage: _plain(days) for stage, days in one.stages.items()},
        "open_hours": _plain(one.open_hours),
        "open_age_days": _plain(one.open_age),
        "open_days_by_stage": {stage: _plain(days) for stage, days in one.open_stages.items()},
    }


def table(found: Durations) -> Table:
    """A line a group: how long billed work took, and how old the open work is, each with where the days went."""
    columns = (
        found.group_by.capitalize(), "Hours billed", "Days to bill", "Of these", "Hours open", "Days so far", "Of these"
    )  # fmt: skip
    rows = [_row(found, one, _cell(found, one)) for one in found.groups]
    if found.whole and len(found.groups) > 1:
        rows.append(_row(found, found.whole, Cell("All")))
    ended = f" until {found.until.isoformat()}" if found.until else ""
    note = f"Work since {found.since.isoformat()}{ended}; days are means weighted by hours."
    return Table("Time to bill", columns, tuple(rows), (1, 2, 4, 5), note if rows else "No billable time fits.")


def _cell(found: Durations, one: Summary) -> Cell:
    if found.group_by in ("practice", "region") and one.key != NOBODY:
        return Cell(one.key, f"/readiness?{found.group_by}={one.key}")
    return Cell(one.key, project_href(one.key) if found.group_by == "project" else "")


def _row(found: Durations, one: Summary, name: Cell) -> tuple[Cell, ...]:
    oldest = found.records.get(one.oldest.entry) if one.oldest else None
    sources = tuple(record.source for record in oldest or ())
    return (
        name,
        Cell(_plain(one.billed_hours)),
        Cell(_plain(one.days_to_bill) or "–"),
        Cell(stages(one.stages)),
        Cell(_plain(one.open_hours), sources=sources),
        Cell(_plain(one.open_age) or "–", sources=sources),
        Cell(stages(one.open_stages)),
    )


def stages(days: Mapping[str, Decimal]) -> str:
    """Where the days went, in words."""
    return ", ".join(f"{STAGES[stage].lower()} {_plain(count)}" for stage, count in days.items())


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


TIME_TO_BILL = Tool(
    name="time_to_bill",
    description="Days from work done to invoice and where they go, by practice, customer, region, project or month.",
    operation=Operation.READINESS_READ,
    arguments=TimeToBill,
    run=_time_to_bill,
)
