"""What the systems hold of one project or contract: people, dates, order, value, what is invoiced and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Block, Cell, Table, Text
from domain.errors import InvalidInput
from domain.money import Money
from domain.records import Contract, Firm, Project
from policies.prerequisites.case import Case
from policies.prerequisites.portfolio import Dossier
from tools.cells import amount_cell, money, project_href, project_key
from tools.directory import contract_of, project_of
from tools.evaluating import dossier_of
from tools.scope import Whose, projects_of
from tools.tool import Tool, ToolContext, ToolResult

SHOWN = 30


class Engagement(BaseModel):
    """Which engagement: by project, contract or customer (then all of theirs)."""

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(None, max_length=120, description="Project code or handle")
    contract: str | None = Field(None, max_length=80, description="Contract number")
    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")


@dataclass(frozen=True)
class Budget:
    """A contract's order value and cap in force against what is invoiced and unbilled; None where it is not known."""

    invoiced: Money
    cap: Money | None
    left: Money | None


async def _engagement(context: ToolContext, wanted: Engagement) -> ToolResult:
    firm = await context.firm.masters()
    if wanted.contract and not wanted.project:
        contracts: list[Contract] = [contract_of(firm, wanted.contract)]
        projects = [p for p in firm.projects if contracts[0].id in p.contract_ids]
    else:
        projects = _projects(firm, wanted)
        ids = {id_ for project in projects for id_ in project.contract_ids}
        contracts = [contract for contract in firm.contracts if contract.id in ids]
    dossier = await dossier_of(context.firm, context.today, *projects, contracts=contracts)
    facts = {
        "projects": [_project_facts(project) for project in projects[:SHOWN]],
        "contracts": [_contract_facts(dossier, contract) for contract in contracts[:SHOWN]],
        "count": len(projects),
        "customer": _whose(firm, projects),
    }
    if len(projects) > 1:
        blocks: list[Block] = [_overview(dossier, projects)]
    else:
        blocks = [_project_table(dossier, project) for project in projects]
        blocks += [_contract_table(dossier, contract) for contract in contracts]
    if not contracts:
        blocks.append(Text("No contract is linked to it in the ERP."))
    return ToolResult(facts, tuple(blocks), {f"P{n}": project_key(p) for n, p in enumerate(projects[:SHOWN], 1)})


def _projects(firm: Firm, wanted: Engagement) -> list[Project]:
    if wanted.project:
        return [project_of(firm, wanted.project)]
    if wanted.customer:
        return list(projects_of(firm, Whose(customer=wanted.customer)))
    raise InvalidInput("Name the project, contract or customer.")


def _whose(firm: Firm, projects: list[Project]) -> str | None:
    """The code of the customer that all of these are for."""
    ids = {project.customer_id for project in projects}
    return next((c.code for c in firm.customers if c.id in ids), None) if len(ids) == 1 else None


def _overview(dossier: Dossier, projects: list[Project]) -> Table:
    """Several projects side by side, each with its contract."""
    rows = tuple(
        (
            Cell(f"{project.code or ''} {project.name}".strip(), project_href(project_key(project)), (project.source,)),
            Cell(project.status.replace("_", " ")),
            Cell(contract.number if contract else "none linked"),
            Cell((contract.po_number or "none recorded") if contract else None),
            amount_cell(contract.total, (contract.source,)) if contract else Cell(None),
            amount_cell(contract.invoiced, (contract.source,)) if contract else Cell(None),
        )
        for project in projects[:SHOWN]
        for contract in ([dossier.contracts[i] for i in project.contract_ids if i in dossier.contracts] or [None])
    )
    columns = ("Project", "Status", "Contract", "Purchase order", "Contract value", "Invoiced")
    note = f"The first {SHOWN} of {len(projects)} are shown." if len(projects) > SHOWN else ""
    return Table("In the ERP", columns, rows, (4, 5), note)


def _project_facts(project: Project) -> dict[str, Any]:
    return {
        "project": project_key(project),
        "status": project.status,
        "practice": project.practice,
        "region": project.region,
        "billing": project.billing,
        "opened": project.opened.isoformat() if project.opened else None,
        "manager": "known" if project.manager else "unknown",
        "tasks": len(project.tasks),
    }


def _project_table(dossier: Dossier, project: Project) -> Table:
    customer = dossier.customers.get(project.customer_id or "")
    numbers = [dossier.contracts[i].number for i in project.contract_ids if i in dossier.contracts]
    rows = (
        ("Customer", customer.name if customer else "not linked"),
        ("Contract", ", ".join(numbers) or "none linked"),
        ("Status", project.status.replace("_", " ")),
        ("Billed by", project.billing),
        ("Practice", project.practice or "not assigned"),
        ("Region", project.region or "not assigned"),
        ("Opened", project.opened.isoformat() if project.opened else "not recorded"),
        ("Manager", project.manager or "not recorded in the ERP"),
        ("Tasks", str(len(project.tasks))),
    )
    title = f"{project.code or ''} {project.name}".strip()
    head = (Cell("Project"), Cell(title, project_href(project_key(project)), (project.source,)))
    return Table(title, ("", "In the ERP"), (head, *((Cell(name), Cell(value)) for name, value in rows)))


def budget(dossier: Dossier, contract: Contract) -> Budget:
    """The cap that the statement of work has in force, and what is left under it after what was invoiced."""
    project = next((p for p in dossier.firm.projects if contract.id in p.contract_ids), None)
    cap: Money | None = None
    if project:
        case = Case(project, dossier.facts(project), None, dossier.firm.fetched_at.date())
        term, currency = case.term("not_to_exceed"), case.term("currency")
        if case.contract and case.contract.id == contract.id and term:
            cap = Money(Decimal(str(term.value)), str(currency.value) if currency else contract.currency)
    left = cap - contract.invoiced if cap and cap.currency == contract.invoiced.currency else None
    return Budget(contract.invoiced, cap, left)


def _contract_facts(dossier: Dossier, contract: Contract) -> dict[str, Any]:
    known = budget(dossier, contract)
    return {
        "contract": contract.number,
        "state": contract.state,
        "signed": contract.date.isoformat() if contract.date else None,
        "po_number": contract.po_number,
        "currency": contract.currency,
        "payment_terms_days": contract.payment_terms_days,
        "value": money(contract.total),
        "invoiced": money(contract.invoiced),
        "not_invoiced": money(contract.total - contract.invoiced),
        "cap": money(known.cap) if known.cap is not None else None,
        "left_under_cap": money(known.left) if known.left is not None else None,
        "amendments": len(contract.amendments),
    }


def _contract_table(dossier: Dossier, contract: Contract) -> Table:
    known, sources = budget(dossier, contract), (contract.source,)
    listed = dossier.price_lists.get(contract.price_list_id or "")
    customer = dossier.customers.get(contract.customer_id)
    rows: list[tuple[Cell, ...]] = [
        (Cell("Customer"), Cell(customer.name if customer else None)),
        (Cell("State"), Cell(contract.state)),
        (Cell("Signed"), Cell(contract.date.isoformat() if contract.date else "not recorded")),
        (Cell("Purchase order"), Cell(contract.po_number or "none recorded", sources=sources)),
        (Cell("Payment terms"), Cell(_days(contract.payment_terms_days))),
        (Cell("Price list"), Cell(listed.name if listed else "none")),
        (Cell("Contract value"), amount_cell(contract.total, sources)),
        (Cell("Invoiced"), amount_cell(known.invoiced, sources)),
        (Cell("Not invoiced"), amount_cell(contract.total - contract.invoiced, sources)),
    ]
    if known.cap:
        rows.append((Cell("Not to exceed (terms in force)"), amount_cell(known.cap)))
    if known.left is not None:
        rows.append((Cell("Left under it"), amount_cell(known.left)))
    return Table(f"Contract {contract.number}", ("", "In the ERP"), tuple(rows))


def _days(days: int | None) -> str:
    return "none recorded" if days is None else f"{days} days net"


ENGAGEMENT = Tool(
    name="engagement",
    description="A project or contract in the ERP: status, dates, purchase order, terms, value, invoiced, left.",
    operation=Operation.READINESS_READ,
    arguments=Engagement,
    run=_engagement,
)
