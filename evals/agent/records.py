"""What is true of the demo firm, worked out from the ERP's records, the reports' file and the planted truth alone.

Nothing here calls a tool or a rule of the product: sums are taken over raw entries, terms come from `evals/truth`.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path

from domain.records import Contract, Customer, Firm, Invoice, Project, TimeEntry
from evals.truth import DocumentTruth, Planted

RULES = Path(__file__).parents[2] / "policies" / "prerequisites" / "rules.toml"
CENT = Decimal("0.01")
Sums = dict[str, Decimal]


@dataclass(frozen=True)
class Scope:
    """Words such as `customer=Halden practice=CLD since=2026-07-01`; every one narrows."""

    values: dict[str, str]

    @classmethod
    def of(cls, words: Iterable[str]) -> Scope:
        """Read the words of the form key=value; `_` stands for a blank."""
        return cls({k: v.replace("_", " ") for k, _, v in (word.partition("=") for word in words if "=" in word)})

    def get(self, name: str) -> str | None:
        """The value of a key, None when it is not given."""
        return self.values.get(name)

    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return (
            date.fromisoformat(self.values.get("since", "1900-01-01")),
            date.fromisoformat(self.values.get("until", "2999-12-31")),
        )


@dataclass(frozen=True)
class Records:
    """One reading of the demo firm's ERP, the reports of other systems, and what was planted."""

    firm: Firm
    today: date
    outside: str
    planted: tuple[Planted, ...]
    documents: tuple[DocumentTruth, ...]
    held: dict[str, str]  # contract number by the document's key

    @cached_property
    def reports(self) -> list[dict[str, str]]:
        """The rows of the reports' file."""
        return list(csv.DictReader(io.StringIO(self.outside)))

    @cached_property
    def severity(self) -> dict[str, str]:
        """Blocks or warns, by rule."""
        return {rule["id"]: rule["severity"] for rule in tomllib.loads(RULES.read_text("utf-8"))["rule"]}

    def customer(self, name: str) -> Customer:
        """The customer whose name begins so."""
        return next(one for one in self.firm.customers if one.name.lower().startswith(name.lower()))

    def project(self, code: str) -> Project:
        """The project of this code or title."""
        return next(one for one in self.firm.projects if code in (one.code, one.name))

    def contract(self, code: str) -> Contract:
        """The contract of this number, or of the project with this code."""
        ids = {i for one in self.firm.projects if one.code == code for i in one.contract_ids}
        return next(one for one in self.firm.contracts if one.number == code or one.id in ids)

    def projects(self, scope: Scope) -> list[Project]:
        """The projects within a scope."""
        customer = self.customer(scope.get("customer") or "").id if scope.get("customer") else None
        return [
            one
            for one in self.firm.projects
            if customer in (None, one.customer_id)
            and scope.get("practice") in (None, one.practice)
            and scope.get("region") in (None, one.region)
            and scope.get("project") in (None, one.code, one.name)
        ]

    def entries(self, scope: Scope) -> Iterator[tuple[Project, TimeEntry]]:
        """Time entries within a scope and its days."""
        projects = {one.id: one for one in self.projects(scope)}
        first, last = scope.days()
        person = scope.get("person")
        ids = {one.id for one in self.firm.employees if person in (None, one.name)}
        for entry in self.firm.time:
            if entry.project_id in projects and entry.employee_id in ids and first <= entry.date <= last:
                yield projects[entry.project_id], entry

    def unbilled(self, scope: Scope, *, approved: bool) -> tuple[Decimal, Sums]:
        """Hours and money of billable time that no invoice line bills, up to today; approved where the PSA says so."""
        hours, sums = Decimal(0), defaultdict[str, Decimal](Decimal)
        for project, entry in self.entries(scope):
            open_ = entry.billable and entry.invoice_line_id is None and entry.date <= self.today
            if open_ and project.billing == "timesheet" and (not approved or self._approved(project, entry)):
                hours += entry.hours
                if entry.price:
                    sums[entry.price.currency] += entry.price.amount * entry.hours
        return hours, {currency: cents(amount) for currency, amount in sums.items()}

    @cached_property
    def _approvals(self) -> dict[str, str]:
        return {row["subject"]: row["status"] for row in self.reports if row["kind"] == "timesheet"}

    def _approved(self, project: Project, entry: TimeEntry) -> bool:
        who = next(one.name for one in self.firm.employees if one.id == entry.employee_id)
        year, week, _ = entry.date.isocalendar()
        return self._approvals.get(f"{project.code or project.name}/{who}/{year}-W{week:02d}") == "approved"

    def invoices(self, scope: Scope) -> list[Invoice]:
        """Invoices of a customer or all, posted or paid unless `state` says otherwise, by invoice date."""
        first, last = scope.days()
        customer = self.customer(scope.get("customer") or "").id if scope.get("customer") else None
        state = scope.get("state")
        wanted = {"draft": {"draft"}, "paid": {"paid"}, "unpaid": {"posted"}, "overdue": {"posted"}}
        return [
            one
            for one in self.firm.invoices
            if customer in (None, one.customer_id)
            and one.state in wanted.get(state or "", {"posted", "paid"})
            and (state != "overdue" or (one.due is not None and one.due < self.today))
            and first <= (one.date or date.min) <= last
        ]

    def blocked(self, scope: Scope) -> set[str]:
        """Projects on which something was planted that stops an invoice."""
        codes = {one.code or one.name for one in self.projects(scope)}
        return {p.project for p in self.planted if self.severity[p.rule] == "blocks" and p.project in codes}

    def failing(self, rules: Iterable[str], scope: Scope) -> set[str]:
        """Projects on which a rule was planted whose id begins so."""
        codes = {one.code or one.name for one in self.projects(scope)}
        return {p.project for p in self.planted if p.rule.startswith(tuple(rules)) and p.project in codes}

    def term(self, code: str, field: str) -> tuple[object, ...]:
        """The values of a term for a project or contract: of its newest document that states it."""
        number = self.contract(code).number
        mine = [one for one in self.documents if self.held.get(one.key) == number]
        stated = [one.terms[field] for one in sorted(mine, key=_begins) if field in one.terms]
        if field == "rates":
            return tuple(value for values in stated for value in values)
        return stated[-1] if stated else ()


def _begins(one: DocumentTruth) -> str:
    return str(next(iter(one.terms.get("effective_date", ())), ""))


def cents(amount: Decimal) -> Decimal:
    """Rounded half up, as invoices are."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def months_before(day: date, count: int) -> date:
    """The first day of the month so many months before a day's."""
    index = day.year * 12 + day.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def month_end(first: date) -> date:
    """The last day of the month that begins on a day."""
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
