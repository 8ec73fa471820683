"""Who bills far less or far more of their working days than the middle of the firm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from domain.blocks import Chart, Series
from domain.records import Employee, Project
from policies.operations.matter import MONTHS, Limits, Matter, Measure, month_named, months_to
from policies.operations.recorded import Month
from policies.prerequisites.portfolio import Dossier

People = Mapping[str, Mapping[str, Month]]
WORKDAYS = 5
LITTLE = "Little time was recorded at all"
NOT_BILLABLE = "Much of the time is not billable"
TOO_MUCH = "More hours than the working days hold"
FEW_IN_THE_FIRM = "Others in the firm bill less"
NO_TIME = "Nobody recorded time in the last whole month."


def utilisation(dossier: Dossier, today: date, limits: Limits, worked: People) -> Measure:
    """People of the last whole month by their distance from the middle; `share` is billable hours of working hours."""
    months = months_to(today, MONTHS + 1)[:-1]
    hours = {month: Decimal(limits["hours"] * workdays(month)) for month in months}
    last = {person: of[months[-1]] for person, of in worked.items() if months[-1] in of}
    shares = {person: _share(one, hours[months[-1]]) for person, one in last.items()}
    middle = Decimal(median(shares.values())) if shares else Decimal(0)
    projects = {project.id: project for project in dossier.firm.projects}
    found = [
        _matter(dossier.employees.get(person), projects, one, (shares[person], middle, hours[months[-1]]), limits)
        for person, one in last.items()
    ]
    ordered = sorted(found, key=lambda m: (not m.over, -abs((m.share or Decimal(0)) - middle), m.title))
    outliers = tuple(matter for matter in ordered if matter.over)
    return Measure("utilisation", outliers, _trend(worked, months, hours), limits, "" if last else NO_TIME)


def workdays(month: str) -> int:
    """Mondays to Fridays of a month; what holidays and part time take off, no connected system says."""
    day = date.fromisoformat(f"{month}-01")
    count = 0
    while f"{day:%Y-%m}" == month:
        count += day.weekday() < WORKDAYS
        day += timedelta(days=1)
    return count


def _share(one: Month, hours: Decimal) -> Decimal:
    return (one.billable / hours * 100).quantize(Decimal("0.1")) if hours else Decimal(0)


def _matter(
    person: Employee | None,
    projects: dict[str, Project],
    one: Month,
    about: tuple[Decimal, Decimal, Decimal],
    limits: Limits,
) -> Matter:
    share, middle, hours = about
    main = projects.get(one.project)
    return Matter(
        key=person.id if person else "",
        title=person.name if person else "A person that the ERP does not name",
        detail=f"{_plain(one.billable)} billable of {_plain(one.hours)} recorded hours; the middle is {middle:.0f}%",
        cause=_cause(one, share, middle, hours),
        practice=main.practice if main else None,
        region=main.region if main else None,
        share=share,
        over=abs(share - middle) > limits["points"],
        sources=(*((person.source,) if person else ()), *((main.source,) if main else ())),
    )


def _cause(one: Month, share: Decimal, middle: Decimal, hours: Decimal) -> str:
    if share > middle:
        return TOO_MUCH if one.hours > hours else FEW_IN_THE_FIRM
    return NOT_BILLABLE if one.billable * 2 < one.hours else LITTLE


def _plain(hours: Decimal) -> str:
    return f"{hours:.1f}".removesuffix(".0")


def _trend(worked: People, months: list[str], hours: dict[str, Decimal]) -> Chart:
    """The firm's share by month, of all who recorded time in it."""
    values: list[Decimal | None] = []
    for month in months:
        there = [of[month] for of in worked.values() if month in of]
        whole = hours[month] * len(there)
        billable = sum((one.billable for one in there), Decimal(0))
        values.append((billable / whole * 100).quantize(Decimal("0.1")) if whole else None)
    note = "Billable hours of all working hours of the people who recorded time in the month."
    series = (Series("Utilisation", tuple(values)),) if any(value is not None for value in values) else ()
    return Chart("Utilisation of the firm", tuple(map(month_named, months)), series, "%", "line", note)
