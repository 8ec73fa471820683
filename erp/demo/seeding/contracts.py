"""Contracts as Tryton sales: price lists, lines, PO references, advances, amendments, the signed document attached."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from proteus import Model

from erp.demo.plan import ADVANCE_NAME, Engagement, Plan
from erp.demo.seeding.masters import FIXED_FEE, Masters

HALF_HOUR = Decimal("0.5")


def seed_contracts(plan: Plan, masters: Masters, documents: Path) -> dict[str, int]:
    """All contracts; the ids of their sales by engagement."""
    engagements = [found for found in plan.engagements if found.has_contract]
    sales = {found.key: _sale(found, plan, masters) for found in engagements}
    quoted = [sales[found.key] for found in engagements if found.state != "draft"]
    confirmed = [sales[found.key] for found in engagements if found.state == "processing"]
    sale_model = Model.get("sale.sale")
    sale_model.click(quoted, "quote")
    sale_model.click(confirmed, "confirm")
    sale_model.click(confirmed, "process")
    for found in engagements:
        _amend(found, sales[found.key].id)
        _attach(found, sales[found.key].id, documents)
    return {key: sale.id for key, sale in sales.items()}


def _sale(engagement: Engagement, plan: Plan, masters: Masters) -> Any:
    if engagement.customer is None:
        raise ValueError(f"{engagement.key} has a contract but no customer")
    sale = Model.get("sale.sale")(party=Model.get("party.party")(masters.parties[engagement.customer]))
    sale.sale_date = engagement.signed
    sale.currency = Model.get("currency.currency")(masters.currencies[engagement.currency])
    sale.description = engagement.title
    sale.reference = engagement.po_number or None
    sale.invoice_method = "manual"
    days = engagement.payment_days
    sale.payment_term = None if days is None else Model.get("account.invoice.payment_term")(masters.terms[days])
    address = Model.get("party.address")(masters.addresses[engagement.customer])
    sale.invoice_address = sale.shipment_address = address
    sale.price_list = _price_list(engagement, plan, masters) if not engagement.milestones else None
    sale.advance_payment_term = _advance_term(engagement, masters)
    for product, description, quantity, price in _lines(engagement, plan.roles):
        line = sale.lines.new()
        line.product = Model.get("product.product")(masters.products[product])
        line.description, line.quantity, line.unit_price = description, float(quantity), price
    sale.save()
    return sale


def contract_numbers(sales: Mapping[str, int]) -> dict[str, str]:
    """The number that Tryton gave each contract, by engagement."""
    numbers = {sale.id: sale.number for sale in Model.get("sale.sale").find()}
    return {key: numbers[sale] or "" for key, sale in sales.items()}


def rate(engagement: Engagement, role: str, roles: Mapping[str, Decimal]) -> Decimal:
    """The agreed price of an hour of this role, the list price where nothing else was agreed."""
    return engagement.rates.get(role, roles[role])


def _lines(engagement: Engagement, roles: Mapping[str, Decimal]) -> list[tuple[str, str, Decimal, Decimal]]:
    """(product, description, quantity, unit price): a line per milestone, or per role with its share of the hours."""
    if engagement.milestones:
        return [(FIXED_FEE, found.name, Decimal(1), found.amount) for found in engagement.milestones]
    hours: dict[str, Decimal] = {}
    for task in engagement.tasks:
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


def _price_list(engagement: Engagement, plan: Plan, masters: Masters) -> Any:
    roles = dict.fromkeys([*engagement.rates, *(task.role for task in engagement.tasks if task.role)])
    if not roles:
        return None
    price_list = Model.get("product.price_list")(name=f"{engagement.title} rates")
    for role in roles:
        line = price_list.lines.new()
        line.product = Model.get("product.product")(masters.products[role])
        line.formula = str(rate(engagement, role, plan.roles))
    price_list.save()
    return price_list


def advance_amount(engagement: Engagement) -> Decimal | None:
    """What was agreed to be paid in advance: an amount of its own or a share of the total; None for nothing."""
    if "advance" in engagement.raw:
        return Decimal(engagement.raw["advance"]["amount"])
    if engagement.key == "kestrel-operating-model" and engagement.total is not None:
        return (engagement.total * Decimal("0.20")).quantize(Decimal("0.01"))
    return None


def _advance_term(engagement: Engagement, masters: Masters) -> Any:
    amount = advance_amount(engagement)
    if amount is None:
        return None
    term = Model.get("sale.advance_payment_term")(name=f"{engagement.title} advance")
    line = term.lines.new(description=ADVANCE_NAME, formula=str(amount))
    line.account = Model.get("account.account")(masters.accounts["unearned_revenue"])
    term.save()
    return term


def _amend(engagement: Engagement, sale: int) -> None:
    planned = engagement.raw.get("amendment")
    if planned is None:
        return
    amendment = Model.get("sale.amendment")(sale=Model.get("sale.sale")(sale), description=planned["description"])
    line = amendment.lines.new(action="line")
    line.line = Model.get("sale.sale")(sale).lines[planned["line"] - 1]
    line.quantity = float(planned["quantity"])
    amendment.save()
    if planned["state"] == "validated":
        amendment.click("validate_amendment")


def _attach(engagement: Engagement, sale: int, documents: Path) -> None:
    for name in engagement.sow_files:
        path = documents / name
        if path.exists():
            attachment = Model.get("ir.attachment")(name=name, type="data", data=path.read_bytes())
            attachment.resource = Model.get("sale.sale")(sale)
            attachment.save()
