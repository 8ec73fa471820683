"""What watching finds: matters with their money, days and likely cause, and how it went from month to month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TypedDict

from domain.blocks import Chart, Series
from domain.money import Money, totals
from domain.records import Project
from domain.source import Source

MONTHS = 6
Limits = Mapping[str, int]


@dataclass(frozen=True)
class Matter:
    """One record to look at. `project` is its code (or id) where it has one, `share` a percentage, `over` whether it is
    beyond the firm's threshold; `days` since `since`.
    """

    key: str
    title: str
    detail: str = ""
    cause: str = ""
    project: str | None = None
    practice: str | None = None
    region: str | None = None
    customer: str | None = None
    since: date | None = None
    days: int | None = None
    amount: Money | None = None
    share: Decimal | None = None
    over: bool = False
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Group:
    """Several matters together; money by currency."""

    key: str
    count: int
    over: int
    amounts: tuple[Money, ...]


@dataclass(frozen=True)
class Measure:
    """One thing that is watched, the worst matter first. `unknown` says why there can be no answer."""

    name: str
    matters: tuple[Matter, ...]
    trend: Chart
    limits: Limits = field(default_factory=dict[str, int])
    unknown: str = ""

    @property
    def over(self) -> tuple[Matter, ...]:
        """Those beyond the threshold."""
        return tuple(matter for matter in self.matters if matter.over)

    @property
    def amounts(self) -> tuple[Money, ...]:
        """What all of it is worth, by currency."""
        return totals(matter.amount for matter in self.matters if matter.amount)

    def by(self, key: Callable[[Matter], str | None]) -> tuple[Group, ...]:
        """The matters by practice, region or cause, the most first; "" holds those without."""
        found: dict[str, list[Matter]] = defaultdict(list)
        for matter in self.matters:
            found[key(matter) or ""].append(matter)
        groups = [
            Group(name, len(of), sum(m.over for m in of), totals(m.amount for m in of if m.amount))
            for name, of in found.items()
        ]
        return tuple(sorted(groups, key=lambda group: (-group.count, group.key)))


def worst_first(found: Iterable[Matter]) -> tuple[Matter, ...]:
    """Beyond the threshold first, then the oldest, then the dearest."""
    return tuple(
        sorted(found, key=lambda m: (not m.over, -(m.days or 0), -(m.amount.amount if m.amount else 0), m.title, m.key))
    )


def months_to(today: date, count: int = MONTHS) -> list[str]:
    """The last months with the present one, the earliest first, as "2026-10"."""
    found = [today.replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return [f"{day:%Y-%m}" for day in reversed(found)]


def month_named(month: str) -> str:
    """A month such as 2026-10 as a chart's label says it."""
    return f"{date.fromisoformat(f'{month}-01'):%b %Y}"


def money_by_month(title: str, months: Sequence[str], found: Iterable[tuple[date | None, Money]], note: str) -> Chart:
    """Sums a month, currencies as series of their own; what lies before the first month is left out."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for day, amount in found:
        if day is not None:
            sums[amount.currency][f"{day:%Y-%m}"] += amount.amount
    series = tuple(
        Series(currency, tuple(sums[currency].get(month, Decimal(0)) for month in months)) for currency in sorted(sums)
    )
    unit = series[0].name if len(series) == 1 else "its own currency" if series else ""
    return Chart(title, tuple(map(month_named, months)), series, unit, note=note)


class Whose(TypedDict):
    """A matter's project, practice and region."""

    project: str | None
    practice: str | None
    region: str | None


def whose(project: Project | None) -> Whose:
    """A matter's project, practice and region."""
    if project is None:
        return {"project": None, "practice": None, "region": None}
    return {"project": project.code or project.id, "practice": project.practice, "region": project.region}
