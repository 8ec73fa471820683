"""Each ERP's circuit breaker, in the database because all workers share it: closed, open, half-open with one probe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.database import Connection
from store.queries import queries

SQL = queries("circuit")


@dataclass(frozen=True)
class Circuit:
    """`state` is closed, open or half_open; `due`: whoever asks next may be the one probe."""

    state: str = "closed"
    failures: int = 0
    openings: int = 0
    retry_at: datetime | None = None
    due: bool | None = None


async def read(connection: Connection, system: str) -> Circuit:
    """The circuit of this ERP; closed when nothing ever failed."""
    row = await (await connection.execute(SQL["read"], {"system": system})).fetchone()
    return Circuit(**row) if row else Circuit()


async def probe(connection: Connection, system: str, longest: timedelta) -> bool:
    """Whether the caller may be the one that tries the ERP now; nobody else may for `longest`."""
    wanted = {"system": system, "probe": longest}
    return await (await connection.execute(SQL["probe"], wanted)).fetchone() is not None


async def failed(connection: Connection, tenant: str, system: str, *, threshold: int, rest: timedelta) -> Circuit:
    """Count a failure. At `threshold` in a row, or after a failed probe, the circuit opens: for `rest`, doubled each
    time up to 64 times, and less up to half of it by chance, so that not all workers come back at once.
    """
    wanted = {"tenant": tenant, "system": system, "threshold": threshold, "rest": rest}
    row = await (await connection.execute(SQL["failed"], wanted)).fetchone()
    return Circuit(state=row["state"], retry_at=row["retry_at"]) if row else Circuit(state="open")


async def answered(connection: Connection, system: str) -> bool:
    """The ERP answered: close the circuit. Returns whether anything changed by that."""
    return await (await connection.execute(SQL["answered"], {"system": system})).fetchone() is not None
