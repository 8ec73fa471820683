"""The ERP's facts as they were at a moment: out of what the mirror keeps of the past, without asking the ERP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.errors import NotFound
from domain.records import Firm, Invoice
from erp.mirror import Mirror
from store import mirror
from store.mirror import State
from store.sought import Sought
from store.worked import Asked, Worked, summed


class PastMirror(Mirror):
    """Reads like a mirror; whatever was read after `at` is not there. Nothing of it is kept or written."""

    def __init__(self, present: Mirror, at: datetime) -> None:
        super().__init__(present.database, present.tenant, present.reader)
        self.at = at

    async def current(self, *, fresh: bool = False) -> State:
        """How far the mirror is, as of then. Raises NotFound where nothing had been read."""
        del fresh
        async with self.database.tenant(self.tenant) as connection:
            state = await mirror.state(connection)
            since = await mirror.kept_since(connection)
        if state is None or since is None or since > self.at:
            told = f" They are kept since {since:%Y-%m-%d %H:%M} UTC." if since else ""
            raise NotFound(f"The ERP's facts of that time are not known.{told}")
        return replace(state, read_at=min(self.at, state.read_at), failed_since=None)

    async def worked(self, asked: Asked) -> list[Worked]:
        """Recorded time in sums, as of then."""
        return summed((await self.get()).time, asked)

    async def invoices(self, sought: Sought) -> tuple[Invoice, ...]:
        """The invoices that are sought, as of then."""
        return tuple(filter(sought.holds, (await self.get()).invoices))

    async def _firm(self, *, fresh: bool, time: bool) -> Firm:
        state = await self.current(fresh=fresh)
        kinds = ("customer", "contract", "project", "employee", "price_list", *(("time", "invoice") if time else ()))
        async with self.database.tenant(self.tenant) as connection:
            found = {kind: await mirror.records_at(connection, kind, self.at) for kind in kinds}
        return Firm(
            system=state.system,
            company=state.company,
            base_currency=state.base_currency,
            fetched_at=state.read_at,
            customers=found["customer"],
            contracts=found["contract"],
            projects=found["project"],
            employees=found["employee"],
            time=found.get("time", ()),
            invoices=found.get("invoice", ()),
            price_lists=found["price_list"],
            closed_periods=state.closed_periods,
            rates=state.rates,
        )
