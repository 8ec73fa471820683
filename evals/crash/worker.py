"""The worker processes: forked from one that has everything imported, so that a kill costs no seconds.

`python -m evals.crash.worker` reads orders, one JSON object a line, answers each with the pid of a process that carries
it out, and tells how each process ended.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import select
import signal
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from actions.breaker import Limits
from actions.execution import Hands, Timing, execute, reconcile
from actions.patience import Patience
from actions.rulebook import Rulebook
from domain.actions import Image
from domain.errors import CountersignError
from domain.records import Firm
from domain.source import Source
from erp.reader import ReadsWhole
from erp.tryton.reader import TrytonReader
from erp.tryton.writer import TrytonWriter
from evals.crash import control
from evals.crash.orders import Doom, Order, tell
from evals.stand import TENANT
from store import jobs
from store.database import Database

TIMING = Timing(write=timedelta(seconds=0.8), in_flight=timedelta(seconds=1.5), idle=timedelta(seconds=0.5))
LIMITS = Limits(failures=6, rest=timedelta(seconds=0.02), probe=timedelta(seconds=0.5))
PATIENCE = Patience(tries=2, first=0.05)
LOOK_SECONDS = 0.2
ORDER = TypeAdapter(Order)
log = logging.getLogger(__name__)


@dataclass
class DoomedReader(ReadsWhole):
    """The real reader, in a process that may die around what it reads."""

    reader: TrytonReader
    doom: Doom
    system: str = "tryton"

    async def firm(self) -> Firm:
        """Never asked for by a worker."""
        return await self.reader.firm()

    async def attachment(self, attachment_id: str) -> bytes:
        """Never asked for by a worker."""
        return await self.reader.attachment(attachment_id)

    async def image(self, action_type: str, arguments: Mapping[str, Any]) -> Image:
        """The ERP's state; the first reading is before the write, one by reference after it."""
        self.doom.busy()
        written = "reference" in arguments
        if written:
            self.doom.at("executed_noted")
        found = await self.reader.image(action_type, arguments)
        self.doom.at("read_back" if written else "image_read")
        return found


@dataclass
class DoomedWriter:
    """The real writer, in a process that may die before, while and after it writes."""

    writer: TrytonWriter
    doom: Doom
    system: str = "tryton"

    async def write(
        self,
        action_type: str,
        arguments: Mapping[str, Any],
        *,
        reference: str,
        versions: Mapping[str, str],
        attempt: int,
        deadline: datetime,
    ) -> Source:
        """Write, unless dead before; die after, if that is the order."""
        self.doom.at("attempt_noted")
        record = await self.doom.during(
            "write_sent",
            lambda: self.writer.write(
                action_type, arguments, reference=reference, versions=versions, attempt=attempt, deadline=deadline
            ),
        )
        self.doom.at("write_answered")
        return record

    async def settle(self, reference: str, *, attempt: int) -> Source | None:
        """Settle, likewise."""
        self.doom.busy()
        found = await self.doom.during("settle_sent", lambda: self.writer.settle(reference, attempt=attempt))
        self.doom.at("settle_answered")
        return found


async def work(order: Order) -> None:
    """What a worker does, with the product's own queue and its own reconciliation, at a faster pace."""
    doom = Doom(order)
    async with (
        Database(order.database, max_size=4) as database,
        TrytonReader(order.erp_url, order.erp_database, *order.reader) as reader,
        TrytonWriter(order.erp_url, order.erp_database, *order.writer) as writer,
    ):
        hands = Hands(
            database,
            DoomedReader(reader, doom),
            DoomedWriter(writer, doom),
            Rulebook(database),
            TIMING,
            LIMITS,
            PATIENCE,
        )
        if order.notes:
            return await control.work(hands, TENANT, Path(order.notes))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_queue(hands))
            tasks.create_task(_look_after(hands))
        return None


async def _queue(hands: Hands) -> None:
    app = jobs.queue(hands.database.url)

    @app.task(name=jobs.EXECUTE)
    async def carry_out(tenant: str, action_id: str) -> None:
        with suppress(CountersignError):
            await execute(hands, tenant, action_id)

    @app.task(name=jobs.SETTLED)
    async def tell(tenant: str, action_id: str) -> None:
        del tenant, action_id

    del carry_out, tell
    async with app.open_async():
        await app.run_worker_async(
            queues=[TENANT],
            concurrency=2,
            install_signal_handlers=False,
            listen_notify=False,
            fetch_job_polling_interval=LOOK_SECONDS,
        )


async def _look_after(hands: Hands) -> None:
    while True:
        with suppress(CountersignError):
            await reconcile(hands, TENANT)
        await asyncio.sleep(LOOK_SECONDS)


def nursery(orders: BinaryIO) -> None:
    """Fork a worker per order until the orders end; then none is left."""
    alive: set[int] = set()
    waiting = b""
    while True:
        ready, _, _ = select.select([orders], [], [], 0.02)
        if ready:
            got = os.read(orders.fileno(), 65536)
            if not got:
                break
            *lines, waiting = (waiting + got).split(b"\n")
            alive |= {_born(json.loads(line)) for line in lines}
        alive -= _buried()
    for pid in alive:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _born(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid == 0:
        _live(ORDER.validate_python(order))
    tell(born=pid)
    return pid


def _live(order: Order) -> None:
    try:
        asyncio.run(work(order))
    except BaseException:  # noqa: BLE001 - whatever it is, the process ends here and its parent hears of it
        traceback.print_exc()
    finally:
        os._exit(1)


def _buried() -> set[int]:
    gone: set[int] = set()
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            gone.add(pid)
            tell(gone=pid, signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
    return gone


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    nursery(sys.stdin.buffer)
