"""What has to be cleared, by whom: open findings over all projects, about one subject, by owner, rule or customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.errors import InvalidInput
from domain.findings import Finding, Readiness, Severity, Verdict
from domain.source import Source
from policies.prerequisites.items import words
from policies.prerequisites.portfolio import Dossier, portfolio
from tools import knowledge
from tools.cells import amount_cell, finding_facts, project_cell, project_href, readiness_key
from tools.readiness import Month
from tools.rules import rules_about
from tools.scope import Whose, projects_of
from tools.tool import Tool, ToolContext, ToolResult

SHOWN = 60
NAMED = 8  # findings that one cell names
GroupBy = Literal["owner", "rule", "customer", "project"]


class Problems(Whose):
    """Which findings: about what, whose, failed or not known, and how to group them."""

    about: str = Field("", max_length=120, description="A rule's id, or a subject such as purchase order")
    owner: str | None = Field(None, max_length=60, description="Who has to clear it, such as Finance")
    month: Month | None = Field(None, description="YYYY-MM")
    verdict: Literal["fail", "unknown"] | None = None
    severity: Severity | None = None
    group_by: GroupBy | None = None


@dataclass(frozen=True)
class Problem:
    """One finding of one project."""

    answer: Readiness
    finding: Finding


async def _problems(context: ToolContext, wanted: Problems) -> ToolResult:
    dossier = await knowledge.load(context.database, context.firm, context.actor.tenant)
    rules = frozenset(rule.id for rule in rules_about(wanted.about)) if wanted.about else None
    if rules is not None and not rules:
        raise InvalidInput("No billing prerequisite is about that. Ask what is checked before billing.")
    answers = _covered(dossier, wanted, portfolio(dossier, wanted.month, context.today))
    found = sorted(
        (Problem(a, f) for a in answers for f in a.findings if _fits(f, wanted, rules)),
        key=lambda p: (-(p.finding.amount.amount if p.finding.amount else Decimal(0)), readiness_key(p.answer)),
    )
    facts: dict[str, Any] = {
        "about": wanted.about or None,
        "month": wanted.month,
        "count": len(found),
        "project_count": len({readiness_key(p.answer) for p in found}),
        "projects": [{"project": readiness_key(p.answer), **finding_facts(p.finding)} for p in found[:SHOWN]],
        "customers": len({p.answer.customer for p in found if p.answer.customer}),
        "as_of": dossier.firm.fetched_at.isoformat(),
    }
    keys = dict.fromkeys(readiness_key(p.answer) for p in found[:SHOWN])
    sources = {project.id: (project.source,) for project in dossier.firm.projects}
    if wanted.group_by:
        groups = _groups(found, wanted.group_by)
        facts["groups"] = [
            {wanted.group_by: _key(mine[0], wanted.group_by), "count": len(mine)} for mine in groups.values()
        ]
        block = _grouped(groups, wanted.group_by)
    else:
        block = _table(found, sources)
    return ToolResult(facts, (block,), {f"P{n}": key for n, key in enumerate(keys, 1)})


def _covered(dossier: Dossier, wanted: Problems, answers: Iterable[Readiness]) -> list[Readiness]:
    """The answers asked for; contracts without a project count where nothing but a customer narrows it."""
    ids = {project.id for project in projects_of(dossier.firm, wanted)}
    names = {
        c.name for c in dossier.firm.customers if c.id in {p.customer_id for p in dossier.firm.projects if p.id in ids}
    }
    narrow = any((wanted.project, wanted.contract, wanted.practice, wanted.region))
    return [
        answer
        for answer in answers
        if answer.project_id in ids
        or (
            answer.project_id.startswith("contract:")
            and not narrow
            and (not wanted.customer or answer.customer in names)
        )
    ]


def _fits(finding: Finding, wanted: Problems, rules: frozenset[str] | None) -> bool:
    return (
        finding.verdict in ({Verdict(wanted.verdict)} if wanted.verdict else {Verdict.FAIL, Verdict.UNKNOWN})
        and (rules is None or finding.rule in rules)
        and wanted.severity in (None, finding.severity)
        and (wanted.owner is None or words(wanted.owner) in words(finding.owner))
    )


def _key(problem: Problem, by: GroupBy) -> str:
    """A key that a model may see: a rule, a role, a project; customers by the project, since names are free text."""
    return {
        "owner": problem.finding.owner,
        "rule": problem.finding.rule,
        "project": readiness_key(problem.answer),
        "customer": readiness_key(problem.answer),
    }[by]


def _label(problem: Problem, by: GroupBy) -> str:
    if by == "customer":
        return problem.answer.customer or "not assigned"
    if by == "rule":
        return problem.finding.title
    return (
        f"{problem.answer.project_code or ''} {problem.answer.project_name}".strip()
        if by == "project"
        else problem.finding.owner
    )


def _groups(found: Sequence[Problem], by: GroupBy) -> dict[str, list[Problem]]:
    groups: dict[str, list[Problem]] = {}
    for problem in found:
        groups.setdefault(_label(problem, by), []).append(problem)
    return dict(sorted(groups.items(), key=lambda one: (-len(one[1]), one[0])))


def _grouped(groups: Mapping[str, Sequence[Problem]], by: GroupBy) -> Table:
    rows = tuple(
        (
            Cell(label, project_href(readiness_key(mine[0].answer)) if by == "project" else ""),
            Cell(len(mine)),
            Cell(len({readiness_key(p.answer) for p in mine})),
            Cell(
                "; ".join(f"{readiness_key(p.answer)}: {p.finding.title}" for p in mine[:NAMED])
                + (" …" if len(mine) > NAMED else "")
            ),
        )
        for label, mine in groups.items()
    )
    return Table(
        f"Open findings by {by}",
        (by.capitalize(), "Findings", "Projects", "Which"),
        rows,
        (1, 2),
        "" if rows else "There are none.",
    )


def _table(found: Sequence[Problem], sources: Mapping[str, tuple[Source, ...]]) -> Table:
    rows = tuple(
        (
            project_cell(p.answer, sources.get(p.answer.project_id, ())),
            Cell(p.answer.customer),
            Cell(p.finding.title if p.finding.verdict is Verdict.FAIL else f"{p.finding.title}: cannot determine"),
            Cell(p.finding.owner),
            amount_cell(p.finding.amount, p.finding.sources),
            Cell(p.finding.remedy.text if p.finding.remedy else ""),
        )
        for p in found[:SHOWN]
    )
    note = "" if rows else "There are none."
    if found:
        note = "One amount may be held back by several findings: these are not to be added up."
    if len(found) > SHOWN:
        note = f"The first {SHOWN} of {len(found)} are shown. {note}"
    return Table(
        "Open findings", ("Project", "Customer", "Finding", "Who clears it", "Holds back", "How"), rows, (4,), note
    )


PROBLEMS = Tool(
    name="problems",
    description="Open findings about a subject (purchase order, tax id, approval): which projects, who clears them.",
    operation=Operation.READINESS_READ,
    arguments=Problems,
    run=_problems,
)
