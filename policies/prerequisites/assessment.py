"""Answers whether a project can be billed: a finding per rule, and its unbilled money split into ready and blocked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from domain.errors import ConfigurationError
from domain.findings import Finding, Readiness, Remedy, Severity, Verdict
from domain.money import Money
from domain.records import Project
from domain.terms import said_by
from policies.prerequisites import (
    accounts,
    agreements,
    contracts,
    customers,
    expenses,
    hours,
    invoices,
    milestones,
    orders,
    projects,
    rate_cards,
    rates,
    sow,
    work,
)
from policies.prerequisites.case import Case
from policies.prerequisites.conditions import judged as by_conditions
from policies.prerequisites.conditions import silence
from policies.prerequisites.fields import checked
from policies.prerequisites.judgement import Judgement, not_applicable, waived
from policies.prerequisites.known import ProjectFacts
from policies.prerequisites.rulebook import Rule, Switch, rulebook

Check = Callable[[Case], Judgement]
ROOMS = (
    contracts,
    agreements,
    sow,
    orders,
    projects,
    work,
    hours,
    expenses,
    milestones,
    rates,
    rate_cards,
    customers,
    accounts,
    invoices,
)
STOPS = (Verdict.FAIL, Verdict.UNKNOWN)


@cache
def checks() -> Mapping[str, Check]:
    """The function of each shipped rule that is not data alone.

    Raises ConfigurationError when data and functions do not match one to one, or a condition names no field.
    """
    functions = [(id_, check) for room in ROOMS for id_, check in room.RULES.items()]
    coded = [rule.id for rule in rulebook() if not rule.require]
    if sorted(coded) != sorted(id_ for id_, _ in functions):
        wrong = sorted(set(coded) ^ {id_ for id_, _ in functions})
        raise ConfigurationError(f"Rules and functions differ: {wrong or 'doubled ids'}.")
    for condition in (found for rule in rulebook() for found in (*rule.applies, *rule.require)):
        checked(condition.field)
    return dict(functions)


def judgements(case: Case) -> list[tuple[Rule, Judgement]]:
    """Every rule that the firm asks, with its judgement; what was waived is marked so."""
    functions = checks()
    found = [(rule, judge(case, rule, functions.get(rule.id))) for rule in case.facts.settings.rules]
    agreed = {one.rule: one for one in case.facts.waivers if one.until >= case.today}
    return [
        (rule, waived(one, agreed[rule.id]) if rule.id in agreed and one.verdict in STOPS else one)
        for rule, one in found
    ]


def assess(project: Project, facts: ProjectFacts, period: str | None, today: date) -> Readiness:
    """The readiness of one project for a month "YYYY-MM", or for all that is unbilled up to today.

    Raises InvalidInput for a period that is no month.
    """
    return assessed(Case(project, facts, period, today))


def assessed(case: Case) -> Readiness:
    """The same of a case, where what it worked out is used further. Raises like `assess`."""
    project, judged = case.project, judgements(case)
    unbilled = case.unbilled.rounded
    free = ready(case, judged).rounded
    return Readiness(
        project_id=project.id,
        project_code=project.code,
        project_name=project.name,
        customer=case.customer.name if case.customer else None,
        practice=project.practice,
        region=project.region,
        period=case.period,
        findings=tuple(finding_of(case, rule, judgement) for rule, judgement in judged),
        unbilled=unbilled,
        ready=free,
        blocked=unbilled - free,
        as_of=case.facts.as_of,
        at_risk=at_risk(case, judged, free),
    )


def judge(case: Case, rule: Rule, check: Check | None) -> Judgement:
    """One rule's judgement; a project that is over, or internal, has no prerequisites left."""
    if case.project.status in ("done", "cancelled") and not case.items and not rule.id.startswith("invoice."):
        return not_applicable("The project is over and nothing is left to bill.")
    if case.customer is None and case.contract is None and not case.items:
        return not_applicable("The project is internal: it has no customer and no billable work.")
    if (idle := _idle(case, rule)) is not None:
        return idle
    return _attributed(case, by_conditions(case, rule) if check is None else silence(case, rule) or check(case))


def _attributed(case: Case, found: Judgement) -> Judgement:
    """The judgement, saying so where a term that it cites is the master agreement's and not the statement of work's."""
    terms = case.facts.terms.get(case.contract.number, ()) if case.contract and found.evidence else ()
    masters = {term.master for term in terms if term.master and not set(found.evidence).isdisjoint(term.evidence)}
    return replace(found, reason=f"{found.reason} {said_by(masters)}") if masters else found


def _idle(case: Case, rule: Rule) -> Judgement | None:
    """Why a rule is not asked of anyone at present, though the firm has not switched it off."""
    if rule.switch is Switch.ALWAYS or rule.id in case.facts.settings.on:
        return None
    if rule.switch is Switch.WANTED:
        return not_applicable("The firm has not switched this rule on.")
    missing = [kind.value.replace("_", " ") for kind in rule.needs if kind not in case.facts.outside.covered]
    return not_applicable(f"No connected system reports {', '.join(missing)} facts.") if missing else None


def ready(case: Case, judged: Sequence[tuple[Rule, Judgement]]) -> Money:
    """What no rule holds, up to the tightest ceiling: each amount is blocked once, by however many rules."""
    zero = Money(Decimal(0), case.currency)
    stopping = [j for rule, j in judged if rule.severity is Severity.BLOCKS and j.verdict in STOPS]
    if any(judgement.held is None for judgement in stopping):
        return zero
    free = case.unbilled - case.value(held_items(judged))
    rooms = [j.room for j in stopping if j.room is not None]
    return max(zero, min([free, *rooms]))


def at_risk(case: Case, judged: Sequence[tuple[Rule, Judgement]], free: Money) -> Money:
    """Of the ready amount what failed warnings speak against, each item once however many do."""
    warned = [j for rule, j in judged if rule.severity is Severity.WARNS and j.verdict is Verdict.FAIL]
    if any(judgement.held is None for judgement in warned):
        return free
    named = frozenset(id_ for judgement in warned for id_ in judgement.held or ())
    return min(free, case.value(named - held_items(judged)))


def held_items(judged: Iterable[tuple[Rule, Judgement]]) -> frozenset[str]:
    """The items that a blocking rule names."""
    stopping = [j for rule, j in judged if rule.severity is Severity.BLOCKS and j.verdict in STOPS]
    return frozenset(id_ for j in stopping if j.held is not None for id_ in j.held | j.unclear)


def finding_of(case: Case, rule: Rule, judgement: Judgement) -> Finding:
    """What people are told of a judgement."""
    stops = judgement.verdict in STOPS
    return Finding(
        rule=rule.id,
        title=rule.problem if judgement.verdict in (Verdict.FAIL, Verdict.WAIVED) else rule.title,
        verdict=judgement.verdict,
        severity=rule.severity,
        reason=judgement.reason,
        owner=rule.owner,
        amount=_held(case, rule, judgement) if stops else None,
        sources=judgement.sources,
        evidence=judgement.evidence,
        remedy=_remedy(rule, judgement) if stops else None,
        waiver=judgement.waiver,
    )


def _held(case: Case, rule: Rule, judgement: Judgement) -> Money | None:
    if rule.severity is Severity.WARNS:
        return None
    if judgement.room is not None:
        return min(case.unbilled, case.unbilled - judgement.room).rounded
    return (case.unbilled if judgement.held is None else case.value(judgement.held)).rounded


def _remedy(rule: Rule, judgement: Judgement) -> Remedy:
    if judgement.verdict is Verdict.UNKNOWN:
        return Remedy(f"Connect or import what would know: {rule.knows}." if rule.knows else rule.remedy)
    return Remedy(rule.remedy, rule.action, tuple(sorted(judgement.arguments.items())))
