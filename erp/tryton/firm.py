"""A firm's records out of Tryton's rows: of a whole reading, or of a part that was read completely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from domain.errors import ErpError
from domain.records import TimeEntry
from erp.reader import Head, Page
from erp.tryton.billing import Ledger, contracts, invoices, price_lists
from erp.tryton.parties import customers
from erp.tryton.tables import ATTACHMENTS, HOLDERS, RATES, TIME, Row, Tables, referenced
from erp.tryton.work import WorkTree, employees, projects, time_entries
from store.mirror import KIND_OF, Record
from store.mirror_rows import Row as MirrorRow

# The record that a row is part of: its kind, and the row's field that names it (empty: the row itself).
OWNERS: Mapping[str, tuple[str, str]] = {
    "party.party": ("customer", ""),
    "party.address": ("customer", "party"),
    "party.identifier": ("customer", "party"),
    "party.contact_mechanism": ("customer", "party"),
    "sale.sale": ("contract", ""),
    "sale.line": ("contract", "sale"),
    "sale.amendment": ("contract", "sale"),
    "sale.advance_payment.line": ("contract", "sale"),
    "account.invoice": ("invoice", ""),
    "account.invoice.line": ("invoice", "invoice"),
    "company.employee": ("employee", ""),
    "product.price_list": ("price_list", ""),
    TIME: ("time", ""),
}


@dataclass(frozen=True)
class Complete:
    """Of which records everything was read that they are made of, by Tryton's id; None: of all."""

    projects: frozenset[int] | None = None
    contracts: frozenset[int] | None = None
    invoices: frozenset[int] | None = None
    customers: frozenset[int] | None = None


@dataclass(frozen=True)
class FirmOf:
    """The records that these rows describe."""

    tables: Tables
    fetched_at: datetime

    @cached_property
    def tree(self) -> WorkTree:
        """Which project each work belongs to."""
        return WorkTree(self.tables)

    @property
    def currency(self) -> str:
        """The company's currency."""
        return currency_of(self.tables)

    def time(self, rows: Iterable[Row]) -> tuple[TimeEntry, ...]:
        """The entries of these timesheet lines that are on projects."""
        return time_entries(rows, self.tree, self.currency, self.fetched_at)

    def page(self, complete: Complete | None = None) -> Page:
        """All records but time, of which enough was read; of a part, its time too."""
        wanted = complete or Complete()
        records = [record for record in self._records() if _wanted(wanted, record)]
        time = self.time(self.tables.rows[TIME]) if complete else ()
        kept = [entry for entry in time if int(entry.project_id) in (wanted.projects or ())]
        owners = {(type_of(record), record.id) for record in records} | {("time", entry.id) for entry in kept}
        rows = [row for row in self._rows() if not complete or (row.kind, row.owner) in owners]
        return Page((*records, *kept), rows)

    def _records(self) -> Iterator[Record]:
        ledger = Ledger(self.tables, self.tree)
        yield from customers(self.tables, self.fetched_at)
        yield from contracts(self.tables, ledger, self.fetched_at)
        yield from projects(self.tables, self.tree, self.currency, self.fetched_at)
        yield from employees(self.tables, self.fetched_at)
        yield from invoices(self.tables, self.tree, ledger, self.fetched_at)
        yield from price_lists(self.tables, self.fetched_at)

    def _rows(self) -> Iterator[MirrorRow]:
        for model, rows in self.tables.rows.items():
            yield from rows_of(model, rows, self.tree)


def type_of(record: Record) -> str:
    """A record's kind in the mirror."""
    return KIND_OF[type(record)]


def _wanted(complete: Complete, record: Record) -> bool:
    ids = {
        "project": complete.projects,
        "contract": complete.contracts,
        "invoice": complete.invoices,
        "customer": complete.customers,
    }.get(type_of(record))
    return ids is None or int(record.id) in ids


def rows_of(model: str, rows: Iterable[Row], tree: WorkTree) -> list[MirrorRow]:
    """Which record each of these rows is part of; none for what is not followed."""
    return [
        MirrorRow(model, row["id"], row["_timestamp"] or "", *owner)
        for row in rows
        if (owner := _owner(model, row, tree))
    ]


def _owner(model: str, row: Row, tree: WorkTree) -> tuple[str, str] | None:
    if model in OWNERS:
        kind, name = OWNERS[model]
        return kind, str(row[name] if name else row["id"])
    if model == ATTACHMENTS:
        return "contract", str(referenced(row["resource"], HOLDERS) or "")
    works = {
        "project.work": row["id"],
        "project.work.invoiced_progress": row.get("work"),
        "timesheet.work": referenced(row.get("origin"), "project.work"),
    }
    return ("project", str(tree.root.get(works[model] or 0, ""))) if model in works else None


def currency_of(tables: Tables) -> str:
    """The company's currency. Raises ErpError for an account without a company."""
    if not tables.rows["company.company"]:
        raise ErpError("The account belongs to no company in Tryton.")
    return tables.word("currency.currency", tables.rows["company.company"][0]["currency"], "code") or ""


def head_of(tables: Tables, mark: Mapping[str, Any]) -> Head:
    """What is true of the firm as a whole."""
    currency = currency_of(tables)
    periods = tuple((row["start_date"], row["end_date"]) for row in tables.rows["account.period"])
    return Head(tables.rows["company.company"][0]["rec_name"], currency, periods, _rates(tables), mark)


def _rates(tables: Tables) -> tuple[tuple[str, date], ...]:
    """The day of each currency's newest rate, and of those that are entered for days to come."""
    today = datetime.now(UTC).date()
    days: dict[str, set[date]] = defaultdict(set)
    for row in tables.rows[RATES]:
        if row["date"] is not None:
            days[tables.word("currency.currency", row["currency"], "code") or ""].add(row["date"])
    return tuple(
        (currency, day)
        for currency, known in sorted(days.items())
        for day in sorted(known)
        if day >= max((past for past in known if past <= today), default=day)
    )
