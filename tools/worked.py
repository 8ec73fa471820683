"""Who worked on what, and how long: recorded time by person, project, customer, practice, region or month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pydantic import Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.hours import plainly
from domain.money import Money, totals
from domain.records import Employee, Firm, Project
from domain.source import Source
from store.worked import Asked, Worked
from tools.cells import amount_cell, money, project_href, project_key
from tools.scope import Days, Whose, employee_of, projects_of
from tools.tool import Tool, ToolContext, ToolResult, from_past

SHOWN = 50
GroupBy = Literal["person", "project", "customer", "practice", "region", "month"]


class TimeWorked(Whose, Days):
    """Whose time, of which days, and how to group it."""

    person: str | None = Field(None, max_length=120, description="Who recorded it: name or handle")
    billed: bool | None = Field(None, description="Only time that is (not) on an invoice line")
    billable: bool | None = Field(None, description="Only time that is (not) billable at all")
    group_by: GroupBy = "project"


@dataclass
class Sum:
    """Hours of one group, and what they are worth where the ERP has a price."""

    label: str
    href: str
    hours: Decimal = Decimal(0)
    worth: list[Money] = field(default_factory=list[Money])
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    last: str = ""


async def _worked(context: ToolContext, wanted: TimeWorked) -> ToolResult:
    firm = await context.firm.masters()
    person = employee_of(firm, wanted.person) if wanted.person else None
    projects = {project.id: project for project in projects_of(firm, wanted)}
    asked = Asked(
        projects=None if wanted.everyone else tuple(projects),
        employee=person.id if person else None,
        since=wanted.since,
        until=wanted.until,
        billed=wanted.billed,
        billable=wanted.billable,
        by=wanted.group_by if wanted.group_by in ("person", "month") else "",
    )
    kept = [one for one in await context.firm.worked(asked) if one.project in projects]
    sums = _sums(firm, projects, kept, wanted.group_by)
    facts = {
        **wanted.told,
        "group_by": wanted.group_by,
        "hours": plainly(sum((one.hours for one in kept), Decimal(0))),
        "entries": sum(one.entries for one in kept),
        "worth": [money(total) for total in totals(one.worth for one in kept if one.worth)],
        "groups": [
            {_public(wanted.group_by): key, "hours": plainly(one.hours), "worth": [money(m) for m in totals(one.worth)]}
            for key, one in list(sums.items())[:SHOWN]
        ],
        "people": len({person for one in kept for person in one.people}),
        "last_entry": max((one.last.isoformat() for one in kept), default=None),
    }
    return ToolResult(facts, (_table(wanted, sums, person),))


def _public(by: GroupBy) -> str:
    return "group" if by == "person" else by


def _sums(firm: Firm, projects: Mapping[str, Project], kept: Sequence[Worked], by: GroupBy) -> dict[str, Sum]:
    people = {person.id: person for person in firm.employees}
    customers = {customer.id: customer for customer in firm.customers}
    found: dict[str, Sum] = {}
    for entry in kept:
        project = projects[entry.project]
        key, label, href = _group(entry, project, by)
        if by == "person":
            label = people[entry.employee].name if entry.employee in people else "not named"
        if by == "customer" and project.customer_id in customers:
            key, label = customers[project.customer_id].code, customers[project.customer_id].name
        one = found.setdefault(key, Sum(label, href))
        one.hours += entry.hours
        one.worth += [entry.worth] if entry.worth else []
        one.sources[project.id] = project.source
        one.last = max(one.last, entry.last.isoformat())
    order = (
        sorted(found.items()) if by == "month" else sorted(found.items(), key=lambda pair: (-pair[1].hours, pair[0]))
    )
    return dict(order)


def _group(entry: Worked, project: Project, by: GroupBy) -> tuple[str, str, str]:
    """Key, label and page of the group of some time."""
    if by == "month":
        return entry.month, entry.month, ""
    if by == "project":
        key = project_key(project)
        return key, f"{project.code or ''} {project.name}".strip(), project_href(key)
    if by == "practice":
        return (
            project.practice or "",
            project.practice or "not assigned",
            f"/readiness?practice={project.practice or ''}",
        )
    if by == "region":
        return project.region or "", project.region or "not assigned", f"/readiness?region={project.region or ''}"
    return (entry.employee if by == "person" else project.customer_id or ""), "not assigned", ""


def _table(wanted: TimeWorked, sums: Mapping[str, Sum], person: Employee | None) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (Cell(one.label, one.href), Cell(plainly(one.hours), sources=_sources(one)), _money_cell(one), Cell(one.last))
        for one in list(sums.values())[:SHOWN]
    ]
    if len(sums) > 1:
        rows.append(_total(sums))
    kind = {True: "Billed time", False: "Time not billed", None: "Recorded time"}[wanted.billed]
    title = kind + (f" of {person.name}" if person else "") + wanted.said
    note = f"The first {SHOWN} of {len(sums)} are shown." if len(sums) > SHOWN else "" if sums else "There is none."
    columns = (wanted.group_by.capitalize(), "Hours", "Worth at the ERP's prices", "Last entry")
    return Table(title, columns, tuple(rows), (1, 2), note)


def _total(sums: Mapping[str, Sum]) -> tuple[Cell, ...]:
    together = Sum("Total", "")
    for one in sums.values():
        together.hours += one.hours
        together.worth += one.worth
        together.last = max(together.last, one.last)
    return (Cell("Total"), Cell(plainly(together.hours)), _money_cell(together), Cell(together.last))


def _sources(one: Sum) -> tuple[Source, ...]:
    return tuple(one.sources[id_] for id_ in sorted(one.sources))


def _money_cell(one: Sum) -> Cell:
    """One amount, or several in words where the currencies differ: they are never added up."""
    found = totals(one.worth)
    if len(found) == 1:
        return amount_cell(found[0], _sources(one))
    return Cell(" + ".join(str(amount) for amount in found) or None, sources=_sources(one))


TIME_WORKED = Tool(
    name="time_worked",
    description="Hours that people recorded, billed or not, by person, project, customer, practice, region or month.",
    operation=Operation.READINESS_READ,
    arguments=TimeWorked,
    run=_worked,
    then=from_past(_worked),
)
