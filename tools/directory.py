"""Finds the firm's records from what a conversation calls them, and lists projects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.errors import InvalidInput, NotFound
from domain.records import Contract, Customer, Firm, Project
from policies.prerequisites.items import words
from tools.cells import project_href, project_key
from tools.tool import Tool, ToolContext, ToolResult, from_past

SHOWN = 50
Key = str


class FindProjects(BaseModel):
    """All that is given must fit."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, max_length=120, description="Words of the project's name or code")
    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")
    practice: str | None = Field(None, max_length=20, description="Practice code, such as CLD")
    region: str | None = Field(None, max_length=20, description="Region code, such as UKI")
    status: Literal["open", "on_hold", "done", "cancelled"] | None = None


def project_of(firm: Firm, key: str) -> Project:
    """The project of this code, ERP id, name or contract number. Raises NotFound, InvalidInput (several fit)."""
    wanted = words(key)
    by_code = [p for p in firm.projects if p.id == key or (p.code and words(p.code) == wanted)]
    found = by_code or [p for p in firm.projects if words(p.name) == wanted] or _of_contract(firm, wanted)
    if not found:
        raise NotFound("There is no project of that code or name.")
    if len(found) > 1:
        raise InvalidInput(f"Several projects fit: {', '.join(sorted(map(project_key, found)))}.")
    return found[0]


def _of_contract(firm: Firm, wanted: str) -> list[Project]:
    ids = {contract.id for contract in firm.contracts if words(contract.number) == wanted}
    return [project for project in firm.projects if ids & set(project.contract_ids)]


def contract_of(firm: Firm, key: str) -> Contract:
    """The contract of this number or ERP id. Raises NotFound."""
    found = [c for c in firm.contracts if c.id == key or words(c.number) == words(key)]
    if not found:
        raise NotFound("There is no contract of that number.")
    return found[0]


def customers_of(firm: Firm, key: str) -> tuple[Customer, ...]:
    """The customers of this code, id or name; all whose name contains it where none is called exactly so."""
    wanted = words(key)
    exact = [c for c in firm.customers if key in (c.id, c.code) or words(c.name) == wanted]
    found = exact or [c for c in firm.customers if wanted and f" {wanted} " in f" {words(c.name)} "]
    if not found:
        raise NotFound("There is no customer of that name.")
    return tuple(found)


def narrowed(
    firm: Firm, *, customer: str | None = None, practice: str | None = None, region: str | None = None
) -> tuple[Project, ...]:
    """The firm's projects of a customer, practice or region. Raises NotFound for a customer that is not there."""
    ids = {found.id for found in customers_of(firm, customer)} if customer else None
    return tuple(
        project
        for project in firm.projects
        if (ids is None or project.customer_id in ids)
        and (practice is None or (project.practice or "").casefold() == practice.casefold())
        and (region is None or (project.region or "").casefold() == region.casefold())
    )


async def _find(context: ToolContext, wanted: FindProjects) -> ToolResult:
    firm = await context.firm.masters()
    found = narrowed(firm, customer=wanted.customer, practice=wanted.practice, region=wanted.region)
    found = [p for p in found if wanted.status in (None, p.status) and _called(p, wanted.name)]
    found.sort(key=lambda project: (project.code or "~", project.name))
    facts = {
        "count": len(found),
        "projects": [
            {
                "project": project_key(p),
                "status": p.status,
                "practice": p.practice,
                "region": p.region,
                "billing": p.billing,
            }
            for p in found[:SHOWN]
        ],
    }
    handles = {f"P{number}": project_key(p) for number, p in enumerate(found[:SHOWN], 1)}
    return ToolResult(facts, (_table(firm, found),), handles)


def _called(project: Project, name: str | None) -> bool:
    return name is None or words(name) in words(f"{project.code or ''} {project.name}")


def _table(firm: Firm, projects: Iterable[Project]) -> Table:
    customers = {customer.id: customer for customer in firm.customers}
    listed = list(projects)
    rows = tuple(
        (
            Cell(p.code or p.name, project_href(project_key(p)), (p.source,)),
            Cell(p.name),
            Cell(customers[p.customer_id].name if p.customer_id in customers else None),
            Cell(p.status.replace("_", " ")),
        )
        for p in listed[:SHOWN]
    )
    note = "" if len(listed) <= SHOWN else f"The first {SHOWN} of {len(listed)} are shown."
    return Table("Projects", ("Project", "Name", "Customer", "Status"), rows, note=note)


FIND_PROJECTS = Tool(
    name="find_projects",
    description="List projects by name, customer, practice, region or status.",
    operation=Operation.READINESS_READ,
    arguments=FindProjects,
    run=_find,
    then=from_past(_find),
)
