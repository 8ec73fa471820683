"""Time that is approved and stands on no invoice, by project: how much, since when, and what holds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from domain.money import Money
from domain.records import Project
from policies.operations.matter import Limits, Matter, Measure, money_by_month, months_to, whose, worst_first
from policies.prerequisites.case import Case
from policies.prerequisites.items import Item
from policies.prerequisites.portfolio import Dossier
from policies.prerequisites.work import approved

NOTHING_IN_THE_WAY = "Ready: nobody has billed it yet"


def unbilled(dossier: Dossier, today: date, limits: Limits, reasons: Mapping[str, Sequence[str]]) -> Measure:
    """`reasons` are what stands in the way of each project, by its ERP id, the most expensive first."""
    found: list[Matter] = []
    dated: list[tuple[date | None, Money]] = []
    for project in dossier.firm.projects:
        if project.billing != "timesheet":
            continue  # its time is not what is billed
        case = Case(project, dossier.facts(project), None, today)
        work = [item for item in case.work if item.amount and approved(case, item) is True]
        dated += [(item.date, item.amount) for item in work if item.amount]
        found += _of(case, work, limits["days"], reasons.get(project.id, ()))
    trend = money_by_month("Approved and not billed, by month of work", months_to(today), dated, "")
    return Measure("unbilled", worst_first(found), trend, limits)


def _of(case: Case, work: Sequence[Item], days: int, reasons: Sequence[str]) -> list[Matter]:
    by_currency: dict[str, list[Item]] = defaultdict(list)
    for item in work:
        if item.amount:
            by_currency[item.amount.currency].append(item)
    return [_matter(case, currency, items, days, reasons) for currency, items in sorted(by_currency.items())]


def _matter(case: Case, currency: str, items: Sequence[Item], days: int, reasons: Sequence[str]) -> Matter:
    project: Project = case.project
    since = min(item.date for item in items if item.date)
    age = (case.today - since).days
    hours = sum((item.entry.hours for item in items if item.entry), Decimal(0))
    amount = sum((item.amount.amount for item in items if item.amount), Decimal(0))
    return Matter(
        key=f"{project.id}:{currency}",
        title=project.name,
        detail=f"{hours.normalize():f} hours in {len(items)} {'entry' if len(items) == 1 else 'entries'}",
        cause=reasons[0] if reasons else NOTHING_IN_THE_WAY,
        customer=case.customer.name if case.customer else None,
        since=since,
        days=age,
        amount=Money(amount, currency),
        over=age > days,
        sources=(project.source, *(item.source for item in items[:20])),
        **whose(project),
    )
