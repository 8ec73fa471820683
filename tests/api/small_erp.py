"""A small consulting firm over a PostgreSQL table: readable like an ERP, and with fields that proposals can change."""

from __future__ import annotations

from dataclasses import replace

from domain.records import Firm
from tests.actions.ledger import LedgerErp
from tests.unit.prerequisites.records import Small


class SmallErp(LedgerErp):
    """One project, CLD-UKI-1001, of one customer; its contract has no purchase order number although one is needed."""

    async def firm(self) -> Firm:
        firm = Small().firm()
        return replace(firm, contracts=tuple(replace(one, po_number=None) for one in firm.contracts))
