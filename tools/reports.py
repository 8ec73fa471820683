"""What other systems report, newest first: holds, change requests, approvals, acceptances, purchase orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.facts import FactKind, OutsideFact
from domain.records import Contract, Firm, Project
from policies.prerequisites.outside import flag, source_of
from store import facts as reported
from tools.cells import project_href, project_key
from tools.scope import Whose, projects_of
from tools.tool import Tool, ToolContext, ToolResult

SHOWN = 60
TYPED = 24  # a date, number or word of a fixed list; anything longer may be a sentence


class Reports(Whose):
    """Which reports: of what kind, whose, in which state."""

    kind: FactKind
    state: str | None = Field(None, max_length=20, description="Such as open, approved, accepted, delivered, held")


async def _reports(context: ToolContext, wanted: Reports) -> ToolResult:
    firm = await context.firm.masters()
    async with context.database.tenant(context.actor.tenant) as connection:
        every = [fact for fact in await reported.newest(connection) if fact.kind is wanted.kind]
    projects = projects_of(firm, wanted)
    subjects = _subjects(firm, projects)
    kept = [fact for fact in every if _of(fact, subjects) and wanted.state in (None, state_of(fact))]
    kept.sort(key=lambda fact: fact.subject)
    facts = {
        "kind": wanted.kind.value,
        "state": wanted.state,
        "count": len(kept),
        "reported_on": bool(every),
        "reports": [_facts(fact, subjects) for fact in kept[:SHOWN]],
    }
    return ToolResult(facts, (_table(kept, wanted, subjects, reported_on=bool(every)),))


def _subjects(firm: Firm, projects: Iterable[Project]) -> Mapping[str, str]:
    """How other systems name the projects (code, name, contract number), and the key of each."""
    contracts: Mapping[str, Contract] = {contract.id: contract for contract in firm.contracts}
    found: dict[str, str] = {}
    for project in projects:
        key = project_key(project)
        for name in (
            project.code,
            project.name,
            *(contracts[i].number for i in project.contract_ids if i in contracts),
        ):
            if name:
                found.setdefault(name, key)
    return found


def _of(fact: OutsideFact, subjects: Mapping[str, str]) -> bool:
    return fact.subject.partition("/")[0] in subjects


def state_of(fact: OutsideFact) -> str:
    """The state that a report gives, in one word."""
    if fact.kind is FactKind.BILLING_HOLD:
        return {True: "held", False: "released", None: "unclear"}[flag(fact.value.get("held"))]
    if fact.kind is FactKind.PURCHASE_ORDER:
        return {True: "required", False: "not required", None: "reported"}[flag(fact.value.get("required"))]
    return str(fact.value.get("status") or "reported").lower()


def _facts(fact: OutsideFact, subjects: Mapping[str, str]) -> dict[str, Any]:
    """Typed values only: what is longer than a date, number or word stays with the reader."""
    values = {
        key: str(value) for key, value in fact.value.items() if len(str(value)) <= TYPED and " " not in str(value)
    }
    project = subjects[fact.subject.partition("/")[0]]
    return {"project": project, "state": state_of(fact), **values, "reported_at": fact.reported_at.date().isoformat()}


def _table(kept: Sequence[OutsideFact], wanted: Reports, subjects: Mapping[str, str], *, reported_on: bool) -> Table:
    rows = tuple(
        (
            Cell(subjects[fact.subject.partition("/")[0]], project_href(subjects[fact.subject.partition("/")[0]])),
            Cell(fact.subject.partition("/")[2] or fact.subject, sources=(source_of(fact),)),
            Cell(state_of(fact)),
            Cell(
                ", ".join(
                    f"{key} {value}" for key, value in sorted(fact.value.items()) if key not in {"status", "held"}
                )
            ),
            Cell(fact.system),
            Cell(fact.reported_at.date().isoformat()),
        )
        for fact in kept[:SHOWN]
    )
    name = wanted.kind.value.replace("_", " ").capitalize()
    note = f"The first {SHOWN} of {len(kept)} are shown." if len(kept) > SHOWN else ""
    if not rows:
        note = (
            "There is none among what is reported."
            if reported_on
            else "No connected system reports on this: it cannot be determined."
        )
    title = f"{name} reports" + (f", {wanted.state}" if wanted.state else "")
    return Table(title, ("Project", "Subject", "State", "Details", "System", "Reported on"), rows, note=note)


REPORTS = Tool(
    name="reports",
    description="What other systems report: billing holds, change requests, timesheet approvals, acceptances, orders.",
    operation=Operation.READINESS_READ,
    arguments=Reports,
    run=_reports,
)
