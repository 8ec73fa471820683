"""What to do next on a project: the finding whose clearing frees most money, weighed by how long it has waited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.findings import Finding, Severity, Verdict
from domain.money import Money
from domain.records import Project
from policies.prerequisites.assessment import STOPS, finding_of, judgements, ready
from policies.prerequisites.case import Case
from policies.prerequisites.judgement import Judgement
from policies.prerequisites.known import ProjectFacts
from policies.prerequisites.rulebook import Rule

Judged = tuple[Rule, Judgement]


@dataclass(frozen=True)
class NextStep:
    """One finding to clear. `frees` is what could be billed at once if it alone were cleared, `holds` what it holds
    back with others; `days` since the oldest item that it holds.
    """

    finding: Finding
    frees: Money
    holds: Money
    days: int

    @property
    def weight(self) -> tuple[Decimal, Decimal, Decimal]:
        """Money times days: first what it frees, then what it holds, then what it holds on any day."""
        days = max(self.days, 1)
        return self.frees.amount * days, self.holds.amount * days, self.holds.amount


def next_steps(project: Project, facts: ProjectFacts, period: str | None, today: date) -> tuple[NextStep, ...]:
    """The blocking findings of a project, the one that is worth most first; what is missing is sought before what fails
    where both are worth the same.
    """
    case = Case(project, facts, period, today)
    judged = judgements(case)
    now = ready(case, judged)
    open_ = [(r, j) for r, j in judged if r.severity is Severity.BLOCKS and j.verdict in STOPS]
    steps = [_step(case, rule, judgement, judged, now) for rule, judgement in open_]
    return tuple(sorted(steps, key=_order))


def _order(step: NextStep) -> tuple[object, ...]:
    return (*(-part for part in step.weight), step.finding.verdict is not Verdict.FAIL, step.finding.rule)


def _step(case: Case, rule: Rule, judgement: Judgement, judged: Iterable[Judged], now: Money) -> NextStep:
    without = [(other, found) for other, found in judged if other.id != rule.id]
    finding = finding_of(case, rule, judgement)
    holds = finding.amount or Money(Decimal(0), case.currency)
    return NextStep(finding, (ready(case, without) - now).rounded, holds, _waiting(case, judgement))


def _waiting(case: Case, judgement: Judgement) -> int:
    held = judgement.held
    mine = held | judgement.unclear if held is not None and judgement.room is None else None
    dates = [item.date for item in case.items if item.date and (mine is None or item.id in mine)]
    return (case.today - min(dates)).days if dates else 0
