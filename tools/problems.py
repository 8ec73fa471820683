"""What has to be cleared, by whom: open findings over all projects, about one subject, by owner, rule or customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.errors import InvalidInput
from domain.findings import Finding, Readiness, Severity, Verdict
from domain.records import Firm
from policies.prerequisites.items import words
from store import outstanding
from store.outstanding import Open
from tools import evaluating
from tools.cells import amount_cell, finding_facts, project_cell, project_href, readiness_key
from tools.directory import customers_of
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


async def _problems(context: ToolContext, wanted: Problems) -> ToolResult:
    rules = frozenset(rule.id for rule in rules_about(wanted.about)) if wanted.about else None
    if rules is not None and not rules:
        raise InvalidInput("No billing prerequisite is about that. Ask what is checked before billing.")
    state = await evaluating.up_to_date(context.firm, context.today, wanted.month or "")
    firm = await context.firm.masters()
    async with context.database.tenant(context.actor.tenant) as connection:
        found = await outstanding.findings(
            connection,
            month=wanted.month or "",
            projects=_covered(firm, wanted),
            rules=rules,
            verdicts=(wanted.verdict,) if wanted.verdict else ("fail", "unknown"),
            severity=wanted.severity or "",
        )
        found = [one for one in found if wanted.owner is None or words(wanted.owner) in words(one.owner)]
        answers = await outstanding.answers(connection, {one.project for one in found[:SHOWN]}, wanted.month or "")
    shown = [(answers[one.project], _finding(answers[one.project], one)) for one in found[:SHOWN]]
    keys = list(dict.fromkeys(one.key for one in found[:SHOWN]))
    facts: dict[str, Any] = {
        "about": wanted.about or None,
        "month": wanted.month,
        "count": len(found),
        "project_count": len({one.project for one in found}),
        "projects": [{"project": readiness_key(answer), **finding_facts(finding)} for answer, finding in shown],
        "customers": len({one.customer for one in found if one.customer}),
        "as_of": state.read_at.isoformat(),
    }
    block = _table(firm, shown, len(found))
    if wanted.group_by:
        groups = _groups(found, wanted.group_by)
        facts["groups"] = [
            {wanted.group_by: _key(mine[0], wanted.group_by), "count": len(mine)} for mine in groups.values()
        ]
        block = _grouped(groups, wanted.group_by)
    return ToolResult(facts, (block,), {f"P{n}": key for n, key in enumerate(keys, 1)})


def _covered(firm: Firm, wanted: Problems) -> list[str] | None:
    """Whose answers are asked for; contracts without a project count where nothing but a customer narrows it."""
    if wanted.everyone:
        return None
    found = [project.id for project in projects_of(firm, wanted)]
    if wanted.customer and not any((wanted.project, wanted.contract, wanted.practice, wanted.region)):
        ids = {customer.id for customer in customers_of(firm, wanted.customer)}
        found += [f"contract:{contract.id}" for contract in firm.contracts if contract.customer_id in ids]
    return found


def _finding(answer: Readiness, one: Open) -> Finding:
    return next(finding for finding in answer.findings if finding.rule == one.rule)


def _key(problem: Open, by: GroupBy) -> str:
    """A key that a model may see: a rule, a role, a project; customers by the project, since names are free text."""
    return {"owner": problem.owner, "rule": problem.rule, "project": problem.key, "customer": problem.key}[by]


def _label(problem: Open, by: GroupBy) -> str:
    if by == "customer":
        return problem.customer or "not assigned"
    if by == "rule":
        return problem.title
    return f"{_code(problem)} {problem.name}".strip() if by == "project" else problem.owner


def _code(problem: Open) -> str:
    return "" if problem.key == problem.project else problem.key


def _groups(found: Sequence[Open], by: GroupBy) -> dict[str, list[Open]]:
    groups: dict[str, list[Open]] = {}
    for problem in found:
        groups.setdefault(_label(problem, by), []).append(problem)
    return dict(sorted(groups.items(), key=lambda one: (-len(one[1]), one[0])))


def _grouped(groups: Mapping[str, Sequence[Open]], by: GroupBy) -> Table:
    rows = tuple(
        (
            Cell(label, project_href(mine[0].key) if by == "project" else ""),
            Cell(len(mine)),
            Cell(len({p.project for p in mine})),
            Cell("; ".join(f"{p.key}: {p.title}" for p in mine[:NAMED]) + (" …" if len(mine) > NAMED else "")),
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


def _table(firm: Firm, shown: Sequence[tuple[Readiness, Finding]], count: int) -> Table:
    ids = {answer.project_id for answer, _ in shown}
    sources = {project.id: (project.source,) for project in firm.projects if project.id in ids}
    rows = tuple(
        (
            project_cell(answer, sources.get(answer.project_id, ())),
            Cell(answer.customer),
            Cell(finding.title if finding.verdict is Verdict.FAIL else f"{finding.title}: cannot determine"),
            Cell(finding.owner),
            amount_cell(finding.amount, finding.sources),
            Cell(finding.remedy.text if finding.remedy else ""),
        )
        for answer, finding in shown
    )
    note = "" if rows else "There are none."
    if rows:
        note = "One amount may be held back by several findings: these are not to be added up."
    if count > len(rows):
        note = f"The first {len(rows)} of {count} are shown. {note}"
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
