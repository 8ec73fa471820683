"""A small consulting firm by hand: one time-and-materials project that can be billed in full, to be spoilt by tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from domain.facts import FactKind, OutsideFact
from domain.findings import Finding, Readiness, Waiver
from domain.money import Money
from domain.records import (
    Address,
    Contract,
    ContractLine,
    Customer,
    Employee,
    Firm,
    Invoice,
    InvoiceLine,
    PriceList,
    Project,
    Task,
    TimeEntry,
)
from domain.source import Evidence, Source
from domain.terms import Term, TermStatus
from policies.prerequisites.outside import Outside
from policies.prerequisites.portfolio import Dossier
from policies.prerequisites.settings import RuleSettings

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def eur(amount: str | int) -> Money:
    return Money(Decimal(amount), "EUR")


def source(model: str, id_: str) -> Source:
    return Source("tryton", model, id_, "1", NOW, f"{model} {id_}")


CUSTOMER = Customer(
    id="c1",
    code="C1",
    name="Fenwick Ports plc",
    country="GB",
    tax_identifiers=(("gb_vat", "678008374"),),
    invoice_address=Address("1 Quay Street", "HU1 1AA", "Hull", "GB"),
    billing_emails=("ap@fenwick.example",),
    payment_terms_days=30,
    source=source("party.party", "c1"),
)
LINE = ContractLine("l1", "Engineer", "Engineering", Decimal(500), "h", eur(100), eur(50000), source("sale.line", "l1"))
CONTRACT = Contract(
    id="k1",
    number="S-1001",
    customer_id="c1",
    state="processing",
    po_number="PO-77",
    date=date(2026, 6, 1),
    currency="EUR",
    price_list_id="p1",
    payment_terms_days=30,
    lines=(LINE,),
    total=eur(50000),
    invoiced=eur(10000),
    amendments=(),
    attachments=(),
    source=source("sale.sale", "k1"),
)
TASKS = (
    Task("t1", "T1", "Build", None, "open", Decimal(400), None, "Engineer", eur(100), source("project.work", "t1")),
    Task("t2", "T2", "Test", "t1", "open", Decimal(100), None, None, None, source("project.work", "t2")),
)
PROJECT = Project(
    id="w1",
    code="CLD-UKI-1001",
    name="Port systems",
    customer_id="c1",
    contract_ids=("k1",),
    status="open",
    billing="timesheet",
    manager="Ann",
    practice="CLD",
    region="UKI",
    opened=date(2026, 6, 3),
    tasks=TASKS,
    source=source("project.work", "w1"),
)
EMPLOYEE = Employee("e1", "Lena Ortiz", "Engineer", source("company.employee", "e1"))
PRICES = PriceList(
    "p1", "Fenwick rates", "EUR", (("Engineer", Decimal(100)),), None, None, source("product.price_list", "p1")
)


def entry(id_: str, day: date, hours: str = "8", **changes: Any) -> TimeEntry:
    made = TimeEntry(
        id=id_,
        project_id="w1",
        task_id="t1",
        employee_id="e1",
        date=day,
        hours=Decimal(hours),
        billable=True,
        invoice_line_id=None,
        price=eur(100),
        source=source("timesheet.line", id_),
    )
    return replace(made, **changes)


def invoice(id_: str, day: date | None, amount: int, state: str = "posted", text: str = "October work") -> Invoice:
    line = InvoiceLine(f"{id_}-1", "w1", text, eur(amount))
    return Invoice(
        id=id_,
        number=f"INV-{id_}",
        customer_id="c1",
        state=state,
        reference="PO-77",
        description="",
        currency="EUR",
        date=day,
        due=None,
        untaxed=eur(amount),
        total=eur(amount),
        lines=(line,),
        contract_ids=("k1",),
        source=source("account.invoice", id_),
    )


def fact(kind: FactKind, subject: str, **value: Any) -> OutsideFact:
    return OutsideFact(kind, subject, value, "psa", NOW, id=f"{kind.value}/{subject}")


def term(field_: str, value: Any, status: TermStatus = TermStatus.CONFIRMED) -> Term:
    return Term(field_, value, (Evidence(1, str(value), 0, len(str(value))),), 0.9, status=status)


ENTRIES = (
    entry("h1", date(2026, 10, 5)),
    entry("h2", date(2026, 10, 12), "4"),
    entry("h3", date(2026, 11, 2)),
    entry("h4", date(2026, 9, 7), invoice_line_id="i1"),
    entry("h5", date(2026, 11, 3), "2", billable=False),
)
FACTS = (
    fact(FactKind.TIMESHEET, "CLD-UKI-1001/Lena Ortiz/2026-W41", status="approved"),
    fact(FactKind.TIMESHEET, "CLD-UKI-1001/Lena Ortiz/2026-W42", status="approved"),
    fact(FactKind.TIMESHEET, "CLD-UKI-1001/Lena Ortiz/2026-W45", status="approved"),
    fact(
        FactKind.PURCHASE_ORDER,
        "S-1001",
        required=True,
        number="PO 77",
        amount="40000",
        currency="EUR",
        valid_until="2027-01-31",
    ),
    fact(FactKind.BILLING_HOLD, "CLD-UKI-1001", held=False),
    fact(FactKind.CHANGE_REQUEST, "S-9/CR-1", status="approved", amount="1", currency="EUR"),
)


@dataclass(frozen=True)
class Small:
    """The firm in a form that is easy to spoil: replace a field, ask for the answer."""

    customer: Customer = CUSTOMER
    contract: Contract | None = CONTRACT
    project: Project = PROJECT
    employee: Employee = EMPLOYEE
    prices: PriceList = PRICES
    time: tuple[TimeEntry, ...] = ENTRIES
    invoices: tuple[Invoice, ...] = ()
    facts: tuple[OutsideFact, ...] = FACTS
    terms: dict[str, tuple[Term, ...]] = field(default_factory=dict)
    more: tuple[Contract, ...] = ()
    settings: RuleSettings = field(default_factory=RuleSettings)
    waivers: tuple[Waiver, ...] = ()
    closed_periods: tuple[tuple[date, date], ...] = ()
    rates: tuple[tuple[str, date], ...] = ()

    def but(self, **changes: Any) -> Small:
        """`customer__name=...` changes a field of a field."""
        whole = {name: value for name, value in changes.items() if "__" not in name}
        for name, value in changes.items():
            if "__" in name:
                of, _, attribute = name.partition("__")
                whole[of] = replace(whole.get(of, getattr(self, of)), **{attribute: value})
        return replace(self, **whole)

    def report(self, kind: FactKind, subject: str, **value: Any) -> Small:
        """One report more, in place of an earlier one on the same subject."""
        kept = tuple(f for f in self.facts if (f.kind, f.subject) != (kind, subject))
        return replace(self, facts=(*kept, fact(kind, subject, **value)))

    def silent(self, kind: FactKind) -> Small:
        """No report of this kind at all."""
        return replace(self, facts=tuple(f for f in self.facts if f.kind is not kind))

    def firm(self) -> Firm:
        return Firm(
            system="tryton",
            company="Small",
            base_currency="EUR",
            fetched_at=NOW,
            customers=(self.customer,),
            contracts=((self.contract,) if self.contract else ()) + self.more,
            projects=(self._project,),
            employees=(self.employee,),
            time=self.time,
            invoices=self.invoices,
            price_lists=(self.prices,),
            closed_periods=self.closed_periods,
            rates=self.rates,
        )

    @property
    def _project(self) -> Project:
        more = tuple(contract.id for contract in self.more)
        return replace(self.project, contract_ids=(*self.project.contract_ids, *more))

    def dossier(self) -> Dossier:
        outside = Outside.of(self.facts, self.settings.precedence)
        return Dossier.of(self.firm(), outside, self.terms, self.settings, self.waivers)

    def answer(self, period: str | None = None, today: date = TODAY) -> Readiness:
        return self.dossier().assess(self._project, period, today)

    def finding(self, rule: str, period: str | None = None) -> Finding:
        return next(f for f in self.answer(period).findings if f.rule == rule)
