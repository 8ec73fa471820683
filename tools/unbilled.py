"""How much unbilled time there is, and how much of it is approved, by practice, customer, project or region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.hours import plainly
from domain.money import Money
from domain.records import Customer, Firm, Project
from domain.source import Source
from policies.prerequisites.period import span
from store import outstanding
from store.outstanding import Work
from tools import evaluating
from tools.cells import amount_cell, money, project_href, project_key
from tools.directory import narrowed, project_of
from tools.readiness import Month
from tools.scope import Days
from tools.tool import Tool, ToolContext, ToolResult

GroupBy = Literal["practice", "customer", "project", "region"]
NOBODY = "not assigned"


class UnbilledTime(Days):
    """How to group, and what to keep: of a month, or of a span of days."""

    group_by: GroupBy = "practice"
    month: Month | None = Field(None, description="YYYY-MM")
    approved_only: bool = False
    practice: str | None = Field(None, max_length=20, description="Practice code, such as CLD")
    region: str | None = Field(None, max_length=20, description="Region code, such as UKI")
    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")
    project: str | None = Field(None, max_length=120, description="Project code or handle")

    @property
    def everyone(self) -> bool:
        """Whether nothing narrows whose time it is."""
        return not any((self.practice, self.region, self.customer, self.project))


@dataclass
class Sum:
    """Hours and money of one group in one currency, by whether the time is approved (None: nobody says)."""

    hours: dict[bool | None, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    amount: dict[bool | None, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    unpriced: Decimal = Decimal(0)
    sources: dict[str, Source] = field(default_factory=dict[str, Source])


@dataclass(frozen=True)
class Group:
    """A line of the answer. `key` is a code that a model may see, `label` what people read."""

    key: str
    label: str
    currency: str
    href: str = ""


async def _unbilled(context: ToolContext, wanted: UnbilledTime) -> ToolResult:
    await evaluating.up_to_date(context.firm, context.today)
    firm = await context.firm.masters()
    projects = {project.id: project for project in _covered(firm, wanted)}
    first, last = span(wanted.month) if wanted.month else (None, None)
    async with context.database.tenant(context.actor.tenant) as connection:
        known = await outstanding.work(
            connection,
            projects=None if wanted.everyone else projects,
            since=max(filter(None, (wanted.since, first)), default=None),
            until=min(filter(None, (wanted.until, last)), default=None),
            approved=wanted.approved_only,
        )
    customers = {customer.id: customer for customer in firm.customers}
    sums: dict[Group, Sum] = defaultdict(Sum)
    for one in known:
        if project := projects.get(one.project):
            _add(sums[_group(customers, project, one.currency, wanted)], project, one)
    found = dict(sorted(sums.items(), key=lambda pair: (-sum(pair[1].amount.values()), pair[0].key, pair[0].currency)))
    return ToolResult(_facts(wanted, found), (_table(wanted, found),))


def _covered(firm: Firm, wanted: UnbilledTime) -> tuple[Project, ...]:
    found = narrowed(firm, customer=wanted.customer, practice=wanted.practice, region=wanted.region)
    if not wanted.project:
        return found
    only = project_of(firm, wanted.project)
    return tuple(project for project in found if project.id == only.id)


def _group(customers: Mapping[str, Customer], project: Project, currency: str, wanted: UnbilledTime) -> Group:
    by = wanted.group_by
    if by == "project":
        key = project_key(project)
        return Group(key, f"{project.code or ''} {project.name}".strip(), currency, project_href(key, wanted.month))
    if by == "customer":
        customer = customers.get(project.customer_id or "")
        return Group(customer.code or customer.id, customer.name, currency) if customer else Group("", NOBODY, currency)
    code = project.practice if by == "practice" else project.region
    return Group(code or "", code or NOBODY, currency, f"/readiness?{by}={code}" if code else "")


def _add(total: Sum, project: Project, one: Work) -> None:
    total.hours[one.approved] += one.hours
    total.amount[one.approved] += one.amount
    total.unpriced += one.unpriced
    total.sources[project.id] = project.source


def _facts(wanted: UnbilledTime, found: Mapping[Group, Sum]) -> dict[str, Any]:
    return {
        "group_by": wanted.group_by,
        "month": wanted.month,
        **wanted.told,
        "approved_only": wanted.approved_only,
        "groups": [
            {
                wanted.group_by: group.key,
                "approved": _part(group, total, True),
                "not_approved": _part(group, total, False),
                "approval_unknown": _part(group, total, None),
            }
            for group, total in found.items()
        ],
        "approved_total": _totals(found, True),
        "unbilled_total": _whole(found),
    }


def _part(group: Group, total: Sum, state: bool | None) -> dict[str, Any]:
    return {"hours": plainly(total.hours[state]), **money(Money(total.amount[state], group.currency))}


def _totals(found: Mapping[Group, Sum], state: bool | None) -> list[dict[str, Any]]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    hours: dict[str, Decimal] = defaultdict(Decimal)
    for group, total in found.items():
        sums[group.currency] += total.amount[state]
        hours[group.currency] += total.hours[state]
    return [{"hours": plainly(hours[c]), **money(Money(amount, c))} for c, amount in sorted(sums.items())]


def _whole(found: Mapping[Group, Sum]) -> list[dict[str, Any]]:
    """Hours and money of every state of approval together, by currency."""
    return [
        {
            "hours": plainly(sum(total.hours.values(), Decimal(0))),
            **money(Money(sum(total.amount.values(), Decimal(0)), group.currency)),
        }
        for group, total in _grand(found).items()
    ]


def _table(wanted: UnbilledTime, found: Mapping[Group, Sum]) -> Table:
    states = (True,) if wanted.approved_only else (True, *(s for s in (False, None) if _any(found, s)))
    heads = {True: "approved", False: "not approved", None: "approval unknown"}
    whole = ("Hours", "Amount") if len(states) > 1 else ()
    parts = (f"{what}, {heads[s]}" for s in states for what in ("Hours", "Amount"))
    columns = (wanted.group_by.capitalize(), *whole, *parts)
    rows = [(_name(group), *_figures(group, total, states)) for group, total in found.items()]
    if len(found) > 1:
        rows += [(Cell("Total"), *_figures(group, total, states)) for group, total in _grand(found).items()]
    unpriced = sum((total.unpriced for total in found.values()), Decimal(0))
    note = f"{plainly(unpriced)} hours have no rate and count no money." if unpriced else ""
    title = "Approved unbilled time" if wanted.approved_only else "Unbilled time"
    period = f", {wanted.month}" if wanted.month else wanted.said
    return Table(title + period, columns, tuple(rows), tuple(range(1, len(columns))), note)


def _any(found: Mapping[Group, Sum], state: bool | None) -> bool:
    return any(total.hours[state] or total.amount[state] for total in found.values())


def _name(group: Group) -> Cell:
    return Cell(group.label, group.href)


def _figures(group: Group, total: Sum, states: tuple[bool | None, ...]) -> tuple[Cell, ...]:
    sources = tuple(total.sources[id_] for id_ in sorted(total.sources))
    whole = (
        Cell(plainly(sum(total.hours.values(), Decimal(0))), sources=sources),
        amount_cell(Money(sum(total.amount.values(), Decimal(0)), group.currency), sources),
    )
    parts = (
        cell
        for state in states
        for cell in (
            Cell(plainly(total.hours[state]), sources=sources),
            amount_cell(Money(total.amount[state], group.currency), sources),
        )
    )
    return (*(whole if len(states) > 1 else ()), *parts)


def _grand(found: Mapping[Group, Sum]) -> Mapping[Group, Sum]:
    grand: dict[Group, Sum] = defaultdict(Sum)
    for group, total in found.items():
        into = grand[Group("", "Total", group.currency)]
        for state in (True, False, None):
            into.hours[state] += total.hours[state]
            into.amount[state] += total.amount[state]
        into.sources.update(total.sources)
    return dict(sorted(grand.items(), key=lambda pair: pair[0].currency))


UNBILLED_TIME = Tool(
    name="unbilled_time",
    description="Unbilled hours and money, approved or not, by practice, customer, project or region.",
    operation=Operation.READINESS_READ,
    arguments=UnbilledTime,
    run=_unbilled,
)
