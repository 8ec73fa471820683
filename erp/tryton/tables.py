"""What is read of Tryton, and nothing else: the read-only account is allowed exactly these models."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from erp.tryton.rpc import TrytonRpc

Row = dict[str, Any]
RATES, RATES_BACK = "currency.currency.rate", timedelta(days=400)

# model: (domain, fields). Paging, order and version stamps are the client's business.
TABLES: Mapping[str, tuple[Sequence[Any], Sequence[str]]] = {
    "company.company": ((), ("rec_name", "party", "currency")),
    "company.employee": ((), ("rec_name", "party")),
    "currency.currency": ((), ("code",)),
    RATES: ((), ("currency", "date")),
    "country.country": ((), ("code",)),
    "product.uom": ((), ("name", "symbol")),
    "product.product": ((), ("name", "list_price", "default_uom_category")),
    "product.uom.category": ((), ("name",)),
    "account.invoice.payment_term": ((), ("name",)),
    "account.invoice.payment_term.line": ((), ("payment", "type")),
    "account.invoice.payment_term.line.delta": ((), ("line", "months", "weeks", "days")),
    "account.period": ((("state", "!=", "open"), ("type", "=", "standard")), ("start_date", "end_date")),
    "party.party": ((), ("code", "name", "customer_payment_term")),
    "party.address": ((), ("party", "street", "postal_code", "city", "country", "invoice")),
    "party.identifier": ((), ("party", "type", "code_compact")),
    "party.contact_mechanism": (
        (("type", "=", "email"),),
        ("party", "value", "invoice"),
    ),
    "product.price_list": ((), ("name", "company")),
    "product.price_list.line": ((), ("price_list", "product", "category", "quantity", "formula", "sequence")),
    "sale.sale": (
        (),
        (
            "number",
            "party",
            "state",
            "reference",
            "description",
            "sale_date",
            "currency",
            "price_list",
            "payment_term",
            "untaxed_amount",
        ),
    ),
    "sale.line": (
        (("type", "=", "line"),),
        ("sale", "product", "description", "quantity", "unit", "unit_price", "amount", "sequence"),
    ),
    "sale.amendment": ((), ("sale", "date", "state", "description")),
    "sale.advance_payment.line": ((), ("sale", "amount", "description")),
    "project.work": (
        (),
        (
            "name",
            "type",
            "number",
            "parent",
            "status",
            "party",
            "project_invoice_method",
            "product",
            "list_price",
            "effort_duration",
            "progress",
            "origin",
            "invoice_line",
            "timesheet_start_date",
            "timesheet_end_date",
        ),
    ),
    "project.work.status": ((), ("name",)),
    "project.work.invoiced_progress": ((), ("work", "invoice_line")),
    "timesheet.work": ((), ("origin",)),
    "timesheet.line": ((), ("work", "employee", "date", "duration", "invoice_line")),
    "account.invoice": (
        (("type", "=", "out"),),
        (
            "number",
            "party",
            "state",
            "reference",
            "description",
            "currency",
            "invoice_date",
            "payment_term",
            "untaxed_amount",
            "total_amount",
        ),
    ),
    "account.invoice.line": (
        (("type", "=", "line"), ("invoice.type", "=", "out")),
        ("invoice", "description", "amount", "origin"),
    ),
}
# Small, and behind everything: when one of these changes, everything is read again.
BEHIND = (
    "company.company",
    "currency.currency",
    "country.country",
    "product.uom",
    "product.product",
    "product.uom.category",
    "account.invoice.payment_term",
    "account.invoice.payment_term.line",
    "account.invoice.payment_term.line.delta",
    "project.work.status",
)
# Small, and records of their own: read each time.
SMALL = (
    "company.employee",
    "account.period",
    RATES,
    "product.price_list",
    "product.price_list.line",
)
TIME = "timesheet.line"
# Attachments are found only through the records that hold them: Tryton refuses any other search for them.
ATTACHMENTS, HOLDERS, HOLDERS_AT_ONCE = "ir.attachment", "sale.sale", 500

# Readable besides: what our module wrote, by reference, and the words of which Tryton makes its refusals.
ALSO_READ = (ATTACHMENTS, "countersign.write", "ir.model", "ir.model.field", "ir.message", "ir.translation", "ir.lang")


# What is followed by its stamps.
FOLLOWED = tuple(model for model in TABLES if model not in (*BEHIND, *SMALL))


@dataclass(frozen=True)
class Tables:
    """All rows of one reading, by model; and by model and id. `billed` is of time: invoice line to timesheet work."""

    rows: Mapping[str, list[Row]]
    by_id: Mapping[str, Mapping[int, Row]] = field(default_factory=dict[str, Mapping[int, Row]])
    billed: dict[int, int] = field(default_factory=dict[int, int])

    @classmethod
    def of(cls, rows: Mapping[str, list[Row]]) -> Tables:
        """These rows, found by id too."""
        every = {model: rows.get(model, []) for model in (*TABLES, ATTACHMENTS)}
        tables = cls(every, {model: {row["id"]: row for row in found} for model, found in every.items()})
        tables.note_billed(every[TIME])
        return tables

    def note_billed(self, time: Iterable[Row]) -> None:
        """Remember which work the lines of invoices bill, of time that is not kept itself."""
        self.billed.update((row["invoice_line"], row["work"]) for row in time if row["invoice_line"] is not None)

    def get(self, model: str, record_id: int | None) -> Row | None:
        """The row with this id, None for none."""
        return None if record_id is None else self.by_id[model].get(record_id)

    def word(self, model: str, record_id: int | None, name: str) -> str | None:
        """One textual field of a row that may not be there."""
        row = self.get(model, record_id)
        return None if row is None else row[name]

    def grouped(self, model: str, name: str) -> dict[int, list[Row]]:
        """The rows of a model by the record that their field `name` points at, in order of id."""
        groups: dict[int, list[Row]] = {}
        for row in self.rows[model]:
            if row[name] is not None:
                groups.setdefault(row[name], []).append(row)
        return groups


async def read_tables(rpc: TrytonRpc, models: Iterable[str]) -> dict[str, list[Row]]:
    """Read these tables whole; the number of requests grows with pages, not with records."""
    tasks = {model: asyncio.create_task(rpc.search_read(model, *_wanted(model))) for model in models}
    try:
        return {model: await task for model, task in tasks.items()}
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


def _wanted(model: str) -> tuple[Sequence[Any], Sequence[str]]:
    """Domain and fields. Exchange rates of years ago tell nothing and would be most of what is read each minute."""
    domain, fields = TABLES[model]
    if model == RATES:
        domain = (*domain, ("date", ">=", datetime.now(UTC).date() - RATES_BACK))
    return domain, fields


async def attachments(rpc: TrytonRpc, holders: Sequence[int]) -> list[Row]:
    """What is attached to these contracts, a few hundred contracts a request."""
    found: list[Row] = []
    for start in range(0, len(holders), HOLDERS_AT_ONCE):
        resources = [f"{HOLDERS},{holder}" for holder in holders[start : start + HOLDERS_AT_ONCE]]
        domain = [("resource", "in", resources)]
        found += await rpc.search_read(ATTACHMENTS, domain, ("name", "resource", "type"))
    return found


def referenced(reference: str | None, model: str) -> int | None:
    """The id in a Tryton reference ("sale.line,12") if it points at that model."""
    name, _, record_id = (reference or "").partition(",")
    return int(record_id) if name == model and record_id.lstrip("-").isdigit() else None
