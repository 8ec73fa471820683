"""How long work takes to become an invoice, by practice, customer, region, project or month, and where the days go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.records import Customer, Firm, Project
from erp.mirror import Mirror
from policies.time_to_bill import STAGES, Passage, Summary, Tally, ordered, passages
from store import results
from tools import evaluating
from tools.cells import project_href, project_key
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
    """The answer: groups, all of it together, and from and until when the work was done."""

    group_by: GroupBy
    since: date
    until: date | None
    as_of: str
    groups: tuple[Summary, ...]
    whole: Summary | None


async def durations(firm: Mirror, wanted: TimeToBill, today: date) -> Durations:
    """Every billable hour of the projects wanted, by group. Raises NotFound for a customer or project that is none.

    A few projects are read at once: what is held at a time does not grow with the firm.
    """
    state = await evaluating.up_to_date(firm, today)
    masters = await firm.masters()
    projects, since = _projects(masters, wanted), wanted.since or _back(today, wanted.months)
    customers = {customer.id: customer for customer in masters.customers}
    groups: dict[str, Tally] = defaultdict(Tally)
    whole = Tally()
    for start in range(0, len(projects), evaluating.AT_ONCE):
        part = projects[start : start + evaluating.AT_ONCE]
        async with firm.database.tenant(firm.tenant) as connection:
            dossier = await evaluating.around(connection, state, part)
            held = await results.held(connection, [project.id for project in part])
        for project in part:
            every = passages(project, dossier.facts(project), held=project.id in held, since=since, today=today)
            for one in every:
                if wanted.until is None or one.entry.date <= wanted.until:
                    groups[_key(customers, one, wanted.group_by)].add(one)
                    whole.add(one)
    found = ordered(groups)
    return Durations(
        wanted.group_by, since, wanted.until, state.read_at.isoformat(), found, whole.summary("") if found else None
    )


def _projects(firm: Firm, wanted: TimeToBill) -> tuple[Project, ...]:
    if wanted.project:
        return (project_of(firm, wanted.project),)
    return narrowed(firm, customer=wanted.customer, practice=wanted.practice, region=wanted.region)


def _back(today: date, months: int) -> date:
    first = today.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first


def _key(customers: Mapping[str, Customer], passage: Passage, by: GroupBy) -> str:
    project = passage.project
    if by == "customer":
        customer = customers.get(project.customer_id or "")
        return customer.name if customer else NOBODY
    if by == "project":
        return project_key(project)
    if by == "month":
        return f"{passage.entry.date:%Y-%m}"
    return (project.practice if by == "practice" else project.region) or NOBODY


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
    rows = [_row(one, _cell(found, one)) for one in found.groups]
    if found.whole and len(found.groups) > 1:
        rows.append(_row(found.whole, Cell("All")))
    ended = f" until {found.until.isoformat()}" if found.until else ""
    note = f"Work since {found.since.isoformat()}{ended}; days are means weighted by hours."
    return Table("Time to bill", columns, tuple(rows), (1, 2, 4, 5), note if rows else "No billable time fits.")


def _cell(found: Durations, one: Summary) -> Cell:
    if found.group_by in ("practice", "region") and one.key != NOBODY:
        return Cell(one.key, f"/readiness?{found.group_by}={one.key}")
    return Cell(one.key, project_href(one.key) if found.group_by == "project" else "")


def _row(one: Summary, name: Cell) -> tuple[Cell, ...]:
    sources = (one.slowest.entry.source, one.slowest.project.source) if one.slowest else ()
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
