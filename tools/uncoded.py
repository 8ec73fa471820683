"""Work that has no project code: time on projects without one, each with the codes that it could be booked on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.errors import NotFound
from domain.hours import plainly
from domain.records import Firm, Project, TimeEntry
from policies.codes import CLOSED, CodeProposal
from store import mirror
from store.database import Connection
from store.embedding import Embedder
from tools import codes
from tools.cells import project_href
from tools.codes import EMBEDDED, Line
from tools.tool import Tool, ToolContext, ToolResult

SHOWN = 3


@dataclass(frozen=True)
class Uncoded:
    """A project without a code, the hours on it that are not invoiced, and the case that codes are proposed for."""

    project: Project
    customer: str
    hours: Decimal
    first: date
    last: date
    line: Line


async def uncoded(connection: Connection, firm: Firm) -> tuple[Uncoded, ...]:
    """Every project that has no code but time that is not invoiced, most hours first. Closed ones are past it."""
    names = {customer.id: customer.name for customer in firm.customers}
    bare = [project for project in firm.projects if not project.code and project.status not in CLOSED]
    time: dict[str, list[TimeEntry]] = defaultdict(list)
    for entry in await mirror.time_of(connection, [project.id for project in bare]):
        if entry.invoice_line_id is None:
            time[entry.project_id].append(entry)
    found = [
        _uncoded(project, time[project.id], names.get(project.customer_id or "", ""))
        for project in bare
        if project.id in time
    ]
    return tuple(sorted(found, key=lambda one: (-one.hours, one.project.id)))


def _uncoded(project: Project, entries: list[TimeEntry], customer: str) -> Uncoded:
    days = [entry.date for entry in entries]
    line = Line("time", project.name, max(days), customer, id=project.id)
    return Uncoded(project, customer, sum((e.hours for e in entries), Decimal(0)), min(days), max(days), line)


async def uncoded_project(connection: Connection, firm: Firm, project: str) -> Uncoded:
    """The one with this ERP id. Raises NotFound."""
    for one in await uncoded(connection, firm):
        if one.project.id == project:
            return one
    raise NotFound("There is no project with this id that has time but no code.")


async def proposals(
    connection: Connection, firm: Firm, today: date, embedder: Embedder = EMBEDDED
) -> list[tuple[Uncoded, tuple[CodeProposal, ...]]]:
    """Each with its ranked codes, best first."""
    return [
        (one, await codes.propose(connection, firm, one.line, today=today, embedder=embedder))
        for one in await uncoded(connection, firm)
    ]


class UncodedWork(BaseModel):
    """Nothing to say: all of it is shown."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100, description="How many projects to show")


async def _run(context: ToolContext, wanted: UncodedWork) -> ToolResult:
    firm = await context.firm.masters()
    async with context.database.tenant(context.actor.tenant) as connection:
        found = (await proposals(connection, firm, context.today, context.embedder))[: wanted.limit]
    facts = {
        "count": len(found),
        "projects": [
            {"project": one.project.id, "hours": plainly(one.hours), "codes": [_facts(p) for p in ranked[:SHOWN]]}
            for one, ranked in found
        ],
    }
    return ToolResult(facts, (_table(found),), {f"P{n}": one.project.id for n, (one, _) in enumerate(found, 1)})


def _facts(proposal: CodeProposal) -> dict[str, object]:
    return {"code": proposal.code, "kind": proposal.kind, "confidence": proposal.confidence}


def _table(found: list[tuple[Uncoded, tuple[CodeProposal, ...]]]) -> Table:
    rows = tuple(
        (
            Cell(one.project.name, project_href(one.project.id), (one.project.source,)),
            Cell(one.customer),
            Cell(plainly(one.hours), sources=(one.project.source,)),
            Cell(ranked[0].code if ranked else None),
            Cell(f"{ranked[0].confidence:.0%}" if ranked else None),
            Cell("; ".join(ranked[0].reasons) if ranked else ""),
            Cell("Choose", "/codes"),
        )
        for one, ranked in found
    )
    columns = ("Project", "Customer", "Hours", "Proposed code", "Confidence", "For", "")
    return Table("Work without a project code", columns, rows, (2, 4), "" if rows else "All work has a code.")


UNCODED_WORK = Tool(
    name="uncoded_work",
    description="Time on projects without a project code, with the codes proposed for each; nothing is applied.",
    operation=Operation.CODE_PROPOSE,
    arguments=UncodedWork,
    run=_run,
)
