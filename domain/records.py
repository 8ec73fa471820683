"""What an ERP knows of a consulting firm, vendor-neutral; each record carries its source and version stamp.

A field that this ERP cannot give is `Unknown`, one that is empty in the ERP is None or an empty tuple.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from domain.money import Money
from domain.source import Source
from domain.unknown import Unknown


@dataclass(frozen=True)
class Address:
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    street: str
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True)
class Customer:
    """A party that is billed. `tax_identifiers` are (type, code) pairs, such as ("eu_vat", "DE123456789")."""

    id: str
    code: str
    name: str
    country: str | None
    tax_identifiers: tuple[tuple[str, str], ...]
    invoice_address: Address | None
    billing_emails: tuple[str, ...]
    payment_terms_days: int | None
    source: Source
    credit_limit: Money | Unknown | None = None


@dataclass(frozen=True)
class ContractLine:
    """A line of a contract; `milestone` names the event it is billed on, if any."""

    id: str
    product: str | None
    description: str
    quantity: Decimal
    unit: str
    unit_price: Money
    amount: Money
    source: Source


@dataclass(frozen=True)
class Amendment:
    """A change to a contract; `state` is the ERP's word (draft, validated)."""

    id: str
    date: date | None
    state: str
    description: str
    source: Source


@dataclass(frozen=True)
class Attachment:
    """A file held with a record; its content is read only on demand."""

    id: str
    name: str
    source: Source


@dataclass(frozen=True)
class Contract:
    """A sold engagement (a sales order). `state`: draft, quotation, confirmed, processing, done, cancelled."""

    id: str
    number: str
    customer_id: str
    state: str
    po_number: str | None
    date: date | None
    currency: str
    price_list_id: str | None
    payment_terms_days: int | None
    lines: tuple[ContractLine, ...]
    total: Money
    invoiced: Money
    amendments: tuple[Amendment, ...]
    attachments: tuple[Attachment, ...]
    source: Source
    advance_unapplied: Money | None = None
    description: str = ""


@dataclass(frozen=True)
class Task:
    """A node of a project's work breakdown structure.

    `invoice_line_id` names the line that billed it, for tasks billed as a whole (billing by effort).
    """

    id: str
    code: str
    name: str
    parent_id: str | None
    status: str
    effort_hours: Decimal | None
    progress: Decimal | None
    product: str | None
    list_price: Money | None
    source: Source
    invoice_line_id: str | None = None


@dataclass(frozen=True)
class Project:
    """A project. `status`: open, on_hold, done, cancelled. `billing`: timesheet, effort, progress, manual.

    `ends` is the last day on which time may be recorded, None where the ERP has none.
    """

    id: str
    code: str | None
    name: str
    customer_id: str | None
    contract_ids: tuple[str, ...]
    status: str
    billing: str
    manager: str | None
    practice: str | None
    region: str | None
    opened: date | None
    tasks: tuple[Task, ...]
    source: Source
    ends: date | None = None


@dataclass(frozen=True)
class Employee:
    """A person who records time; `role` is the product by which their hours are sold."""

    id: str
    name: str
    role: str | None
    source: Source


@dataclass(frozen=True)
class TimeEntry:
    """Time recorded on a task. `price` is the hourly sales price that the ERP would bill, None where it has none."""

    id: str
    project_id: str
    task_id: str | None
    employee_id: str
    date: date
    hours: Decimal
    billable: bool
    invoice_line_id: str | None
    price: Money | None
    source: Source


@dataclass(frozen=True)
class InvoiceLine:
    """A line of an invoice, with the project it bills when the ERP says so."""

    id: str
    project_id: str | None
    description: str
    amount: Money


@dataclass(frozen=True)
class Invoice:
    """A customer invoice. `state`: draft, validated, posted, paid, cancelled."""

    id: str
    number: str | None
    customer_id: str
    state: str
    reference: str | None
    description: str
    currency: str
    date: date | None
    due: date | None
    untaxed: Money
    total: Money
    lines: tuple[InvoiceLine, ...]
    contract_ids: tuple[str, ...]
    source: Source


@dataclass(frozen=True)
class PriceList:
    """A rate card: price per unit by product name; dates None where the ERP has no validity."""

    id: str
    name: str
    currency: str
    prices: tuple[tuple[str, Decimal], ...]
    valid_from: date | None
    valid_until: date | None
    source: Source


@dataclass(frozen=True)
class Firm:
    """Everything that readiness needs, read from one ERP in pages. `fetched_at` is when the reading began (UTC).

    `rates` are the exchange rates that the ERP holds against its base currency, as (currency, date).
    """

    system: str
    company: str
    base_currency: str
    fetched_at: datetime
    customers: tuple[Customer, ...] = ()
    contracts: tuple[Contract, ...] = ()
    projects: tuple[Project, ...] = ()
    employees: tuple[Employee, ...] = ()
    time: tuple[TimeEntry, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    price_lists: tuple[PriceList, ...] = ()
    closed_periods: tuple[tuple[date, date], ...] = ()
    rates: tuple[tuple[str, date], ...] = ()
    warnings: tuple[str, ...] = field(default=())
