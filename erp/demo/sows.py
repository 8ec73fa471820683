"""The demo firm's statements of work as records: read once from `data/sows.toml`, dated relative to the seeding day."""

from __future__ import annotations

import calendar
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
MOMENT = re.compile(r"month([+-]\d+) day (\d+|last)")


@dataclass(frozen=True)
class Rate:
    """What one hour (or day, or month) of a role costs."""

    role: str
    amount: Decimal
    per: str = "hour"


@dataclass(frozen=True)
class Milestone:
    """A deliverable with the day it is due and what it is worth."""

    name: str
    due: date
    amount: Decimal


@dataclass(frozen=True)
class Sow:
    """What one document states. Empty strings, None and empty tuples: the document does not say."""

    key: str
    file: str
    layout: str
    customer: str
    title: str
    number: str
    practice: str
    region: str
    signed: date
    start: date
    end: date
    billing: tuple[str, ...]
    currency: str
    governing_law: str
    contract: str | None = None
    project: str | None = None
    amends: str | None = None
    master: str = ""
    master_date: date | None = None
    term: str = ""
    total: Decimal | None = None
    not_to_exceed: Decimal | None = None
    rates: tuple[Rate, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    rate_escalation: str = ""
    advance: str = ""
    payment_days: int | None = None
    payment_basis: str = ""
    invoices: tuple[str, ...] = ()
    po_required: bool | None = None
    po_number: str = ""
    expenses: tuple[str, ...] = ()
    expense_cap: Decimal | None = None
    late_interest: str = ""
    dispute_days: int | None = None
    acceptance_days: int | None = None
    termination_days: int | None = None
    auto_renewal: bool | None = None
    renewal_notice_days: int | None = None
    taxes: str = ""
    change_order: bool = False
    retainage: str = ""
    invoice_delivery: str = ""
    is_signed: bool = False
    trick: str = ""
    password: str = ""
    opportunity: dict[str, Any] = field(default_factory=dict[str, Any])  # as the sales system reports it, once won
    erp: dict[str, Any] = field(default_factory=dict[str, Any])  # what the ERP holds instead


def moment(text: str, today: date) -> date:
    """The day that "month-5 day 3" or "month+1 day last" names, counted from the month of `today`."""
    match = MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not of the form 'month-5 day 3'")
    year, month = divmod(today.year * 12 + today.month - 1 + int(match[1]), 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, last if match[2] == "last" else min(int(match[2]), last))


def load(today: date) -> tuple[Sow, ...]:
    """All statements of work, in the file's order."""
    rows = tomllib.loads((DATA / "sows.toml").read_text("utf-8"))["sow"]
    return tuple(_sow(row, today) for row in rows)


def customers() -> dict[str, dict[str, Any]]:
    """The clients by key: the firm's customers, as the ERP is seeded with them, and those that it does not have yet."""
    data = tomllib.loads((DATA / "customers.toml").read_text("utf-8"))
    return {row["key"]: row for kind in ("customer", "prospect") for row in data[kind]}


def _sow(row: dict[str, Any], today: date) -> Sow:
    values = dict(row)
    for name in ("signed", "start", "end", "master_date"):
        if name in values:
            values[name] = moment(values[name], today)
    for name in ("total", "not_to_exceed", "expense_cap"):
        if name in values:
            values[name] = Decimal(values[name])
    if "opportunity" in values:
        values["opportunity"] = {**values["opportunity"], "on": moment(values["opportunity"]["on"], today)}
    for name in ("billing", "invoices", "expenses"):
        values[name] = tuple(values.get(name, ()))
    values["rates"] = tuple(_rate(rate) for rate in values.get("rates", ()))
    values["milestones"] = tuple(
        Milestone(item["name"], moment(item["due"], today), Decimal(item["amount"]))
        for item in values.get("milestones", ())
    )
    return Sow(**values)


def _rate(row: dict[str, str]) -> Rate:
    return Rate(row["role"], Decimal(row["amount"]), row.get("per", "hour"))
