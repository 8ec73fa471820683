"""What Countersign may learn from an ERP. The reader's account is read-only in the ERP itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from domain.actions import Image
from domain.records import Contract, Customer, Employee, Firm, Invoice, PriceList, Project, TimeEntry
from store.mirror import Key, Record
from store.mirror_rows import Row, Rows

T = TypeVar("T")


class Images(Protocol):
    """What proposing and reading back need of a system of record."""

    system: str

    async def image(self, action_type: str, arguments: Mapping[str, Any]) -> Image:
        """The present state of exactly the fields that this action would change, with version stamps.

        Read before a proposal, before its execution and after it. Raises NotFound if what it acts on is not there.
        """
        ...


@dataclass(frozen=True)
class Page:
    """Some records, with the vendor's rows that they were made of."""

    records: Sequence[Record] = ()
    rows: Sequence[Row] = ()


Take = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Head:
    """What is true of the firm as a whole, and how far this reading came: `mark` is the reader's own."""

    company: str
    base_currency: str
    closed_periods: tuple[tuple[date, date], ...] = ()
    rates: tuple[tuple[str, date], ...] = ()
    mark: Mapping[str, Any] = field(default_factory=dict[str, Any])
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changes:
    """What became of the firm since an earlier reading: records that changed or came, records and rows that went."""

    head: Head
    page: Page
    gone: Sequence[Key] = ()
    gone_rows: Sequence[tuple[str, int]] = ()


class ErpReader(Images, Protocol):
    """A read-only connection to one company in one ERP.

    Every method raises ErpUnavailable (not reachable), ErpRefused (not permitted) or ErpError (nonsense answered).
    """

    async def firm(self) -> Firm:
        """All records that readiness needs, read anew and kept nowhere."""
        ...

    async def whole(self, take: Take) -> Head:
        """Hand over all records that readiness needs, page by page; the requests grow with pages of records."""
        ...

    async def changes(self, mark: Mapping[str, Any], known: Rows) -> Changes | None:
        """What changed since `mark`; None when only a whole reading can tell."""
        ...

    async def around(self, project_id: str) -> Page | None:
        """One project, its contracts, customers, invoices and time as they are now; None when that cannot be told."""
        ...

    async def attachment(self, attachment_id: str) -> bytes:
        """The content of a file held with a record."""
        ...


class ReadsWhole(ABC):
    """A reader of a system without stamps to go by: each reading is of all of it, out of `firm`."""

    @abstractmethod
    async def firm(self) -> Firm:
        """All records that readiness needs."""

    async def whole(self, take: Take) -> Head:
        """See ErpReader."""
        firm = await self.firm()
        kinds = (firm.customers, firm.contracts, firm.projects, firm.employees, firm.time, firm.invoices)
        await take(Page([record for kind in (*kinds, firm.price_lists) for record in kind]))
        return Head(firm.company, firm.base_currency, firm.closed_periods, firm.rates, warnings=firm.warnings)

    async def changes(self, mark: Mapping[str, Any], known: Rows) -> Changes | None:
        """Only a whole reading can tell."""
        del mark, known

    async def around(self, project_id: str) -> Page | None:
        """Only a whole reading can tell."""
        del project_id


async def collected(reader: ErpReader, fetched_at: datetime) -> Firm:
    """One whole reading, kept nowhere."""
    records: list[Record] = []

    async def take(page: Page) -> None:
        records.extend(page.records)

    head = await reader.whole(take)

    def of(kind: type[T]) -> tuple[T, ...]:
        return tuple(record for record in records if isinstance(record, kind))

    return Firm(
        system=reader.system,
        company=head.company,
        base_currency=head.base_currency,
        fetched_at=fetched_at,
        customers=of(Customer),
        contracts=of(Contract),
        projects=of(Project),
        employees=of(Employee),
        time=of(TimeEntry),
        invoices=of(Invoice),
        price_lists=of(PriceList),
        closed_periods=head.closed_periods,
        rates=head.rates,
        warnings=head.warnings,
    )
