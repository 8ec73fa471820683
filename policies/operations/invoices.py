"""Invoices that stand still or do not fit what they bill."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from domain.blocks import Chart, Series
from domain.records import Invoice, Project
from policies.operations.matter import Limits, Matter, Measure, month_named, months_to, whose, worst_first
from policies.prerequisites.invoices import repeated
from policies.prerequisites.portfolio import Dossier

DRAFT, WAITING, TWICE = "Draft", "Checked, not posted", "Asks for the same as another"
OTHER_CURRENCY, LOOSE, OVERDUE = "Another currency than its contract", "On no project or contract", "Past due"
KINDS = (DRAFT, WAITING, TWICE, OTHER_CURRENCY, LOOSE, OVERDUE)
AGEING = (DRAFT, WAITING, OVERDUE)
UNPAID = "The ERP records no payment of any invoice, so none is called past due."


def invoices(dossier: Dossier, today: date, limits: Limits) -> Measure:
    """One matter for each invoice and exception; `days` since the invoice's date, or its due date where it is past."""
    firm = dossier.firm
    paid = any(invoice.state == "paid" for invoice in firm.invoices)
    twice = {one.id for of in dossier.invoices.values() for one in repeated(of)}
    owners = _owners(dossier)
    found = [
        _matter(dossier, invoice, kind, owners.get(invoice.id), (today, limits["days"]))
        for invoice in firm.invoices
        for kind in _exceptions(dossier, invoice, twice, today, paid=paid)
    ]
    unknown = "" if paid or not firm.invoices else UNPAID
    return Measure("invoices", worst_first(found), _trend(found, months_to(today)), limits, unknown)


def _owners(dossier: Dossier) -> dict[str, Project]:
    """The project that an invoice bills: by its lines, else by its contract."""
    projects = {project.id: project for project in dossier.firm.projects}
    of_contract = {id_: project for project in dossier.firm.projects for id_ in project.contract_ids}
    found: dict[str, Project] = {}
    for invoice in dossier.firm.invoices:
        named = [projects[line.project_id] for line in invoice.lines if line.project_id in projects]
        named += [of_contract[id_] for id_ in invoice.contract_ids if id_ in of_contract]
        if named:
            found[invoice.id] = named[0]
    return found


def _exceptions(dossier: Dossier, invoice: Invoice, twice: set[str], today: date, *, paid: bool) -> list[str]:
    if invoice.state == "cancelled":
        return []
    contracts = [dossier.contracts[id_] for id_ in invoice.contract_ids if id_ in dossier.contracts]
    loose = not invoice.contract_ids and not any(line.project_id for line in invoice.lines)
    said = {
        DRAFT: invoice.state == "draft",
        WAITING: invoice.state == "validated",
        TWICE: invoice.id in twice,
        OTHER_CURRENCY: any(contract.currency != invoice.currency for contract in contracts),
        LOOSE: loose,
        OVERDUE: paid and invoice.state == "posted" and invoice.due is not None and invoice.due < today,
    }
    return [kind for kind, holds in said.items() if holds]


def _matter(dossier: Dossier, invoice: Invoice, kind: str, project: Project | None, at: tuple[date, int]) -> Matter:
    today, limit = at
    since = invoice.due if kind == OVERDUE else invoice.date
    age = (today - since).days if since else None
    customer = dossier.customers.get(invoice.customer_id)
    return Matter(
        key=f"{invoice.id}:{KINDS.index(kind)}",
        title=invoice.number or f"Draft {invoice.id}",
        detail=invoice.description or (project.name if project else ""),
        cause=kind,
        customer=customer.name if customer else None,
        since=since,
        days=age,
        amount=invoice.untaxed,
        over=kind not in AGEING or (age or 0) > limit,
        sources=(invoice.source, *((project.source,) if project else ())),
        **whose(project),
    )


def _trend(found: list[Matter], months: list[str]) -> Chart:
    counts = Counter((matter.cause, f"{matter.since:%Y-%m}") for matter in found if matter.since)
    series = tuple(
        Series(kind, tuple(Decimal(counts[kind, month]) for month in months))
        for kind in KINDS
        if any(counts[kind, month] for month in months)
    )
    return Chart("Exceptions by month of the invoice", tuple(map(month_named, months)), series, "invoices", "stack")
