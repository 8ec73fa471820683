"""What was invoiced: monthly time, milestones, advances and their settlement, a draft left lying, one invoice twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from erp.demo.moments import month_end, month_start, offset_of
from erp.demo.plan import FIRST_MONTH, LAST_BILLED, Engagement, Plan, PlannedTask
from erp.demo.seeding import bulk
from erp.demo.seeding.masters import FIXED_FEE, Masters
from erp.demo.seeding.work import Works


@dataclass
class PlannedInvoice:
    """An invoice-to-be. `links` are (model, ids) per line: what the line bills, marked as invoiced by it."""

    engagement: Engagement
    day: date
    description: str
    reference: str
    lines: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    links: list[tuple[str, list[int]]] = field(default_factory=list[tuple[str, list[int]]])
    posted: bool = True


def seed_invoices(plan: Plan, masters: Masters, works: Works, sales: dict[str, int]) -> int:
    """All invoices, created and posted by the month in which they are dated, as Tryton's numbering asks."""
    planned = [
        *_time_invoices(plan, masters, works),
        *_milestone_invoices(plan, masters, works),
        *_duplicates(plan, masters, sales),
    ]
    advances = _advances(plan, sales)
    _settle(planned, advances, masters)
    months: dict[int, list[PlannedInvoice]] = defaultdict(list)
    for invoice in sorted(planned, key=lambda found: found.day):
        months[offset_of(invoice.day, plan.today)].append(invoice)
    for month in range(min(months) - 1, max(months) + 1):
        asked = [
            line.invoice.id for line in advances.values() if offset_of(line.invoice.invoice_date, plan.today) == month
        ]
        _write(months[month], asked, masters)
    return len(planned) + len(advances)


def _time_invoices(plan: Plan, masters: Masters, works: Works) -> list[PlannedInvoice]:
    return [
        _time_invoice(engagement, month, plan, masters, works)
        for month in range(FIRST_MONTH, LAST_BILLED + 1)
        for engagement in plan.engagements
        if engagement.billing == "timesheet" and _billed(engagement, month)
    ]


def _billed(engagement: Engagement, month: int) -> bool:
    return any(task.price and entry.billed_month == month for task in engagement.tasks for entry in task.entries)


def _time_invoice(engagement: Engagement, month: int, plan: Plan, masters: Masters, works: Works) -> PlannedInvoice:
    first = month_start(month, plan.today)
    draft = engagement.raw.get("draft", {})
    left = draft.get("month") == f"month{month}"
    day = plan.today - timedelta(days=draft["days_old"]) if left else month_end(month, plan.today)
    invoice = PlannedInvoice(
        engagement, day, f"{engagement.title}, {first:%B %Y}", f"{engagement.subject} {first:%Y-%m}", posted=not left
    )
    for task in engagement.tasks:
        lines = works.lines.get((engagement.key, task.name), [])
        ids = [line for line, entry in zip(lines, task.entries, strict=True) if entry.billed_month == month]
        if ids and task.price:
            hours = sum((entry.hours for entry in task.entries if entry.billed_month == month), Decimal(0))
            invoice.lines.append(_time_line(task, hours, masters))
            invoice.links.append(("timesheet.line", ids))
    return invoice


def _time_line(task: PlannedTask, hours: Decimal, masters: Masters) -> dict[str, Any]:
    return {
        "type": "line",
        "product": masters.products[task.role],
        "unit": masters.units["Hour"],
        "quantity": float(hours),
        "unit_price": task.price,
        "account": masters.accounts["revenue"],
        "description": task.name,
    }


def _milestone_invoices(plan: Plan, masters: Masters, works: Works) -> list[PlannedInvoice]:
    found: list[PlannedInvoice] = []
    for engagement in plan.engagements:
        for number, milestone in enumerate(engagement.milestones, 1):
            if milestone.billed is None:
                continue
            line = {
                "type": "line",
                "product": masters.products[FIXED_FEE],
                "unit": masters.units["Unit"],
                "quantity": 1.0,
                "unit_price": milestone.amount,
                "account": masters.accounts["revenue"],
                "description": milestone.name,
            }
            task = works.tasks[engagement.key, milestone.name]
            description = f"{engagement.title}, {milestone.name}"
            reference = f"{engagement.subject} M{number}"
            found.append(
                PlannedInvoice(engagement, milestone.billed, description, reference, [line], [("project.work", [task])])
            )
    return found


def _duplicates(plan: Plan, masters: Masters, sales: dict[str, int]) -> list[PlannedInvoice]:
    """The same month invoiced a second time, by hand: the line refers to the contract, not to the time."""
    found: list[PlannedInvoice] = []
    for engagement in plan.engagements:
        if "duplicate" not in engagement.raw:
            continue
        month = int(engagement.raw["duplicate"].removeprefix("month"))
        first, last = month_start(month, plan.today), month_end(month, plan.today)
        sold = bulk.model("sale.line").find([("sale", "=", sales[engagement.key])], limit=1)[0]
        invoice = PlannedInvoice(
            engagement, last, f"{engagement.title}, {first:%B %Y}", f"{engagement.subject} {first:%Y-%m}"
        )
        for task in engagement.tasks:
            hours = sum((entry.hours for entry in task.entries if entry.billed_month == month), Decimal(0))
            invoice.lines.append({**_time_line(task, hours, masters), "origin": f"sale.line,{sold.id}"})
            invoice.links.append(("", []))
        found.append(invoice)
    return found


def _advances(plan: Plan, sales: dict[str, int]) -> dict[str, Any]:
    """Date the advance invoices that Tryton made when the contracts were processed; their lines by engagement."""
    found: dict[str, Any] = {}
    for engagement in plan.engagements:
        if engagement.key not in sales:
            continue
        for invoice in bulk.model("sale.sale")(sales[engagement.key]).advance_payment_invoices:
            invoice.invoice_date = engagement.signed
            invoice.description = f"{engagement.title}, advance"
            invoice.reference = f"{engagement.subject} ADV"
            invoice.save()
            found[engagement.key] = invoice.lines[0]
    return found


def _settle(planned: list[PlannedInvoice], advances: dict[str, Any], masters: Masters) -> None:
    """Set an advance off against the first invoice after it, where the data says that this was done."""
    for key, advance in advances.items():
        invoice = next(found for found in planned if found.engagement.key == key)
        if not invoice.engagement.raw.get("advance", {}).get("applied"):
            continue
        invoice.lines.append(
            {
                "type": "line",
                "quantity": -1.0,
                "unit_price": advance.amount,
                "account": masters.accounts["unearned_revenue"],
                "description": advance.description,
                "origin": f"account.invoice.line,{advance.id}",
            }
        )
        invoice.links.append(("", []))


def _write(planned: list[PlannedInvoice], advances: list[int], masters: Masters) -> None:
    created = bulk.create("account.invoice", [_values(found, masters) for found in planned])
    lines = bulk.children("account.invoice.line", "invoice", created)
    links: dict[str, list[tuple[list[int], dict[str, int]]]] = defaultdict(list)
    for invoice, found in zip(created, planned, strict=True):
        for line, (name, ids) in zip(lines[invoice], found.links, strict=True):
            links[name].append((ids, {"invoice_line": line}))
    links.pop("", None)
    for name, changes in links.items():
        bulk.write(name, *changes)
    posted = [invoice for invoice, found in zip(created, planned, strict=True) if found.posted]
    bulk.click("account.invoice", [*advances, *posted], "post")


def _values(planned: PlannedInvoice, masters: Masters) -> dict[str, Any]:
    engagement = planned.engagement
    if engagement.customer is None:
        raise ValueError(f"{engagement.key} is invoiced but has no customer")
    currency = masters.currencies[engagement.currency]
    days = engagement.payment_days
    return {
        "type": "out",
        "company": masters.company,
        "party": masters.parties[engagement.customer],
        "invoice_address": masters.addresses[engagement.customer],
        "currency": currency,
        "journal": masters.journal,
        "account": masters.accounts["receivable"],
        "payment_term": None if days is None else masters.terms[days],
        "invoice_date": planned.day,
        "description": planned.description,
        "reference": planned.reference,
        "lines": [("create", [{**line, "company": masters.company, "currency": currency} for line in planned.lines])],
    }
