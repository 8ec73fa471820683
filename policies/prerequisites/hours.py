"""Prerequisites of each recorded hour: on a task, in a role, on a day that counts, once, and worth something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from domain.facts import FactKind
from domain.hours import hundredths, plainly
from domain.records import TimeEntry
from policies.prerequisites.case import Case
from policies.prerequisites.items import Item
from policies.prerequisites.judgement import Judgement, counted, fails, fails_on, not_applicable, passes, unknown
from policies.prerequisites.outside import day, flag, source_of
from policies.prerequisites.work import approval

NO_TIME = "There is no unbilled time."


def _on(case: Case, wrong: Iterable[Item], what: str, sound: str) -> Judgement:
    """Fails on these items, or passes."""
    held = list(wrong)
    if not case.work:
        return not_applicable(NO_TIME)
    if not held:
        return passes(sound)
    said = f"{counted(len(held), 'time entry')} {what}."
    return fails_on(said, [item.id for item in held]).citing(*(item.source for item in held))


def no_task(case: Case) -> Judgement:
    """Time stands on a task, so that the bill can say what it was for."""
    bare = (item for item in case.work if item.entry and not item.entry.task_id)
    return _on(case, bare, "without a task", "All unbilled time stands on a task.")


def no_role(case: Case) -> Judgement:
    """An hour is sold under a role: that of its task, or that of the person."""
    return _on(case, (i for i in case.work if not _role(case, i)), "without a role", "All unbilled time has a role.")


def _role(case: Case, item: Item) -> str | None:
    entry = item.entry
    task = case.tasks.get(entry.task_id or "") if entry else None
    employee = case.facts.employees.get(entry.employee_id) if entry else None
    return (task.product if task else None) or (employee.role if employee else None)


def before_opening(case: Case) -> Judgement:
    """Nobody worked on a project before it was opened."""
    opened = case.project.opened
    if opened is None:
        return not_applicable("The ERP does not say when the project was opened.")
    early = (item for item in case.work if item.date and item.date < opened)
    return _on(case, early, f"before {opened}, when the project was opened", "All time is after the project's opening.")


def outside_assignment(case: Case) -> Judgement:
    """A person records time while they are assigned to the project."""
    if not case.work:
        return not_applicable(NO_TIME)
    spans = {report.subject.partition("/")[2]: report for report in case.reports(FactKind.ASSIGNMENT)}
    named = [(item, _person(case, item)) for item in case.work]
    late = [item for item, name in named if name in spans and not _within(item.date, spans[name].value)]
    silent = [item.id for item, name in named if name not in spans]
    if late:
        said = f"{counted(len(late), 'time entry')} outside the person's assignment."
        cited = (source_of(spans[_person(case, item)]) for item in late)
        return fails_on(said, [item.id for item in late], silent).citing(*cited, *(item.source for item in late))
    if silent:
        return unknown(f"No assignment is reported for {counted(len(silent), 'time entry')}.", silent)
    return passes("All unbilled time is within its assignment.").citing(*map(source_of, spans.values()))


def _person(case: Case, item: Item) -> str:
    employee = case.facts.employees.get(item.entry.employee_id) if item.entry else None
    return employee.name if employee else ""


def _within(on: date | None, value: Mapping[str, object]) -> bool:
    first, last = day(value.get("valid_from")), day(value.get("valid_until"))
    return on is None or ((first is None or first <= on) and (last is None or on <= last))


def after_cutoff(case: Case) -> Judgement:
    """Time that was approved after the month's cut-off waits for the next bill."""
    if not case.work:
        return not_applicable(NO_TIME)
    cutoff = case.threshold("time.after_cutoff", "day_of_next_month")
    approved = [(item, approval(case, item)) for item in case.work]
    silent = [item.id for item, report in approved if report is None or day(report.value.get("on")) is None]
    late = [
        item
        for item, report in approved
        if report and item.date and (on := day(report.value.get("on"))) and on > _cutoff(item.date, cutoff)
        if case.period is not None
    ]
    if late:
        said = f"{counted(len(late), 'time entry')} approved after the cut-off."
        return fails_on(said, [item.id for item in late], silent).citing(*(item.source for item in late))
    if silent:
        return unknown(f"Nobody reports on which day {counted(len(silent), 'time entry')} was approved.", silent)
    return passes("All time was approved before its month's cut-off.")


def _cutoff(on: date, day_of_next: int) -> date:
    months = on.year * 12 + on.month
    return date(months // 12, months % 12 + 1, max(1, min(28, day_of_next)))


def billable_differs(case: Case) -> Judgement:
    """ERP and timesheet system agree on which hours are billable: both kinds of slip cost money."""
    recorded = [Item(f"time:{e.id}", None, e.source, e.date, e) for e in case.facts.time if e.invoice_line_id is None]
    told = [
        (item, item.entry.billable, flag(report.value.get("billable")), report)
        for item in recorded
        if item.entry and (report := approval(case, item)) and "billable" in report.value
    ]
    if not told:
        return not_applicable("No connected system says which hours are billable.")
    off = [(item, ours, report) for item, ours, theirs, report in told if theirs is not None and theirs != ours]
    if not off:
        return passes("ERP and timesheet system agree on what is billable.")
    lost = sum((item.entry.hours for item, ours, _ in off if item.entry and not ours), Decimal(0))
    kept = sum((item.entry.hours for item, ours, _ in off if item.entry and ours), Decimal(0))
    said = f"The ERP does not bill {plainly(lost)} hours that are billable, and bills {plainly(kept)} that are not."
    return fails(said).citing(*(item.source for item, _, _ in off), *(source_of(report) for *_, report in off))


def too_long(case: Case) -> Judgement:
    """Nobody works more hours on a day than it has, or than the firm allows."""
    most = case.threshold("time.too_long", "hours_a_day")
    if not case.work:
        return not_applicable(NO_TIME)
    days: dict[tuple[str, date], list[Item]] = defaultdict(list)
    for item in case.work:
        if item.entry:
            days[item.entry.employee_id, item.entry.date].append(item)
    sums = {day_: sum((i.entry.hours for i in of if i.entry), Decimal(0)) for day_, of in days.items()}
    long = [item for day_, of in days.items() if hundredths(sums[day_]) > most for item in of]
    return _on(case, long, f"on days of more than {most} hours of one person", "No day is longer than allowed.")


def dated_ahead(case: Case) -> Judgement:
    """Time is recorded when it has been worked."""
    ahead = [e for e in case.facts.time if e.date > case.today and e.billable and e.invoice_line_id is None]
    if not case.facts.time:
        return not_applicable("No time is recorded.")
    if not ahead:
        return passes("No time is dated ahead.")
    return fails(f"{counted(len(ahead), 'time entry')} dated after {case.today}.").citing(*(e.source for e in ahead))


def billed_already(case: Case) -> Judgement:
    """The same hours of a person on a task are not billed a second time under another entry."""
    if not case.work:
        return not_applicable(NO_TIME)
    billed = {_likeness(e) for e in case.facts.time if e.invoice_line_id is not None and e.billable}
    again = [item for item in case.work if item.entry and _likeness(item.entry) in billed]
    return _on(case, again, "like one that is on an invoice already", "No unbilled hour repeats a billed one.")


def _likeness(entry: TimeEntry) -> tuple[object, ...]:
    return (entry.employee_id, entry.date, entry.task_id, entry.hours)


def not_positive(case: Case) -> Judgement:
    """A line of a bill is worth more than nothing; a credit has its own way."""
    if not case.items:
        return not_applicable("There is nothing to bill.")
    off = [item for item in case.items if item.amount is not None and item.amount.amount <= 0]
    if not off:
        return passes("Every item to bill is worth something.")
    said = f"{counted(len(off), 'item')} worth nothing or less."
    return fails_on(said, [item.id for item in off]).citing(*(item.source for item in off))


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "time.no_task": no_task,
    "time.no_role": no_role,
    "time.before_opening": before_opening,
    "time.outside_assignment": outside_assignment,
    "time.after_cutoff": after_cutoff,
    "time.billable_differs": billable_differs,
    "time.too_long": too_long,
    "time.dated_ahead": dated_ahead,
    "time.billed_already": billed_already,
    "item.not_positive": not_positive,
}
