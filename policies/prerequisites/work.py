"""Prerequisites of what is billed: time that is approved and covered by the contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from domain.facts import FactKind, OutsideFact
from domain.findings import OpenTime
from domain.hours import plainly
from policies.prerequisites.case import LIVE, Case
from policies.prerequisites.items import Item
from policies.prerequisites.judgement import Judgement, fails_on, not_applicable, passes, unknown
from policies.prerequisites.outside import day, source_of
from policies.prerequisites.period import week_of

NO_TIME = "There is no unbilled time."


def approval(case: Case, item: Item) -> OutsideFact | None:
    """The newest report on the timesheet that holds this time entry."""
    entry = item.entry
    employee = case.facts.employees.get(entry.employee_id) if entry else None
    if entry is None or employee is None:
        return None
    monday = entry.date.toordinal() - entry.date.weekday()
    key = (entry.employee_id, monday)
    if key not in case.timesheets:
        subject = f"{case.subject}/{employee.name}/{week_of(entry.date)}"
        case.timesheets[key] = case.facts.outside.get(FactKind.TIMESHEET, subject)
    return case.timesheets[key]


def approved(case: Case, item: Item) -> bool | None:
    """Whether the time is approved; None when no system says."""
    report = approval(case, item)
    return None if report is None else str(report.value.get("status", "")).lower() == "approved"


def open_time(case: Case) -> tuple[OpenTime, ...]:
    """The time to be billed in sums: by day, approval and currency."""
    sums: dict[tuple[date, bool | None, str], list[Item]] = defaultdict(list)
    for item in case.work:
        if item.date is not None:
            currency = case.currency if item.amount is None else item.amount.currency
            sums[item.date, approved(case, item), currency].append(item)
    return tuple(_summed(*key, items) for key, items in sums.items())


def _summed(on: date, state: bool | None, currency: str, items: Sequence[Item]) -> OpenTime:
    priced = [item.amount.amount for item in items if item.amount is not None]
    hours = [(item.entry.hours, item.amount is None) for item in items if item.entry]
    unpriced = sum((h for h, without in hours if without), Decimal(0))
    whole = sum((h for h, _ in hours), Decimal(0))
    return OpenTime(on, state, currency, whole, sum(priced, Decimal(0)), unpriced, len(priced))


def time_not_approved(case: Case) -> Judgement:
    """Only the time that is not approved is held; time of which nobody reports is held until someone does."""
    if not case.work:
        return not_applicable(NO_TIME)
    states = {item.id: approved(case, item) for item in case.work}
    refused = [id_ for id_, state in states.items() if state is False]
    silent = [id_ for id_, state in states.items() if state is None]
    reports = [report for item in case.work if (report := approval(case, item))]
    if refused:
        said = f"{_hours(case, refused)} of {_hours(case, list(states))} unbilled hours are not approved."
        open_reports = [r for r in reports if str(r.value.get("status", "")).lower() != "approved"]
        return fails_on(said, refused, silent).citing(*map(source_of, open_reports))
    if silent:
        return unknown(f"No connected system reports approval of {_hours(case, silent)} hours.", silent)
    return passes("All unbilled time is approved.").citing(*map(source_of, reports))


def _hours(case: Case, ids: list[str]) -> str:
    wanted = set(ids)
    return plainly(sum((item.entry.hours for item in case.work if item.entry and item.id in wanted), Decimal(0)))


def time_outside_contract(case: Case) -> Judgement:
    """Time before the contract began or after it ended is not covered by it."""
    if not case.work:
        return not_applicable(NO_TIME)
    ends = case.term("end_date")
    last = day(ends.value) if ends else None
    begins = [contract.date for contract in case.facts.contracts if contract.date and contract.state in LIVE]
    first = min(begins) if begins else None
    if first is None and last is None:
        return not_applicable("No dates of the contract are recorded.")
    early = [item.id for item in case.work if first and item.date and item.date < first]
    late = [item.id for item in case.work if last and item.date and item.date > last]
    cited = (case.contract.source,) if case.contract else ()
    evidence = ends.evidence if ends else ()
    if not early and not late:
        return passes("All unbilled time is within the contract's dates.").citing(*cited, evidence=evidence)
    parts = [f"{_hours(case, early)} hours are before {first}"] if early else []
    parts += [f"{_hours(case, late)} hours are after {last}"] if late else []
    held = {*early, *late}
    sources = (item.source for item in case.work if item.id in held)
    return fails_on(f"{' and '.join(parts)}.", held).citing(*cited, *sources, evidence=evidence if late else ())


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "time.not_approved": time_not_approved,
    "time.outside_contract": time_outside_contract,
}
