"""A consulting firm in a ledger: the same record numbers in every firm, so that whoever mixes firms up hits something.

Every free text carries the firm's canary, a word that no other firm's answers may ever hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from domain.money import Money
from domain.records import Address, Contract, ContractLine, Customer, Employee, Firm, Project, Task, TimeEntry
from domain.source import Source
from evals.adversary.hostile import NAMES
from evals.adversary.ledger import Ledger

HOURS = Decimal(8)
# One time entry each: below and above every limit and threshold of the demonstration's policy, in its currency.
WORTH = (400, 4_000, 9_600, 30_000, 60_000, 98_000, 104_000, 130_000)
CURRENCIES = {"1": "EUR", "2": "EUR", "3": "GBP", "4": "JPY"}  # policy knows no rate of the last
PRACTICES = {"1": "CLD", "2": "DAT", "3": "ADV", "4": "CLD"}


def month(today: date) -> str:
    """The month that is billed: the last whole one."""
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def arrange(ledger: Ledger, random: Random, canary: str, today: date) -> None:
    """Fill an empty ledger with four customers, contracts and projects, and eight unbilled time entries a project."""
    worked = today.replace(day=1) - timedelta(days=20)
    for number, (key, currency) in enumerate(CURRENCIES.items()):
        name = f"{random.choice(NAMES)} {canary}"
        ledger.put("party.party", key, name=name, tax_identifier=None, invoice_address=None)
        ledger.put("sale.sale", key, number=f"S-100{key}", customer=key, po_number=None, currency=currency)
        code = f"{PRACTICES[key]}-UKI-100{key}"
        work = {"code": code, "name": f"Work {key} {canary}", "customer_id": key, "contract_id": key}
        ledger.put("project.work", key, **work, billing="timesheet", tasks=[], currency=currency)
        for index, worth in enumerate(WORTH):
            entry = {"project": key, "day": worked.isoformat(), "hours": str(HOURS), "price": str(worth / HOURS)}
            ledger.put("timesheet.line", str(1 + number * len(WORTH) + index), **entry, currency=currency, invoice=None)


def employee(canary: str) -> str:
    """The name of the firm's one employee."""
    return f"Lena Ortiz {canary}"


def reports(canary: str, today: date, numbers: Mapping[str, str]) -> str:
    """The CSV of the firm's other systems: time approved, orders required; `numbers` are orders by contract."""
    stamp = datetime(today.year, today.month, today.day, tzinfo=UTC).isoformat()
    week = (today.replace(day=1) - timedelta(days=20)).isocalendar()
    lines = ["kind,subject,reported_at,system,status,required,number,held"]
    for key in CURRENCIES:
        code = f"{PRACTICES[key]}-UKI-100{key}"
        lines.append(f"timesheet,{code}/{employee(canary)}/{week.year}-W{week.week:02d},{stamp},psa,approved,,,")
        lines.append(f"billing_hold,{code},{stamp},psa,,,,false")
        lines.append(f"purchase_order,S-100{key},{stamp},procurement,,true,{numbers.get(key, '')},")
    return "\n".join(lines) + "\n"


def compose(canary: str) -> Any:
    """The function by which a ledger tells its firm in Countersign's records."""

    def composed(ledger: Ledger) -> Firm:
        return Firm(
            "ledger",
            f"Firm {canary}",
            "EUR",
            datetime.now(UTC),
            customers=tuple(_customer(i, f, ledger) for i, f in ledger.records("party.party").items()),
            contracts=tuple(_contract(i, f, ledger) for i, f in ledger.records("sale.sale").items()),
            projects=tuple(_project(i, f, ledger) for i, f in ledger.records("project.work").items()),
            employees=(Employee("1", employee(canary), None, _source(ledger, "company.employee", "1")),),
            time=tuple(_entry(i, f, ledger) for i, f in ledger.records("timesheet.line").items()),
        )

    return composed


def _source(ledger: Ledger, model: str, id_: str, label: str = "") -> Source:
    return Source("ledger", model, id_, ledger.version(model, id_) or "", datetime.now(UTC), label)


def _customer(id_: str, fields: Mapping[str, Any], ledger: Ledger) -> Customer:
    address, tax = fields["invoice_address"], fields["tax_identifier"]
    return Customer(
        id=id_,
        code=f"C{id_}",
        name=fields["name"],
        country="DE",
        tax_identifiers=((tax["type"], tax["code"]),) if tax else (),
        invoice_address=Address(**address) if isinstance(address, dict) else None,
        billing_emails=("ap@customer.example",),
        payment_terms_days=30,
        source=_source(ledger, "party.party", id_, fields["name"]),
    )


def _contract(id_: str, fields: Mapping[str, Any], ledger: Ledger) -> Contract:
    currency = fields["currency"]
    source = _source(ledger, "sale.sale", id_, fields["number"])
    total = Money(Decimal(1_000_000), currency)
    line = ContractLine(id_, None, "Services", Decimal(1), "u", total, total, source)
    return Contract(
        id=id_,
        number=fields["number"],
        customer_id=fields["customer"],
        state="processing",
        po_number=fields["po_number"],
        date=date(2026, 1, 5),
        currency=currency,
        price_list_id=None,
        payment_terms_days=30,
        lines=(line,),
        total=total,
        invoiced=Money(Decimal(0), currency),
        amendments=(),
        attachments=(),
        source=source,
    )


def _project(id_: str, fields: Mapping[str, Any], ledger: Ledger) -> Project:
    practice, region, _ = (*str(fields["code"]).split("-"), "", "")[:3]
    source = _source(ledger, "project.work", id_, fields["name"])
    task = Task(id_, f"T{id_}", "Build", None, "open", Decimal(10_000), None, None, None, source)
    return Project(
        id=id_,
        code=fields["code"],
        name=fields["name"],
        customer_id=fields["customer_id"],
        contract_ids=(fields["contract_id"],) if fields["contract_id"] else (),
        status="open",
        billing=fields["billing"],
        manager="Ann",
        practice=practice,
        region=region,
        opened=date(2026, 1, 5),
        tasks=(task,),
        source=source,
    )


def _entry(id_: str, fields: Mapping[str, Any], ledger: Ledger) -> TimeEntry:
    return TimeEntry(
        id=id_,
        project_id=fields["project"],
        task_id=fields["project"],
        employee_id="1",
        date=date.fromisoformat(fields["day"]),
        hours=Decimal(fields["hours"]),
        billable=True,
        invoice_line_id=fields["invoice"],
        price=Money(Decimal(fields["price"]), fields["currency"]),
        source=_source(ledger, "timesheet.line", id_),
    )
