"""Time that is approved and stands on no invoice, by project: how much, since when, and what holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from domain.hours import plainly
from domain.records import Project
from policies.operations.matter import Limits, Matter, Measure, money_by_month, months_to, whose, worst_first
from policies.operations.recorded import Recorded, Unbilled
from policies.prerequisites.portfolio import Dossier

NOTHING_IN_THE_WAY = "Ready: nobody has billed it yet"


def unbilled(
    dossier: Dossier, today: date, limits: Limits, recorded: Recorded, reasons: Mapping[str, Sequence[str]]
) -> Measure:
    """`reasons` are what stands in the way of each project, by its ERP id, the most expensive first."""
    projects = {project.id: project for project in dossier.firm.projects}
    found = [
        _matter(dossier, projects[one.project], one, (today, limits["days"]), reasons.get(one.project, ()))
        for one in recorded.unbilled
        if one.project in projects
    ]
    dated = [(date.fromisoformat(f"{month}-01"), amount) for month, amount in recorded.by_month]
    trend = money_by_month("Approved and not billed, by month of work", months_to(today), dated, "")
    return Measure("unbilled", worst_first(found), trend, limits)


def _matter(dossier: Dossier, project: Project, one: Unbilled, at: tuple[date, int], reasons: Sequence[str]) -> Matter:
    today, limit = at
    age = (today - one.since).days
    customer = dossier.customers.get(project.customer_id or "")
    return Matter(
        key=f"{project.id}:{one.amount.currency}",
        title=project.name,
        detail=f"{plainly(one.hours)} hours in {one.entries} {'entry' if one.entries == 1 else 'entries'}",
        cause=reasons[0] if reasons else NOTHING_IN_THE_WAY,
        customer=customer.name if customer else None,
        since=one.since,
        days=age,
        amount=one.amount,
        over=age > limit,
        sources=(project.source,),
        **whose(project),
    )
