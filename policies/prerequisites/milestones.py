"""Prerequisites of what is billed as a whole: accepted by the client, with evidence, not late, and delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from domain.facts import FactKind, OutsideFact
from domain.money import Money
from domain.records import ContractLine
from policies.prerequisites.case import Case
from policies.prerequisites.items import Item, promised
from policies.prerequisites.judgement import Judgement, counted, fails, fails_on, not_applicable, passes, unknown
from policies.prerequisites.outside import flag, number, source_of

NONE_DUE = "No milestone is due to be billed."


def milestone_not_accepted(case: Case) -> Judgement:
    """A milestone is billed when the client has accepted it; delivery alone does not do."""
    milestones = [item for item in case.items if item.line is not None]
    if not milestones:
        return not_applicable("No milestone is due to be billed.")
    reports = [item.report for item in milestones if item.report]
    silent = [item.id for item in milestones if item.report is None]
    waiting = [item for item in milestones if item.report and _status(item.report) not in ("accepted", "rejected")]
    if waiting:
        held = [item.id for item in waiting]
        of = counted(len(milestones), "unbilled milestone")
        said = f"{len(held)} of {of} not accepted ({_sum(case, held)}).{_running(case, waiting)}"
        return fails_on(said, held, silent).citing(*(source_of(item.report) for item in waiting if item.report))
    if silent:
        return unknown(f"No connected system reports acceptance of {counted(len(silent), 'milestone')}.", silent)
    return passes("Every milestone to bill is accepted.").citing(*map(source_of, reports))


def _status(report: OutsideFact) -> str:
    return str(report.value.get("status", "")).lower()


def _sum(case: Case, held: list[str]) -> Money:
    return case.value(frozenset(held))


def _running(case: Case, waiting: list[Item]) -> str:
    """Until when the client may still object, where the statement of work says within how many days."""
    term = case.term("acceptance_days")
    days = number(term.value) if term else None
    delivered = [item.date for item in waiting if item.date]
    if days is None or not delivered:
        return ""
    ends = max(delivered) + timedelta(days=int(days))
    said = "runs until" if ends >= case.today else "ended on"
    return f" The acceptance period of {int(days)} days {said} {ends}."


def rejected(case: Case) -> Judgement:
    """A milestone that the client turned back is not billed before it was put right."""
    milestones = [item for item in case.items if item.line is not None]
    if not milestones:
        return not_applicable(NONE_DUE)
    back = [item for item in milestones if item.report and _status(item.report) == "rejected"]
    if not back:
        return passes("No milestone was rejected.")
    names = ", ".join(item.line.description for item in back if item.line)
    said = f"The client rejected {names}."
    return fails_on(said, [i.id for i in back]).citing(*(source_of(i.report) for i in back if i.report))


def evidence_missing(case: Case) -> Judgement:
    """Whoever reports an acceptance holds the client's word for it."""
    accepted = [i for i in case.items if i.line and i.report and _status(i.report) == "accepted"]
    told = [item for item in accepted if item.report and "evidence" in item.report.value]
    if not told:
        return not_applicable("No accepted milestone is to be billed of which a system says whether there is evidence.")
    bare = [item for item in told if item.report and flag(item.report.value["evidence"]) is not True]
    sources = (source_of(item.report) for item in told if item.report)
    if not bare:
        return passes("There is evidence for every acceptance.").citing(*sources)
    names = ", ".join(item.line.description for item in bare if item.line)
    return fails(f"No evidence is held of the acceptance of {names}.").citing(*sources)


def overdue(case: Case) -> Judgement:
    """A milestone is delivered by its date; what is late is billed late, and may cost a penalty."""
    contract, days = case.contract, case.threshold("milestone.overdue", "days")
    if contract is None or case.project.billing == "timesheet":
        return not_applicable("Nothing is billed as a whole.")
    dated = [(line, on) for line in contract.lines for t in case.milestone_terms if (on := promised(t, line))]
    if not dated:
        return not_applicable("No statement of work names a date of a milestone that the ERP knows.")
    late = [(line, on) for line, on in open_milestones(case) if (case.today - on).days > days]
    if not late:
        return passes("No milestone is late.").citing(contract.source)
    said = "; ".join(f"{line.description} was due on {on}" for line, on in late)
    return fails(f"{said}, and nobody reports its delivery.").citing(*(line.source for line, _ in late))


def open_milestones(case: Case) -> list[tuple[ContractLine, date]]:
    """The milestones that nobody reports as delivered, with the day for which the statement of work promises them."""
    told = {item.line.id for item in case.items if item.line and item.report}
    open_ = case.undelivered_lines - told
    lines = case.contract.lines if case.contract else ()
    return [(x, on) for x in lines if x.id in open_ for t in case.milestone_terms if (on := promised(t, x))]


def not_confirmed(case: Case) -> Judgement:
    """What was delivered outside the milestones is confirmed by the client before it is billed."""
    reports = case.reports(FactKind.DELIVERY)
    waiting = [report for report in reports if _status(report) == "delivered"]
    if not waiting:
        return passes("No delivery waits for the client's confirmation.").citing(*map(source_of, reports))
    names = ", ".join(report.subject.partition("/")[2] for report in waiting)
    return fails(f"The client has not confirmed {names}.").citing(*map(source_of, waiting))


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "milestone.not_accepted": milestone_not_accepted,
    "milestone.rejected": rejected,
    "milestone.evidence_missing": evidence_missing,
    "milestone.overdue": overdue,
    "delivery.not_confirmed": not_confirmed,
}
