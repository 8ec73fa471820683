"""From work done to invoice: how many days it takes, and where they go. Pure: records in, days out.

Each hour's days are parted without gap or overlap. Until the month's end it waits for the billing cycle; from then
until its approval, for the approval; from then until the invoice's date, for whoever writes it; and what is not
invoiced yet is held back by a prerequisite, stands on a draft, or is ready and nobody has billed it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from domain.facts import FactKind, OutsideFact
from domain.records import Invoice, Project, TimeEntry
from policies.prerequisites.known import ProjectFacts
from policies.prerequisites.outside import day
from policies.prerequisites.period import week_of

CYCLE, APPROVAL, INVOICING, HELD, DRAFT, READY = "cycle", "approval", "invoicing", "held", "draft", "ready"
# In the order in which they pass; the titles are what people read.
STAGES = {
    CYCLE: "Until month end",
    APPROVAL: "For approval",
    HELD: "Held back",
    READY: "Ready, not billed",
    INVOICING: "For the invoice",
    DRAFT: "On a draft",
}
SENT = ("posted", "paid")
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Passage:
    """One time entry's way to an invoice. `billed` is its date, None while none was sent; `days` are by stage."""

    entry: TimeEntry
    project: Project
    invoice: Invoice | None
    billed: date | None
    days: Mapping[str, int]

    @property
    def total(self) -> int:
        """All days so far."""
        return sum(self.days.values())


@dataclass(frozen=True, order=True)
class Wait:
    """How many days an open entry has waited; `entry` is its id."""

    days: int
    entry: str


@dataclass(frozen=True)
class Summary:
    """A group's hours and days. Days are means weighted by hours, to a tenth; None where there are no hours.

    `stages` parts `days_to_bill`, `open_stages` parts `open_age`: each sums to its whole but for rounding.
    """

    key: str
    billed_hours: Decimal
    days_to_bill: Decimal | None
    stages: Mapping[str, Decimal]
    open_hours: Decimal
    open_age: Decimal | None
    open_stages: Mapping[str, Decimal]
    oldest: Wait | None


@dataclass
class Sums:
    """Hours, and by stage the days times the hours."""

    hours: Decimal = Decimal(0)
    days: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, hours: Decimal, days: Mapping[str, Decimal]) -> None:
        """Count these too."""
        self.hours += hours
        for stage, count in days.items():
            self.days[stage] += count


def passages(project: Project, facts: ProjectFacts, *, held: bool, since: date, today: date) -> tuple[Passage, ...]:
    """The way of each billable entry from `since` on. `held`: a blocking prerequisite of the project fails."""
    if project.billing != "timesheet":
        return ()
    by_line = {line.id: invoice for invoice in facts.invoices for line in invoice.lines}
    return tuple(
        _passage(entry, project, facts, by_line.get(entry.invoice_line_id or ""), held=held, today=today)
        for entry in facts.time
        if entry.billable and since <= entry.date <= today and not _lost(entry, by_line)
    )


def _lost(entry: TimeEntry, by_line: Mapping[str, Invoice]) -> bool:
    """Invoiced on what this reading does not hold: nothing can be said of its days."""
    return entry.invoice_line_id is not None and entry.invoice_line_id not in by_line


def _passage(
    entry: TimeEntry, project: Project, facts: ProjectFacts, invoice: Invoice | None, *, held: bool, today: date
) -> Passage:
    sent = invoice is not None and invoice.state in SENT and invoice.date is not None
    billed = invoice.date if invoice is not None and sent else None
    end = max(entry.date, billed or today)
    closes = min(month_end(entry.date), end)
    approved = _approved_on(entry, project, facts)
    passes = min(max(closes, approved), end) if approved else (end if billed is None and invoice is None else closes)
    days = {CYCLE: (closes - entry.date).days, APPROVAL: (passes - closes).days}
    rest = INVOICING if sent else DRAFT if invoice is not None else HELD if held else READY
    days[rest] = (end - passes).days
    return Passage(entry, project, invoice, billed, {stage: count for stage, count in days.items() if count})


def _approved_on(entry: TimeEntry, project: Project, facts: ProjectFacts) -> date | None:
    employee = facts.employees.get(entry.employee_id)
    if employee is None:
        return None
    subject = f"{project.code or project.name}/{employee.name}/{week_of(entry.date)}"
    report = facts.outside.get(FactKind.TIMESHEET, subject)
    return None if report is None else approved_on(report)


def approved_on(report: OutsideFact) -> date | None:
    """The day on which this timesheet was approved, None where it was not."""
    if str(report.value.get("status", "")).lower() != "approved":
        return None
    return day(report.value.get("on")) or report.reported_at.date()


def month_end(of: date) -> date:
    """The last day of a day's month."""
    return (of.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@dataclass
class Tally:
    """One group's passages, summed up one by one, so that no more than the sums is held of a large firm."""

    billed: Sums = field(default_factory=Sums)
    waiting: Sums = field(default_factory=Sums)
    oldest: Wait | None = None

    def add(self, passage: Passage) -> None:
        """Count this one too."""
        sums = self.billed if passage.billed else self.waiting
        hours = passage.entry.hours
        sums.add(hours, {stage: count * hours for stage, count in passage.days.items()})
        self.waited(None if passage.billed else Wait(passage.total, passage.entry.id))

    def waited(self, wait: Wait | None) -> None:
        """An open entry, which may be the one that has waited longest."""
        if wait is not None and (self.oldest is None or self.oldest < wait):
            self.oldest = wait

    def summary(self, key: str) -> Summary:
        """The sums as means."""
        billed, waiting = self.billed, self.waiting
        return Summary(
            key,
            billed.hours,
            _mean(sum(billed.days.values(), Decimal(0)), billed.hours),
            _means(billed),
            waiting.hours,
            _mean(sum(waiting.days.values(), Decimal(0)), waiting.hours),
            _means(waiting),
            self.oldest,
        )


def ordered(groups: Mapping[str, Tally]) -> tuple[Summary, ...]:
    """The groups whose billed work took longest first, then those whose open work is oldest."""
    made = [tally.summary(key) for key, tally in groups.items()]
    return tuple(sorted(made, key=lambda s: (-(s.days_to_bill or 0), -(s.open_age or 0), s.key)))


def _means(sums: Sums) -> dict[str, Decimal]:
    found = {stage: _mean(sums.days[stage], sums.hours) for stage in STAGES if sums.days.get(stage)}
    return {stage: days for stage, days in found.items() if days is not None}


def _mean(days: Decimal, hours: Decimal) -> Decimal | None:
    return (days / hours).quantize(TENTH, ROUND_HALF_UP) if hours else None
