"""The circuit breaker around one ERP: after failures in a row nobody asks it for a while, then one worker tries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from domain.errors import CountersignError, ErpNotReached, ErpUnavailable
from store import circuit
from store.database import Database

T = TypeVar("T")


class CircuitOpen(ErpNotReached):
    """The ERP failed several times in a row and is left alone for a while; nothing was sent."""

    code = "erp_circuit_open"


@dataclass(frozen=True)
class Limits:
    """Failures in a row that open the circuit, the first rest after that, and how long a probe may take."""

    failures: int = 5
    rest: timedelta = timedelta(seconds=5)
    probe: timedelta = timedelta(seconds=90)


@dataclass(frozen=True)
class Breaker:
    """One firm's ERP, as all workers know it through the database."""

    database: Database
    tenant: str
    system: str
    limits: Limits = Limits()

    async def call(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer of the ERP. Raises CircuitOpen without asking, or what `ask` raises.

        Only an ERP that does not answer counts as failing: one that refuses is well.
        """
        await self._admit()
        try:
            answer = await ask()
        except (ErpUnavailable, TimeoutError):
            await self._failed()
            raise
        except CountersignError:
            await self._answered()
            raise
        await self._answered()
        return answer

    async def _admit(self) -> None:
        async with self.database.tenant(self.tenant) as connection:
            found = await circuit.read(connection, self.system)
            if found.state == "closed":
                return
            if not found.due or not await circuit.probe(connection, self.system, self.limits.probe):
                when = f" until {found.retry_at:%H:%M:%S} UTC" if found.retry_at else ""
                raise CircuitOpen(f"The ERP did not answer several times in a row; it is left alone{when}.")

    async def _failed(self) -> None:
        async with self.database.tenant(self.tenant) as connection:
            await circuit.failed(
                connection, self.tenant, self.system, threshold=self.limits.failures, rest=self.limits.rest
            )

    async def _answered(self) -> None:
        async with self.database.tenant(self.tenant) as connection:
            await circuit.answered(connection, self.system)
