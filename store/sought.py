"""Which invoices are sought, and finding them without reading all that there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.records import Invoice
from store.database import Connection
from store.mirror import read


@dataclass(frozen=True)
class Sought:
    """Which invoices: of a number whatever its case, of some states, of a span of invoice dates."""

    number: str = ""
    states: frozenset[str] | None = None
    since: date | None = None
    until: date | None = None

    def holds(self, invoice: Invoice) -> bool:
        """Whether this one is sought; one without a date only where no day is named."""
        return (
            (not self.number or (invoice.number or "").casefold() == self.number.casefold())
            and (self.states is None or invoice.state in self.states)
            and (self.since is None or (invoice.date is not None and invoice.date >= self.since))
            and (self.until is None or (invoice.date is not None and invoice.date <= self.until))
        )


async def invoices(connection: Connection, sought: Sought) -> tuple[Invoice, ...]:
    """The invoices that are sought, by id."""
    states = None if sought.states is None else sorted(sought.states)
    return await read(connection, "invoices", "invoice", **{**vars(sought), "states": states})
