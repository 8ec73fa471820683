"""What the harness tells a worker process, and how that process dies: at a named step, in the middle of a request."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
# Each is a place in carrying out an action at which a process can be gone: between any two commits, on our side and
# the ERP's, and while a request is on its way.
STEPS = (
    "image_read",  # the ERP's state was read again; nothing is noted yet
    "attempt_noted",  # the attempt is committed, the ERP has not heard of it
    "write_sent",  # the request is on its way
    "write_answered",  # the ERP has committed, we have not
    "executed_noted",  # our commit that it was written; not read back yet
    "read_back",  # read back; not noted as verified
    "settle_sent",  # the ERP is asked what became of an attempt
    "settle_answered",  # it has answered (and closed the reference), we have not committed that
)
SENT_SECONDS = 0.03


@dataclass(frozen=True)
class Order:
    """One worker process: how to reach database and ERP, where to die ("" for nowhere), and the seed of its chances.

    With `notes`, a folder, it is the control.
    """

    notes: str
    database: str
    erp_url: str
    erp_database: str
    reader: tuple[str, str]
    writer: tuple[str, str]
    die_at: str
    seed: int


def tell(**what: int) -> None:
    """Tell the harness; one write, so that lines of several processes do not mix."""
    os.write(1, json.dumps(what).encode() + b"\n")


class Doom:
    """Kills this process with SIGKILL at the wanted step, without a chance to tidy up."""

    def __init__(self, order: Order) -> None:
        self._at, self._chance = order.die_at, random.Random(order.seed)  # noqa: S311 - a fault plan, not a secret
        self._told = False

    def busy(self) -> None:
        """Tell the harness that there is work in hand: from here on a kill can do harm."""
        if not self._told:
            self._told = True
            tell(busy=os.getpid())

    def at(self, step: str) -> None:
        """Die here, if this is the step."""
        if step == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    async def during(self, step: str, call: Callable[[], Awaitable[T]]) -> T:
        """Die somewhere in the first moments of the call, if this is the step."""
        if step == self._at:
            asyncio.get_running_loop().call_later(self._chance.uniform(0, SENT_SECONDS), self.at, step)
        return await call()
