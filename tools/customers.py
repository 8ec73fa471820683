"""What the ERP holds of customers: who has which tax identifier, address, contact and terms, and who lacks one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.actor import Operation
from domain.blocks import Cell, Table
from domain.records import Customer, Firm
from domain.unknown import Unknown
from tools.cells import amount_cell, money
from tools.directory import customers_of
from tools.tool import Tool, ToolContext, ToolResult, from_past

SHOWN = 50
Detail = Literal["tax_id", "invoice_address", "billing_email", "payment_terms", "credit_limit"]
TITLES: Mapping[str, str] = {
    "tax_id": "tax identifier",
    "invoice_address": "invoice address",
    "billing_email": "billing e-mail",
    "payment_terms": "payment terms",
    "credit_limit": "credit limit",
}


class Customers(BaseModel):
    """Which customers: one by name, those of a country, those that lack something; `detail` is what is asked about."""

    model_config = ConfigDict(extra="forbid")

    customer: str | None = Field(None, max_length=120, description="Customer handle, code or name")
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")
    missing: Detail | None = Field(None, description="Only customers without this")
    detail: Detail | None = Field(None, description="What is asked about")


async def _customers(context: ToolContext, wanted: Customers) -> ToolResult:
    firm = await context.firm.masters()
    every = customers_of(firm, wanted.customer) if wanted.customer else firm.customers
    found = sorted((one for one in every if _fits(one, wanted)), key=lambda one: (one.name, one.id))
    facts = {
        "count": len(found),
        "detail": wanted.missing or wanted.detail,
        "missing": wanted.missing,
        "customers": [_facts(firm, one) for one in found[:SHOWN]],
    }
    return ToolResult(facts, (_table(firm, found, wanted),), {f"K{n}": one.code for n, one in enumerate(found, 1)})


def _fits(customer: Customer, wanted: Customers) -> bool:
    return wanted.country in (None, customer.country) and not (wanted.missing and _has(customer, wanted.missing))


def _has(customer: Customer, detail: Detail) -> bool:
    """Whether the ERP holds it. What it cannot know is not said to be missing."""
    return {
        "tax_id": bool(customer.tax_identifiers),
        "invoice_address": customer.invoice_address is not None,
        "billing_email": bool(customer.billing_emails),
        "payment_terms": customer.payment_terms_days is not None,
        "credit_limit": customer.credit_limit is not None,
    }[detail]


def _facts(firm: Firm, customer: Customer) -> dict[str, Any]:
    """Typed values only: identifiers and days; names, addresses and e-mails stay with the reader."""
    limit = customer.credit_limit
    return {
        "customer": customer.code,
        "country": customer.country,
        "tax_ids": [code for _, code in customer.tax_identifiers],
        "has_invoice_address": customer.invoice_address is not None,
        "has_billing_email": bool(customer.billing_emails),
        "payment_terms_days": customer.payment_terms_days,
        "credit_limit": "unknown" if isinstance(limit, Unknown) else money(limit) if limit else None,
        "projects": sum(project.customer_id == customer.id for project in firm.projects),
    }


def _table(firm: Firm, found: list[Customer], wanted: Customers) -> Table:
    if len(found) == 1 and wanted.customer:
        return _card(firm, found[0])
    rows = tuple((Cell(c.name, sources=(c.source,)), *(_cell(c, what) for what in TITLES)) for c in found[:SHOWN])
    title = f"Customers without {TITLES[wanted.missing]}" if wanted.missing else "Customers"
    note = f"The first {SHOWN} of {len(found)} are shown." if len(found) > SHOWN else "" if found else "There are none."
    return Table(title, ("Customer", *(name.capitalize() for name in TITLES.values())), rows, note=note)


def _card(firm: Firm, customer: Customer) -> Table:
    projects = sorted(p.code or p.name for p in firm.projects if p.customer_id == customer.id)
    rows = (
        (Cell("Code"), Cell(customer.code, sources=(customer.source,))),
        (Cell("Country"), Cell(customer.country)),
        *((Cell(title.capitalize()), _cell(customer, what)) for what, title in TITLES.items()),
        (Cell("Projects"), Cell(", ".join(projects) or "none")),
    )
    return Table(customer.name, ("", "In the ERP"), rows)


def _cell(customer: Customer, what: str) -> Cell:
    if what == "credit_limit":
        limit = customer.credit_limit
        return Cell("cannot be known here") if isinstance(limit, Unknown) else amount_cell(limit, (customer.source,))
    address, days = customer.invoice_address, customer.payment_terms_days
    shown = {
        "tax_id": ", ".join(code for _, code in customer.tax_identifiers),
        "invoice_address": f"{address.street}, {address.postal_code} {address.city}, {address.country}"
        if address
        else "",
        "billing_email": ", ".join(customer.billing_emails),
        "payment_terms": "" if days is None else f"{days} days net",
    }
    return Cell(shown[what] or "none", sources=(customer.source,))


CUSTOMERS = Tool(
    name="customers",
    description="Customers in the ERP with tax identifier, invoice address, contact and terms, or who lacks one.",
    operation=Operation.READINESS_READ,
    arguments=Customers,
    run=_customers,
    then=from_past(_customers),
)
