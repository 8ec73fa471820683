"""What was invoiced, what is open and what is overdue, as the ERP's invoices say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from domain.actor import Operation
from domain.blocks import Block, Cell, Table
from domain.money import Money, totals
from domain.records import Firm, Invoice
from store.sought import Sought
from tools.cells import amount_cell, money, project_href, project_key
from tools.scope import Days, Whose, customer_ids, month_of, projects_of
from tools.tool import Tool, ToolContext, ToolResult, from_past

SHOWN = 40
State = Literal["draft", "validated", "posted", "paid", "cancelled", "issued", "unpaid", "overdue"]
GroupBy = Literal["customer", "project", "practice", "region", "month"]
STATES: Mapping[str, frozenset[str]] = {
    "issued": frozenset({"posted", "paid"}),
    "unpaid": frozenset({"posted"}),
    "overdue": frozenset({"posted"}),
}


class Invoices(Whose, Days):
    """Which invoices, by invoice date. `issued` are posted or paid, `unpaid` only posted, `overdue` past due."""

    number: str | None = None
    state: State = "issued"
    group_by: GroupBy | None = None


@dataclass(frozen=True)
class Part:
    """What of an invoice counts: all of it, or the lines of one project."""

    invoice: Invoice
    project: str | None
    amount: Money


async def _invoices(context: ToolContext, wanted: Invoices) -> ToolResult:
    firm = await context.firm.masters()
    fitting = [
        i for i in await context.firm.invoices(_asked(wanted)) if wanted.number or _fits(i, wanted, context.today)
    ]
    parts = _parts(firm, fitting, wanted)
    found = list({part.invoice.id: part.invoice for part in parts}.values())
    found.sort(key=lambda invoice: (invoice.date or date.min, invoice.number or ""), reverse=True)
    facts = {
        **wanted.told,
        "which": wanted.state,
        "count": len(found),
        "net": [money(total) for total in totals(part.amount for part in parts)],
        "newest": found[0].date.isoformat() if found and found[0].date else None,
        "invoices": [_facts(firm, one, parts, context.today) for one in found[:SHOWN]],
    }
    blocks: tuple[Block, ...] = (_table(firm, found, parts, wanted, context.today), *_totals(parts, found))
    if wanted.group_by:
        groups = _groups(firm, parts, wanted.group_by)
        facts["groups"] = [
            {wanted.group_by: key, "count": len(mine), "net": [money(t) for t in totals(p.amount for p in mine)]}
            for key, (_, mine) in groups.items()
        ]
        blocks = (_grouped(groups, wanted), *_totals(parts, found))
    return ToolResult(facts, blocks)


def _asked(wanted: Invoices) -> Sought:
    if wanted.number:
        return Sought(wanted.number)
    return Sought(states=STATES.get(wanted.state, frozenset({wanted.state})), since=wanted.since, until=wanted.until)


def _fits(invoice: Invoice, wanted: Invoices, today: date) -> bool:
    if wanted.state == "overdue" and not _late(invoice, today):
        return False
    return wanted.holds(invoice.date)


def _late(invoice: Invoice, today: date) -> bool:
    return invoice.state == "posted" and invoice.due is not None and invoice.due < today


def _parts(firm: Firm, invoices: Sequence[Invoice], wanted: Invoices) -> list[Part]:
    """The amounts covered, net of tax: by customer all of an invoice, by project its lines."""
    if wanted.everyone and wanted.group_by in (None, "customer", "month"):
        return [Part(invoice, None, invoice.untaxed) for invoice in invoices]
    if wanted.customer and not any((wanted.project, wanted.contract, wanted.practice, wanted.region)):
        ids = customer_ids(firm, wanted)
        mine = [invoice for invoice in invoices if invoice.customer_id in ids]
        if wanted.group_by not in ("project", "practice", "region"):
            return [Part(invoice, None, invoice.untaxed) for invoice in mine]
        invoices = mine
    projects = {project.id: frozenset(project.contract_ids) for project in projects_of(firm, wanted)}
    return [part for invoice in invoices for part in _by_project(invoice, projects)]


def _by_project(invoice: Invoice, projects: Mapping[str, frozenset[str]]) -> list[Part]:
    """An invoice's lines by project; where lines name none, the project of its contract has all of it."""
    sums: dict[str, list[Money]] = defaultdict(list)
    for line in invoice.lines:
        if line.project_id in projects:
            sums[line.project_id or ""].append(line.amount)
    if sums:
        return [Part(invoice, id_, totals(amounts)[0]) for id_, amounts in sums.items()]
    if any(line.project_id for line in invoice.lines):
        return []
    owner = next((id_ for id_, contracts in projects.items() if contracts & set(invoice.contract_ids)), None)
    return [Part(invoice, owner, invoice.untaxed)] if owner else []


def _facts(firm: Firm, invoice: Invoice, parts: Sequence[Part], today: date) -> dict[str, Any]:
    customer = next((c for c in firm.customers if c.id == invoice.customer_id), None)
    return {
        "invoice": invoice.number,
        "customer": customer.code if customer else None,
        "state": invoice.state,
        "date": invoice.date.isoformat() if invoice.date else None,
        "due": invoice.due.isoformat() if invoice.due else None,
        "overdue": _late(invoice, today),
        "net": money(_net(invoice, parts)),
    }


def _net(invoice: Invoice, parts: Sequence[Part]) -> Money:
    return totals(part.amount for part in parts if part.invoice.id == invoice.id)[0]


def _table(firm: Firm, found: Sequence[Invoice], parts: Sequence[Part], wanted: Invoices, today: date) -> Table:
    names = {customer.id: customer.name for customer in firm.customers}
    rows = tuple(
        (
            Cell(one.number or "(no number yet)", sources=(one.source,)),
            Cell(names.get(one.customer_id)),
            Cell(one.date.isoformat() if one.date else None),
            Cell(one.due.isoformat() if one.due else None),
            Cell("overdue" if _late(one, today) else one.state),
            amount_cell(_net(one, parts), (one.source,)),
        )
        for one in found[:SHOWN]
    )
    note = (
        f"The newest {SHOWN} of {len(found)} are shown." if len(found) > SHOWN else "" if found else "There are none."
    )
    columns = ("Invoice", "Customer", "Date", "Due", "State", "Net")
    return Table(f"Invoices, {wanted.state}{wanted.said}", columns, rows, (5,), note)


def _totals(parts: Sequence[Part], found: Sequence[Invoice]) -> tuple[Table, ...]:
    sources = tuple(one.source for one in found)
    rows = tuple((Cell(total.currency), amount_cell(total, sources)) for total in totals(p.amount for p in parts))
    return (Table("Total, net of tax", ("Currency", "Net"), rows, (1,)),) if rows else ()


Groups = dict[str, tuple[tuple[str, str], list[Part]]]


def _groups(firm: Firm, parts: Sequence[Part], by: GroupBy) -> Groups:
    customers = {customer.id: customer for customer in firm.customers}
    projects = {project.id: project for project in firm.projects}
    found: Groups = {}
    for part in parts:
        project = projects.get(part.project or "")
        if by == "month":
            key = month_of(part.invoice.date) if part.invoice.date else "no date"
            label = (key, "")
        elif by == "customer":
            customer = customers.get(part.invoice.customer_id)
            key, label = (customer.code, (customer.name, "")) if customer else ("", ("not assigned", ""))
        elif by == "project":
            key = project_key(project) if project else ""
            label = (f"{key} {project.name}", project_href(key)) if project else ("not assigned", "")
        else:
            key = (project.practice if by == "practice" else project.region) or "" if project else ""
            label = (key or "not assigned", f"/readiness?{by}={key}" if key else "")
        found.setdefault(key, (label, []))[1].append(part)
    if by == "month":
        return dict(sorted(found.items()))
    return dict(sorted(found.items(), key=lambda one: (-sum(p.amount.amount for p in one[1][1]), one[0])))


def _grouped(groups: Groups, wanted: Invoices) -> Table:
    rows = tuple(
        (
            Cell(label, href),
            Cell(len({p.invoice.id for p in mine})),
            amount_cell(total, tuple(p.invoice.source for p in mine)),
        )
        for (label, href), mine in groups.values()
        for total in totals(part.amount for part in mine)
    )
    title = f"Invoices by {wanted.group_by}, {wanted.state}{wanted.said}"
    return Table(
        title, ((wanted.group_by or "").capitalize(), "Invoices", "Net"), rows, (1, 2), "" if rows else "None."
    )


INVOICES = Tool(
    name="invoices",
    description="Invoices that were issued, are drafts, unpaid or overdue: numbers, dates and net amounts.",
    operation=Operation.READINESS_READ,
    arguments=Invoices,
    run=_invoices,
    then=from_past(_invoices),
)
