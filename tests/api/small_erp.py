"""A small consulting firm over a PostgreSQL table: readable like an ERP, and with fields that proposals can change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from domain.records import Firm
from tests.actions.ledger import LedgerErp
from tests.emptying import Emptied
from tests.unit.prerequisites.records import Small


class SmallErp(LedgerErp):
    """One project, CLD-UKI-1001, of one customer; its contract has no purchase order number although one is needed."""

    async def firm(self) -> Firm:
        firm = Small().firm()
        return replace(firm, contracts=tuple(replace(one, po_number=None) for one in firm.contracts))


@contextmanager
def small_erp(ledgers: Emptied) -> Iterator[SmallErp]:
    """The ERP in a database of its own."""
    with ledgers.one() as url:
        small = SmallErp(url)
        small.arrange("k1", po_number=None)
        small.arrange("c1", tax_identifier=None, invoice_address=None)
        yield small
