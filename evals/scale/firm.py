"""A firm of any size, made record by record and never held whole: an ERP that knows what changed since a mark."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.actions import Image
from domain.errors import NotFound
from domain.facts import FactKind, OutsideFact
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
from domain.source import Source
from erp.reader import Changes, Head, Page, Take, collected
from policies.prerequisites.period import week_of
from store.mirror import Record
from store.mirror_rows import Rows

PAGE = 5000
PER_CUSTOMER = 10
PEOPLE = 400
PRACTICES = ("CLD", "DAT", "ADV", "SEC")
REGIONS = ("UKI", "DACH", "NOR", "IBE", "FRA")
CURRENCIES = ("EUR", "GBP", "USD")
MONTHS = 12
TEAM = 4
WEEKS = 6


@dataclass
class LargeFirm:
    """`projects` engagements whose `entries` hours lie in the last twelve months, all but the last month's billed.

    One in ten has no purchase order number, one in fifteen customers no tax id, so that rules have something to find.
    """

    projects: int
    entries: int
    today: date
    system: str = "generated"
    changed: list[Record] = field(default_factory=list[Record])
    pages: int = 0

    async def firm(self) -> Firm:
        """All of it at once, for a small one."""
        return await collected(self, datetime.now(UTC))

    async def whole(self, take: Take) -> Head:
        """Every record in pages; `pages` counts them as requests."""
        self.changed.clear()
        page: list[Record] = []
        for record in self._records():
            page.append(record)
            if len(page) == PAGE:
                await self._hand(take, page)
                page = []
        await self._hand(take, page)
        return self._head()

    async def changes(self, mark: Mapping[str, Any], known: Rows) -> Changes | None:
        """What `change` was told."""
        del mark, known
        self.pages += 1
        found = Page(tuple(self.changed))
        self.changed.clear()
        return Changes(self._head(), found)

    async def around(self, project_id: str) -> Page | None:
        """One project with all that its bill depends on."""
        number = int(project_id)
        self.pages += 1
        return Page([*self._engagement(number), *self.time(number)])

    async def image(self, action_type: str, arguments: Mapping[str, Any]) -> Image:
        """Nothing can be proposed here."""
        raise NotFound(f"There is no {action_type} of {sorted(arguments)} here.")

    async def attachment(self, attachment_id: str) -> bytes:
        """There are none."""
        raise NotFound(f"There is no attachment {attachment_id}.")

    def time(self, number: int) -> Iterator[TimeEntry]:
        """The hours of one project."""
        chance = random.Random(number)  # noqa: S311 - not a secret
        first, last = self.entries * number // self.projects, self.entries * (number + 1) // self.projects
        for id_ in range(first, last):
            back = chance.randrange(MONTHS * 30)
            yield TimeEntry(
                id=str(id_),
                project_id=str(number),
                task_id=f"{number}-1",
                employee_id=str((number * TEAM + id_ % TEAM) % PEOPLE),
                date=self.today - timedelta(days=back),
                hours=Decimal(chance.randrange(2, 33)) / 4,
                billable=chance.random() < 0.9,  # noqa: PLR2004 - nine of ten hours are billable
                invoice_line_id=None if back < 30 else f"{number}-{back // 30}",  # noqa: PLR2004 - days of a month
                price=Money(Decimal(100 + number % 60), _currency(number)),
                source=_source("timesheet.line", str(id_)),
            )

    def reports(self) -> Iterator[OutsideFact]:
        """The last weeks' timesheets, seven of eight approved; no project is on hold; no change is open."""
        stamp = datetime.now(UTC)
        for number in range(self.projects):
            code = _project(number, self.today).code or ""
            for member, week in itertools.product(range(TEAM), range(WEEKS)):
                name = f"Person {(number * TEAM + member) % PEOPLE:03d}"
                subject = f"{code}/{name}/{week_of(self.today - timedelta(weeks=week))}"
                value = {"status": "approved" if (number + week) % 8 else "submitted"}
                yield OutsideFact(FactKind.TIMESHEET, subject, value, "psa", stamp)
            yield OutsideFact(FactKind.BILLING_HOLD, code, {"held": False}, "psa", stamp)

    def _head(self) -> Head:
        return Head("Large Consulting", "EUR", mark={"pages": self.pages})

    async def _hand(self, take: Take, page: list[Record]) -> None:
        self.pages += 1
        await take(Page(tuple(page)))

    def _records(self) -> Iterator[Record]:
        for number in range(PEOPLE):
            yield Employee(str(number), f"Person {number:03d}", None, _source("company.employee", str(number)))
        for number, currency in enumerate(CURRENCIES):
            prices = (("Engineer", Decimal(120)),)
            yield PriceList(
                str(number), f"Rates {currency}", currency, prices, None, None, _source("list", str(number))
            )
        for number in range(0, self.projects, PER_CUSTOMER):
            yield _customer(number // PER_CUSTOMER)
        for number in range(self.projects):
            yield from self._engagement(number)
        for number in range(self.projects):
            yield from self.time(number)

    def _engagement(self, number: int) -> Iterator[Record]:
        yield _contract(number, self.today)
        yield _project(number, self.today)
        for month in range(1, 4):
            yield _invoice(number, month, self.today)


def renamed(project: Project) -> Project:
    """The smallest change of a project's own record."""
    return replace(project, name=f"{project.name} II", source=replace(project.source, version="2"))


def _source(model: str, id_: str) -> Source:
    return Source("generated", model, id_, "1", datetime.now(UTC), f"{model} {id_}")


def _currency(number: int) -> str:
    return CURRENCIES[number // PER_CUSTOMER % len(CURRENCIES)]


def _customer(number: int) -> Customer:
    taxed = number % 15 != 0
    return Customer(
        id=str(number),
        code=f"C{number:05d}",
        name=f"Customer {number:05d} Ltd",
        country="GB",
        tax_identifiers=(("gb_vat", "678008374"),) if taxed else (),
        invoice_address=Address("1 Quay Street", "HU1 1AA", "Hull", "GB"),
        billing_emails=(f"ap@customer{number}.example",),
        payment_terms_days=30,
        source=_source("party.party", str(number)),
    )


def _contract(number: int, today: date) -> Contract:
    currency = _currency(number)
    money = Money(Decimal(400_000), currency)
    line = ContractLine(
        f"{number}-l", "Engineer", "Engineering", Decimal(4000), "h", Money(Decimal(100), currency), money,
        _source("sale.line", str(number)),
    )  # fmt: skip
    return Contract(
        id=str(number),
        number=f"S-{number:05d}",
        customer_id=str(number // PER_CUSTOMER),
        state="processing",
        po_number=None if number % 10 == 0 else f"PO-{number}",
        date=today - timedelta(days=400),
        currency=currency,
        price_list_id=str(CURRENCIES.index(currency)),
        payment_terms_days=30,
        lines=(line,),
        total=money,
        invoiced=Money(Decimal(100_000), currency),
        amendments=(),
        attachments=(),
        source=_source("sale.sale", str(number)),
    )


def _project(number: int, today: date) -> Project:
    practice, region = PRACTICES[number % len(PRACTICES)], REGIONS[number % len(REGIONS)]
    price = Money(Decimal(100 + number % 60), _currency(number))
    task = Task(
        f"{number}-1", "T1", "Delivery", None, "open", Decimal(4000), None, "Engineer", price,
        _source("project.work", f"{number}-1"),
    )  # fmt: skip
    return Project(
        id=str(number),
        code=f"{practice}-{region}-{number:05d}",
        name=f"Engagement {number:05d}",
        customer_id=str(number // PER_CUSTOMER),
        contract_ids=(str(number),),
        status="open",
        billing="timesheet",
        manager=None,
        practice=practice,
        region=region,
        opened=today - timedelta(days=390),
        tasks=(task,),
        source=_source("project.work", str(number)),
    )


def _invoice(number: int, month: int, today: date) -> Invoice:
    currency = _currency(number)
    day = today - timedelta(days=30 * month)
    money = Money(Decimal(10_000 + number), currency)
    return Invoice(
        id=f"{number}-{month}",
        number=f"INV-{number:05d}-{month}",
        customer_id=str(number // PER_CUSTOMER),
        state="posted",
        reference=f"PO-{number}",
        description="",
        currency=currency,
        date=day,
        due=day + timedelta(days=30),
        untaxed=money,
        total=money,
        lines=(InvoiceLine(f"{number}-{month}", str(number), f"Work of {day:%B %Y}", money),),
        contract_ids=(str(number),),
        source=_source("account.invoice", f"{number}-{month}"),
    )
