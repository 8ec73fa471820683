"""Answers whether a project can be billed: a finding per rule, and its unbilled money split into ready and blocked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache

from domain.errors import ConfigurationError
from domain.findings import Finding, Readiness, Remedy, Severity, Verdict
from domain.money import Money
from domain.records import Project
from policies.prerequisites import contracts, customers, invoices, orders, projects, rates, work
from policies.prerequisites.case import Case
from policies.prerequisites.judgement import Judgement, not_applicable
from policies.prerequisites.known import ProjectFacts
from policies.prerequisites.rulebook import Rule, rulebook

Check = Callable[[Case], Judgement]
ROOMS = (contracts, orders, projects, work, rates, customers, invoices)


@cache
def checks() -> tuple[tuple[Rule, Check], ...]:
    """Every rule with its function. Raises ConfigurationError when data and functions do not match one to one."""
    functions: Mapping[str, Check] = {id_: check for room in ROOMS for id_, check in room.RULES.items()}
    rules = rulebook()
    ids = [rule.id for rule in rules]
    if sorted(ids) != sorted(functions):
        raise ConfigurationError(f"Rules and functions differ: {sorted(set(ids) ^ set(functions)) or 'doubled ids'}.")
    return tuple((rule, functions[rule.id]) for rule in rules)


def assess(project: Project, facts: ProjectFacts, period: str | None, today: date) -> Readiness:
    """The readiness of one project for a month "YYYY-MM", or for all that is unbilled up to today.

    Raises InvalidInput for a period that is no month.
    """
    case = Case(project, facts, period, today)
    judged = [(rule, judge(case, rule, check)) for rule, check in checks()]
    unbilled = case.unbilled.rounded
    ready = _ready(case, [judgement for rule, judgement in judged if rule.severity is Severity.BLOCKS]).rounded
    return Readiness(
        project_id=project.id,
        project_code=project.code,
        project_name=project.name,
        customer=case.customer.name if case.customer else None,
        practice=project.practice,
        region=project.region,
        period=period,
        findings=tuple(_finding(case, rule, judgement) for rule, judgement in judged),
        unbilled=unbilled,
        ready=ready,
        blocked=unbilled - ready,
        as_of=facts.as_of,
    )


def judge(case: Case, rule: Rule, check: Check) -> Judgement:
    """One rule's judgement; a project that is over, or internal, has no prerequisites left."""
    if case.project.status in ("done", "cancelled") and not case.items and not rule.id.startswith("invoice."):
        return not_applicable("The project is over and nothing is left to bill.")
    if case.customer is None and case.contract is None and not case.items:
        return not_applicable("The project is internal: it has no customer and no billable work.")
    return check(case)


def _ready(case: Case, blocking: list[Judgement]) -> Money:
    """What no rule holds, up to the tightest ceiling: each amount is blocked once, by however many rules."""
    zero = Money(Decimal(0), case.currency)
    stopping = [j for j in blocking if j.verdict in (Verdict.FAIL, Verdict.UNKNOWN)]
    if any(judgement.held is None for judgement in stopping):
        return zero
    held = frozenset(id_ for j in stopping if j.held is not None for id_ in j.held | j.unclear)
    free = case.unbilled - case.value(held)
    rooms = [j.room for j in stopping if j.room is not None]
    return max(zero, min([free, *rooms]))


def _finding(case: Case, rule: Rule, judgement: Judgement) -> Finding:
    return Finding(
        rule=rule.id,
        title=rule.problem if judgement.verdict is Verdict.FAIL else rule.title,
        verdict=judgement.verdict,
        severity=rule.severity,
        reason=judgement.reason,
        owner=rule.owner,
        amount=_held(case, rule, judgement),
        sources=judgement.sources,
        evidence=judgement.evidence,
        remedy=_remedy(rule, judgement),
    )


def _held(case: Case, rule: Rule, judgement: Judgement) -> Money | None:
    if rule.severity is Severity.WARNS or judgement.verdict not in (Verdict.FAIL, Verdict.UNKNOWN):
        return None
    if judgement.room is not None:
        return min(case.unbilled, case.unbilled - judgement.room).rounded
    return case.value(judgement.held).rounded


def _remedy(rule: Rule, judgement: Judgement) -> Remedy | None:
    if judgement.verdict is Verdict.UNKNOWN:
        return Remedy(f"Connect or import what would know: {rule.knows}." if rule.knows else rule.remedy)
    if judgement.verdict is not Verdict.FAIL:
        return None
    return Remedy(rule.remedy, rule.action, tuple(sorted(judgement.arguments.items())))
