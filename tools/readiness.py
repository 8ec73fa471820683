"""Can it be billed? One project with every finding, or the portfolio with what stands in the way of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.actor import Operation
from domain.blocks import Block, Cell, Findings, Table
from domain.errors import NotFound
from domain.findings import Finding, Readiness, Severity, Verdict
from domain.money import totals
from domain.records import Firm
from domain.source import Source
from erp.past import PastMirror
from store import outstanding, results
from store.results import Line
from tools import evaluating
from tools.cells import (
    STATUS_WORDS,
    amount_cell,
    finding_facts,
    money,
    project_cell,
    project_href,
    project_key,
    readiness_key,
)
from tools.directory import customers_of, project_of
from tools.tool import Tool, ToolContext, ToolResult

SHOWN = 50
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Status = Literal["blocked", "cannot_determine", "billable", "nothing_to_bill"]
ORDER = {Verdict.FAIL: 0, Verdict.UNKNOWN: 1, Verdict.WAIVED: 2, Verdict.PASS: 3, Verdict.NOT_APPLICABLE: 4}


class ProjectReadiness(BaseModel):
    """Which project, and for which month; without one, everything unbilled up to today."""

    model_config = ConfigDict(extra="forbid")

    project: str = Field(max_length=120, description="Project code or handle")
    month: Month | None = Field(None, description="YYYY-MM")


class PortfolioReadiness(BaseModel):
    """Which projects; `status` keeps those of one status only."""

    model_config = ConfigDict(extra="forbid")

    practice: str | None = Field(None, max_length=20, description="Practice code, such as CLD")
    region: str | None = Field(None, max_length=20, description="Region code, such as UKI")
    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")
    month: Month | None = Field(None, description="YYYY-MM")
    status: Status | None = None


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What stops comes first, then what is not known; blocking before warning, the larger amount before the smaller."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (ORDER[f.verdict], f.severity is Severity.WARNS, -(f.amount.amount if f.amount else 0)),
        )
    )


def open_findings(answer: Readiness) -> tuple[Finding, ...]:
    """The findings that someone has to look at."""
    return ordered(f for f in answer.findings if f.verdict in (Verdict.FAIL, Verdict.UNKNOWN))


def findings_block(answer: Readiness) -> Findings:
    """A project's answer as people see it: open findings, or the passed ones when nothing is open."""
    title = f"{answer.project_code or ''} {answer.project_name}".strip()
    shown = open_findings(answer) or tuple(f for f in answer.findings if f.verdict is Verdict.PASS)
    href = project_href(readiness_key(answer), answer.period)
    return Findings(title, href, answer.status, shown, answer.as_of)


def money_block(answer: Readiness, source: Source) -> Table:
    """What is unbilled, and how it splits."""
    href = project_href(readiness_key(answer), answer.period)
    amounts = (answer.unbilled, answer.ready, answer.blocked)
    row = (Cell(answer.period or "until today"), *(amount_cell(amount, (source,), href) for amount in amounts))
    return Table("Unbilled work", ("Period", "Unbilled", "Ready to bill", "Held back"), (row,), (1, 2, 3))


def answer_facts(answer: Readiness) -> dict[str, Any]:
    """What a model may see of an answer."""
    verdicts = Counter(finding.verdict.value for finding in answer.findings)
    return {
        "project": readiness_key(answer),
        "month": answer.period,
        "status": answer.status,
        "unbilled": money(answer.unbilled),
        "ready": money(answer.ready),
        "held_back": money(answer.blocked),
        "checked": dict(sorted(verdicts.items())),
        "findings": [finding_facts(finding) for finding in open_findings(answer)],
        "as_of": answer.as_of,
    }


async def _project(context: ToolContext, wanted: ProjectReadiness) -> ToolResult:
    firm = await context.firm.masters()
    project = project_of(firm, wanted.project)
    dossier = await evaluating.dossier_of(context.firm, context.today, project)
    answer = dossier.assess(project, wanted.month, context.today)
    blocks: tuple[Block, ...] = (findings_block(answer), money_block(answer, project.source))
    whose = next((customer.code for customer in firm.customers if customer.id == project.customer_id), None)
    return ToolResult(answer_facts(answer) | {"customer": whose}, blocks, {"P1": project_key(project)})


async def _project_then(context: ToolContext, wanted: ProjectReadiness, at: datetime) -> ToolResult:
    """The answer that stood at that moment, as it was worked out and kept. Raises NotFound where none was."""
    project = project_of(await PastMirror(context.firm, at).masters(), wanted.project)
    async with context.database.tenant(context.actor.tenant) as connection:
        held = await results.one_at(connection, project.id, wanted.month or "", at)
    if held is None:
        raise NotFound(f"No answer for {wanted.project} is kept from that time.")
    answer = replace(held.readiness, as_of=held.since.isoformat())
    blocks: tuple[Block, ...] = (findings_block(answer), money_block(answer, project.source))
    return ToolResult(answer_facts(answer), blocks, {"P1": project_key(project)})


def select(firm: Firm, lines: Iterable[Line], wanted: PortfolioReadiness) -> list[Line]:
    """The answers asked for; the larger amount held back first, then the larger ready one."""
    names = {c.name for c in customers_of(firm, wanted.customer)} if wanted.customer else None
    kept = [
        line
        for line in lines
        if (names is None or line.customer in names)
        and (wanted.practice is None or (line.practice or "").casefold() == wanted.practice.casefold())
        and (wanted.region is None or (line.region or "").casefold() == wanted.region.casefold())
    ]
    return sorted(kept, key=lambda line: (-line.blocked, -line.ready, line.code or line.project))


async def _portfolio(context: ToolContext, wanted: PortfolioReadiness) -> ToolResult:
    state = await evaluating.up_to_date(context.firm, context.today, wanted.month or "")
    firm, month = await context.firm.masters(), wanted.month or ""
    async with context.database.tenant(context.actor.tenant) as connection:
        known, _ = await results.listing(
            connection, results.Wanted(month=month, status=wanted.status or ""), limit=None
        )
        lines = select(firm, known, wanted)
        full = await outstanding.answers(connection, [line.project for line in lines[:SHOWN]], month)
    shown = [replace(full[line.project], as_of=state.read_at.isoformat()) for line in lines[:SHOWN]]
    facts = {
        "month": wanted.month,
        "count": len(lines),
        "statuses": dict(sorted(Counter(line.status for line in lines).items())),
        "unbilled": [money(amount) for amount in totals(line.amounts.unbilled for line in lines)],
        "ready": [money(amount) for amount in totals(line.amounts.ready for line in lines)],
        "held_back": [money(amount) for amount in totals(line.amounts.blocked for line in lines)],
        "projects": [_row_facts(answer) for answer in shown],
        "as_of": firm.fetched_at.isoformat(),
        "warnings": list(firm.warnings),
    }
    handles = {f"P{number}": readiness_key(answer) for number, answer in enumerate(shown, 1)}
    table = _table(firm, shown, len(lines))
    return ToolResult(facts, (table, _totals(lines)) if lines else (table,), handles)


def _row_facts(answer: Readiness) -> dict[str, Any]:
    return {
        "project": readiness_key(answer),
        "status": answer.status,
        "ready": money(answer.ready),
        "held_back": money(answer.blocked),
        "rules": [f.rule for f in open_findings(answer)],
    }


def reasons(answer: Readiness) -> str:
    """What stands in the way, in a few words: failed rules by their problem, undetermined ones marked as such."""
    told = [f.title if f.verdict is Verdict.FAIL else f"{f.title}: unknown" for f in open_findings(answer)]
    return "; ".join(told)


def _table(firm: Firm, answers: Sequence[Readiness], count: int) -> Table:
    sources = {project.id: (project.source,) for project in firm.projects}
    rows = tuple(
        (
            project_cell(a, sources.get(a.project_id, ())),
            Cell(a.customer),
            Cell(STATUS_WORDS[a.status]),
            amount_cell(a.ready, sources.get(a.project_id, ())),
            amount_cell(a.blocked, sources.get(a.project_id, ())),
            Cell(reasons(a)),
        )
        for a in answers
    )
    note = "" if count <= SHOWN else f"The first {SHOWN} of {count} are shown."
    columns = ("Project", "Customer", "Status", "Ready to bill", "Held back", "Why")
    return Table("Billing readiness", columns, rows, (3, 4), note or ("" if answers else "No project fits."))


def _totals(lines: Sequence[Line]) -> Table:
    held = {m.currency: m for m in totals(line.amounts.blocked for line in lines)}
    ready = {m.currency: m for m in totals(line.amounts.ready for line in lines)}
    rows = tuple(
        (
            Cell(total.currency),
            amount_cell(total),
            amount_cell(ready[total.currency]),
            amount_cell(held[total.currency]),
        )
        for total in totals(line.amounts.unbilled for line in lines)
    )
    return Table("Total by currency", ("Currency", "Unbilled", "Ready to bill", "Held back"), rows, (1, 2, 3))


PROJECT_READINESS = Tool(
    name="project_readiness",
    description="Whether one project can be billed, for a month or for all unbilled work: findings, amounts, owners.",
    operation=Operation.READINESS_READ,
    arguments=ProjectReadiness,
    run=_project,
    then=_project_then,
)
PORTFOLIO_READINESS = Tool(
    name="portfolio_readiness",
    description="Which projects can or cannot be billed and why, by practice, region, customer, month or status.",
    operation=Operation.READINESS_READ,
    arguments=PortfolioReadiness,
    run=_portfolio,
)
