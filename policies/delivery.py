"""Delivery risk of one project from facts alone: what burns too fast, comes late, waits for approval, or is not paid.

Each sign says how bad it is, why, and what it rests on; what no connected system tells is "cannot determine". The
project's level is that of its worst sign: nothing is averaged away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from domain.hours import plainly
from domain.money import Money, totals
from domain.records import Invoice
from domain.source import Source
from policies.prerequisites.case import Case
from policies.prerequisites.contracts import cap_of
from policies.prerequisites.items import Item
from policies.prerequisites.judgement import SHOWN_SOURCES, counted
from policies.prerequisites.milestones import open_milestones
from policies.prerequisites.outside import day
from policies.prerequisites.work import approved


class Level(StrEnum):
    """`unknown` is "cannot determine"; `none` is that nothing points to a risk, or nothing applies."""

    HIGH = "high"
    WATCH = "watch"
    UNKNOWN = "unknown"
    NONE = "none"


ORDER = tuple(Level)


@dataclass(frozen=True)
class Limits:
    """From where on a sign is worth a look, or is high. Shares of the cap; days."""

    burn_watch: Decimal = Decimal("0.80")
    burn_high: Decimal = Decimal("0.95")
    reached_soon: int = 14
    late_high: int = 30
    unapproved_watch: int = 14
    unapproved_high: int = 45
    unpaid_high: int = 60


LIMITS = Limits()


@dataclass(frozen=True)
class Sign:
    """One of the four: `amounts` what is at stake, one for each currency; `days` since when, or how late."""

    name: str
    title: str
    level: Level
    reason: str
    amounts: tuple[Money, ...] = ()
    days: int | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class DeliveryRisk:
    """The signs, the worst first, and the level of the worst."""

    level: Level
    signs: tuple[Sign, ...]


def delivery_risk(case: Case, limits: Limits = LIMITS) -> DeliveryRisk:
    """The risk of a project as of the case's day; ask it of a case without a period, which holds all unbilled work."""
    signs = (_burn(case, limits), _milestones(case, limits), _time(case, limits), _invoices(case, limits))
    ranked = sorted(signs, key=lambda sign: (ORDER.index(sign.level), -(sign.days or 0)))
    return DeliveryRisk(ranked[0].level, tuple(ranked))


def _cited(sources: Iterable[Source | None]) -> tuple[Source, ...]:
    found = {(s.system, s.model, s.id): s for s in sources if s is not None}
    return tuple(found[key] for key in sorted(found))[:SHOWN_SOURCES]


def _burn(case: Case, limits: Limits) -> Sign:
    title = "Burn against the not-to-exceed amount"
    cap, contract = cap_of(case), case.contract
    if contract is None or cap is None:
        return Sign("burn", title, Level.NONE, "No not-to-exceed amount is stated.")
    cited = _cited([contract.source])
    if {cap.currency, contract.invoiced.currency, case.currency} != {cap.currency}:
        said = f"The cap is in {cap.currency}, the work in {case.currency}; no dated rate is known."
        return Sign("burn", title, Level.UNKNOWN, said, sources=cited)
    if cap.amount <= 0:
        return Sign("burn", title, Level.UNKNOWN, f"The cap of {cap} cannot be burnt against.", sources=cited)
    spent = contract.invoiced + case.unbilled
    share = spent.amount / cap.amount
    reached = _reached(case, spent, cap)
    said = f"{share:.0%} of {cap} is used: invoiced {contract.invoiced}, to bill {case.unbilled}."
    if reached:
        said += f" At the pace so far the cap is reached on {reached}."
    left = Money(max(cap.amount - spent.amount, Decimal(0)), cap.currency)
    return Sign("burn", title, _burn_level(case, share, reached, limits), said, (left,), None, cited)


def _burn_level(case: Case, share: Decimal, reached: date | None, limits: Limits) -> Level:
    soon = reached is not None and (reached - case.today).days <= limits.reached_soon
    if share >= limits.burn_high or soon:
        return Level.HIGH
    ends = _ends(case)
    early = reached is not None and ends is not None and reached < ends
    return Level.WATCH if share >= limits.burn_watch or early else Level.NONE


def _ends(case: Case) -> date | None:
    term = case.term("end_date")
    return (day(term.value) if term else None) or case.project.ends


def _reached(case: Case, spent: Money, cap: Money) -> date | None:
    """The day on which the cap is used up at the average pace since the first recorded time; None without a pace."""
    dates = [entry.date for entry in case.facts.time if entry.billable and entry.date <= case.today]
    days = (case.today - min(dates)).days if dates else 0
    if days < 1 or spent.amount <= 0 or spent.amount >= cap.amount:
        return None
    left = (cap.amount - spent.amount) * days / spent.amount
    whole = int(left.to_integral_value(ROUND_CEILING))
    return case.today + timedelta(days=whole) if whole <= (date.max - case.today).days else None


def _milestones(case: Case, limits: Limits) -> Sign:
    title = "Late milestones"
    if case.contract is None or case.project.billing == "timesheet":
        return Sign("milestones", title, Level.NONE, "Nothing is billed as a whole.")
    dated = open_milestones(case)
    if not dated and not case.milestone_terms:
        return Sign("milestones", title, Level.UNKNOWN, "No statement of work names the dates of its milestones.")
    late = sorted(((on, line) for line, on in dated if on < case.today), key=lambda one: (one[0], one[1].id))
    if not late:
        return Sign("milestones", title, Level.NONE, "No milestone is late.", sources=_cited([case.contract.source]))
    days = (case.today - late[0][0]).days
    said = f"{counted(len(late), 'milestone')} past the promised day, the oldest since {late[0][0]}."
    level = Level.HIGH if days > limits.late_high or len(late) > 1 else Level.WATCH
    worth = totals(line.amount for _, line in late)
    return Sign("milestones", title, level, said, worth, days, _cited(line.source for _, line in late))


def _time(case: Case, limits: Limits) -> Sign:
    title = "Time without approval"
    states = [(item, approved(case, item)) for item in case.work]
    open_ = [item for item, state in states if state is False]
    silent = [item for item, state in states if state is None]
    if not open_ and silent:
        said = f"No connected system reports approval of {_hours(silent)} unbilled hours."
        return Sign("time", title, Level.UNKNOWN, said, _worth(silent), None, _cited(i.source for i in silent))
    if not open_:
        return Sign("time", title, Level.NONE, "No unbilled time waits for approval.")
    days = (case.today - min(item.date for item in open_ if item.date)).days
    said = f"{_hours(open_)} unbilled hours are not approved, the oldest for {_days(days)}."
    high, watch = days > limits.unapproved_high, days > limits.unapproved_watch
    level = Level.HIGH if high else Level.WATCH if watch else Level.NONE
    return Sign("time", title, level, said, _worth(open_), days, _cited(item.source for item in open_))


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def _hours(items: Sequence[Item]) -> str:
    hours = sum((item.entry.hours for item in items if item.entry), start=Decimal(0))
    return plainly(hours)


def _worth(items: Sequence[Item]) -> tuple[Money, ...]:
    return tuple(amount.rounded for amount in totals(item.amount for item in items if item.amount))


def _invoices(case: Case, limits: Limits) -> Sign:
    title = "Unpaid invoices"
    unpaid = [one for one in case.facts.invoices if one.state == "posted" and one.total.amount > 0]
    late = [(one.due, one) for one in unpaid if one.due is not None and one.due < case.today]
    mute = [one for one in unpaid if one.due is None]
    if late:
        days = (case.today - min(due for due, _ in late)).days
        said = f"{counted(len(late), 'invoice')} overdue, the oldest for {_days(days)}."
        level = Level.HIGH if days > limits.unpaid_high else Level.WATCH
        return _owed(title, level, said, [one for _, one in late], days)
    if mute:
        said = f"The ERP does not say when {counted(len(mute), 'unpaid invoice')} is due."
        return _owed(title, Level.UNKNOWN, said, mute, None)
    said = f"{counted(len(unpaid), 'invoice')} unpaid and not yet due." if unpaid else "No invoice is unpaid."
    return _owed(title, Level.NONE, said, unpaid, None)


def _owed(title: str, level: Level, said: str, invoices: Sequence[Invoice], days: int | None) -> Sign:
    worth = totals(one.total for one in invoices)
    return Sign("invoices", title, level, said, worth, days, _cited(one.source for one in invoices))
