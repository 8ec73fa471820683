"""The firm as the mirror holds it: without time and invoices, or whole."""

from __future__ import annotations

from dataclasses import replace

from domain.records import Firm
from store import mirror
from store.database import Connection
from store.mirror import State


def warnings(state: State) -> tuple[str, ...]:
    """What people must know of these facts besides their time."""
    if state.failed_since is None:
        return state.warnings
    since = state.failed_since.strftime("%Y-%m-%d %H:%M")
    said = f"The ERP could not be read since {since} UTC: {state.failure} These are the facts of the reading before."
    return (said, *state.warnings)


async def masters(connection: Connection, state: State) -> Firm:
    """The firm without time and invoices."""
    return Firm(
        system=state.system,
        company=state.company,
        base_currency=state.base_currency,
        fetched_at=state.read_at,
        customers=await mirror.records(connection, "customer"),
        contracts=await mirror.records(connection, "contract"),
        projects=await mirror.records(connection, "project"),
        employees=await mirror.records(connection, "employee"),
        price_lists=await mirror.records(connection, "price_list"),
        closed_periods=state.closed_periods,
        rates=state.rates,
        warnings=warnings(state),
    )


async def with_time(connection: Connection, firm: Firm) -> Firm:
    """The same with all its time and invoices."""
    time = [entry async for part in mirror.every_time(connection) for entry in part]
    return replace(firm, time=tuple(time), invoices=await mirror.records(connection, "invoice"))
