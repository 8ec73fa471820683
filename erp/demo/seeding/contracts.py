"""Contracts as Tryton sales: price lists, lines, PO references, advances, amendments, the signed document attached."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from erp.demo.plan import ADVANCE_NAME, Engagement, Plan
from erp.demo.seeding import bulk
from erp.demo.seeding.masters import FIXED_FEE, Masters

HALF_HOUR = Decimal("0.5")


def seed_contracts(plan: Plan, masters: Masters, documents: Path) -> dict[str, int]:
    """All contracts; the ids of their sales by engagement."""
    engagements = [found for found in plan.engagements if found.has_contract]
    created = bulk.create("sale.sale", [_sale(found, plan, masters) for found in engagements])
    sales = dict(zip((found.key for found in engagements), created, strict=True))
    quoted = [sales[found.key] for found in engagements if found.state != "draft"]
    confirmed = [sales[found.key] for found in engagements if found.state == "processing"]
    for button, ids in (("quote", quoted), ("confirm", confirmed), ("process", confirmed)):
        bulk.click("sale.sale", ids, button)
    for found in engagements:
        _amend(found, sales[found.key])
        _attach(found, sales[found.key], documents)
    return sales


def _sale(engagement: Engagement, plan: Plan, masters: Masters) -> dict[str, Any]:
    if engagement.customer is None:
        raise ValueError(f"{engagement.key} has a contract but no customer")
    days = engagement.payment_days
    address = masters.addresses[engagement.customer]
    return {
        "company": masters.company,
        "party": masters.parties[engagement.customer],
        "invoice_address": address,
        "shipment_address": address,
        "sale_date": engagement.signed,
        "currency": masters.currencies[engagement.currency],
        "description": engagement.title,
        "reference": engagement.po_number or None,
        "invoice_method": "manual",
        "payment_term": None if days is None else masters.terms[days],
        "price_list": _price_list(engagement, plan, masters) if not engagement.milestones else None,
        "advance_payment_term": _advance_term(engagement, masters),
        "lines": [("create", [_line(*line, masters) for line in _lines(engagement, plan.roles)])],
    }


def _line(product: str, description: str, quantity: Decimal, price: Decimal, masters: Masters) -> dict[str, Any]:
    return {
        "type": "line",
        "product": masters.products[product],
        "unit": masters.units["Unit" if product == FIXED_FEE else "Hour"],
        "description": description,
        "quantity": float(quantity),
        "unit_price": price,
    }


def contract_numbers(sales: Mapping[str, int]) -> dict[str, str]:
    """The number that Tryton gave each contract, by engagement."""
    numbers = {sale.id: sale.number for sale in bulk.model("sale.sale").find()}
    return {key: numbers[sale] or "" for key, sale in sales.items()}


def rate(engagement: Engagement, role: str, roles: Mapping[str, Decimal]) -> Decimal:
    """The agreed price of an hour of this role, the list price where nothing else was agreed."""
    return engagement.rates.get(role, roles[role])


def _lines(engagement: Engagement, roles: Mapping[str, Decimal]) -> list[tuple[str, str, Decimal, Decimal]]:
    """(product, description, quantity, unit price): a line per milestone, or per role with its share of the hours."""
    if engagement.milestones:
        return [(FIXED_FEE, found.name, Decimal(1), found.amount) for found in engagement.milestones]
    hours: dict[str, Decimal] = {}
    for task in (one for one in engagement.tasks if one.role):
        hours[task.role] = hours.get(task.role, Decimal(0)) + task.effort
    if not hours:
        role = engagement.raw["role"]
        hours = {role: Decimal(engagement.raw["total"]) / rate(engagement, role, roles)}
    if engagement.total is not None:
        worth = sum((count * rate(engagement, role, roles) for role, count in hours.items()), Decimal(0))
        hours = {role: _half_hours(count * engagement.total / worth) for role, count in hours.items()}
    return [(role, f"{role}, hours", count, rate(engagement, role, roles)) for role, count in hours.items()]


def _half_hours(count: Decimal) -> Decimal:
    return (count / HALF_HOUR).quantize(Decimal(1), ROUND_HALF_UP) * HALF_HOUR


def _price_list(engagement: Engagement, plan: Plan, masters: Masters) -> int | None:
    roles = dict.fromkeys([*engagement.rates, *(task.role for task in engagement.tasks if task.role)])
    if not roles:
        return None
    lines = [{"product": masters.products[role], "formula": str(rate(engagement, role, plan.roles))} for role in roles]
    values = {"name": f"{engagement.title} rates", "company": masters.company, "lines": [("create", lines)]}
    return bulk.create("product.price_list", [values])[0]


def advance_amount(engagement: Engagement) -> Decimal | None:
    """What was agreed to be paid in advance: an amount of its own or a share of the total; None for nothing."""
    if "advance" in engagement.raw:
        return Decimal(engagement.raw["advance"]["amount"])
    if engagement.key == "kestrel-operating-model" and engagement.total is not None:
        return (engagement.total * Decimal("0.20")).quantize(Decimal("0.01"))
    return None


def _advance_term(engagement: Engagement, masters: Masters) -> int | None:
    amount = advance_amount(engagement)
    if amount is None:
        return None
    account = masters.accounts["unearned_revenue"]
    line = {"description": ADVANCE_NAME, "formula": str(amount), "account": account}
    values = {"name": f"{engagement.title} advance", "lines": [("create", [line])]}
    return bulk.create("sale.advance_payment_term", [values])[0]


def _amend(engagement: Engagement, sale: int) -> None:
    planned = engagement.raw.get("amendment")
    if planned is None:
        return
    amendment = bulk.model("sale.amendment")(sale=bulk.model("sale.sale")(sale), description=planned["description"])
    line = amendment.lines.new(action="line")
    line.line = bulk.model("sale.sale")(sale).lines[planned["line"] - 1]
    line.quantity = float(planned["quantity"])
    amendment.save()
    if planned["state"] == "validated":
        amendment.click("validate_amendment")


def _attach(engagement: Engagement, sale: int, documents: Path) -> None:
    for name in engagement.sow_files:
        path = documents / name
        if path.exists():
            attachment = bulk.model("ir.attachment")(name=name, type="data", data=path.read_bytes())
            attachment.resource = bulk.model("sale.sale")(sale)
            attachment.save()
