"""Prerequisites of what is billed: time that is approved and covered by the contract, milestones that are accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.facts import FactKind, OutsideFact
from domain.money import Money
from policies.prerequisites.case import LIVE, Case
from policies.prerequisites.items import Item
from policies.prerequisites.judgement import Judgement, counted, fails_on, not_applicable, passes, unknown
from policies.prerequisites.outside import day, source_of
from policies.prerequisites.period import week_of

NO_TIME = "There is no unbilled time."


def approval(case: Case, item: Item) -> OutsideFact | None:
    """The newest report on the timesheet that holds this time entry."""
    entry = item.entry
    employee = case.facts.employees.get(entry.employee_id) if entry else None
    if entry is None or employee is None:
        return None
    subject = f"{case.subject}/{employee.name}/{week_of(entry.date)}"
    return case.facts.outside.get(FactKind.TIMESHEET, subject)


def approved(case: Case, item: Item) -> bool | None:
    """Whether the time is approved; None when no system says."""
    report = approval(case, item)
    return None if report is None else str(report.value.get("status", "")).lower() == "approved"


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
    hours = sum(item.entry.hours for item in case.work if item.entry and item.id in wanted)
    return f"{hours:.2f}".rstrip("0").rstrip(".")


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


def milestone_not_accepted(case: Case) -> Judgement:
    """A milestone is billed when the client has accepted it; delivery alone does not do."""
    milestones = [item for item in case.items if item.line is not None]
    if not milestones:
        return not_applicable("No milestone is due to be billed.")
    reports = [item.report for item in milestones if item.report]
    silent = [item.id for item in milestones if item.report is None]
    waiting = [item for item in milestones if item.report and _status(item.report) != "accepted"]
    if waiting:
        held = [item.id for item in waiting]
        said = f"{len(held)} of {counted(len(milestones), 'unbilled milestone')} not accepted ({_sum(case, held)})."
        return fails_on(said, held, silent).citing(*(source_of(item.report) for item in waiting if item.report))
    if silent:
        return unknown(f"No connected system reports acceptance of {counted(len(silent), 'milestone')}.", silent)
    return passes("Every milestone to bill is accepted.").citing(*map(source_of, reports))


def _status(report: OutsideFact) -> str:
    return str(report.value.get("status", "")).lower()


def _sum(case: Case, held: list[str]) -> Money:
    return case.value(frozenset(held))


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "time.not_approved": time_not_approved,
    "time.outside_contract": time_outside_contract,
    "milestone.not_accepted": milestone_not_accepted,
}
