"""The worker processes from the harness's side: born, paused, killed, and known to be gone."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from evals.crash.orders import Order


class Worker:
    """A worker process: `busy` once it has work in hand, `gone` with the signal that ended it."""

    def __init__(self, pid: int) -> None:
        loop = asyncio.get_running_loop()
        self.pid = pid
        self.busy: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[int] = loop.create_future()

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal, if it lives."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def kill(self) -> None:
        """Kill it, and wait until it is gone."""
        self.tell(signal.SIGKILL)
        await self.gone


class Nursery:
    """Speaks to `python -m evals.crash.worker`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._expecting: deque[asyncio.Future[Worker]] = deque()
        self._alive: dict[int, Worker] = {}

    async def born(self, order: Order) -> Worker:
        """A new worker."""
        expected: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._expecting.append(expected)
        stdin = self._process.stdin
        if stdin is None:
            raise BrokenPipeError
        stdin.write(json.dumps(dataclasses.asdict(order)).encode() + b"\n")
        await stdin.drain()
        return await expected

    async def listen(self) -> None:
        """Take in what the nursery and its workers tell."""
        stdout = self._process.stdout
        while stdout and (line := await stdout.readline()):
            told: dict[str, int] = json.loads(line)
            if pid := told.get("born"):
                self._expecting.popleft().set_result(self._known(pid))
            elif pid := told.get("busy"):
                self._known(pid).busy.set_result(None)
            else:
                self._known(told["gone"]).gone.set_result(told["signal"])
                del self._alive[told["gone"]]

    def _known(self, pid: int) -> Worker:
        # A worker may be busy, or gone, before the nursery has told that it was born.
        if pid not in self._alive:
            self._alive[pid] = Worker(pid)
        return self._alive[pid]


@asynccontextmanager
async def nursery() -> AsyncGenerator[Nursery]:
    """A nursery whose workers are all gone in the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "evals.crash.worker"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    made = Nursery(process)
    listening = asyncio.create_task(made.listen())
    try:
        yield made
    finally:
        if process.stdin:
            process.stdin.close()
        await process.wait()
        listening.cancel()
