"""The sources that answers rest on and how fresh each is, as an administrator asks for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from api.services import Services
from domain.actor import Actor
from domain.errors import InvalidInput
from store import circuit, freshness, mirror
from store.circuit import Circuit
from store.freshness import Kept, Reporting
from store.mirror import State

AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
LATE = timedelta(minutes=10)  # the worker reads each minute
QUIET = timedelta(days=8)  # weekly exports come once a week


@dataclass(frozen=True)
class Sources:
    """What is read and what is reported. `state` None before the ERP was ever read; `failing` the last attempt where it
    failed.
    """

    system: str
    state: State | None
    failing: Mapping[str, Any] | None
    breaker: Circuit
    kept: Sequence[Kept]
    reporting: Sequence[Reporting]
    now: datetime

    @property
    def erp(self) -> str:
        """One of `absent`, `failing`, `late`, `fresh`."""
        if self.failing is not None:
            return "failing"
        if self.state is None:
            return "absent"
        return "late" if self.now - self.state.read_at > LATE else "fresh"

    def quiet(self, one: Reporting) -> bool:
        """Whether a system has not reported for longer than a week's rhythm."""
        return self.now - one.recorded_at > QUIET


def amount_of(text: str) -> Decimal | None:
    """An amount as a person types it, None for nothing. Raises InvalidInput."""
    typed = text.replace(",", "").replace(" ", "")
    if not typed:
        return None
    if not AMOUNT.fullmatch(typed):
        raise InvalidInput("Write the limit as an amount, like 50000 or 50000.00; leave it empty for none.")
    return Decimal(typed).quantize(Decimal("0.01"))


async def sources(services: Services, actor: Actor) -> Sources:
    """Of the actor's firm, without asking any of the systems."""
    erp = services.erps.get(actor.tenant)
    system = erp.reader.system if erp else ""
    async with services.database.tenant(actor.tenant) as connection:
        return Sources(
            system,
            await mirror.state(connection),
            await mirror.failing(connection),
            await circuit.read(connection, system),
            await freshness.kept(connection),
            await freshness.reporting(connection),
            services.clock(),
        )
