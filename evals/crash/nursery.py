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

Gone = asyncio.Future[int]


class Nursery:
    """Speaks to `python -m evals.crash.worker`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._expecting: deque[asyncio.Future[tuple[int, Gone]]] = deque()
        self._alive: dict[int, Gone] = {}

    async def born(self, order: Order) -> tuple[int, Gone]:
        """A new worker's pid, and what will be the signal that ended it (0 for none)."""
        expected: asyncio.Future[tuple[int, Gone]] = asyncio.get_running_loop().create_future()
        self._expecting.append(expected)
        stdin = self._process.stdin
        if stdin is None:
            raise BrokenPipeError
        stdin.write(json.dumps(dataclasses.asdict(order)).encode() + b"\n")
        await stdin.drain()
        return await expected

    async def listen(self) -> None:
        """Take in what the nursery tells."""
        stdout = self._process.stdout
        while stdout and (line := await stdout.readline()):
            told = json.loads(line)
            if pid := told.get("born"):
                self._alive[pid] = asyncio.get_running_loop().create_future()
                self._expecting.popleft().set_result((pid, self._alive[pid]))
            elif (gone := self._alive.pop(told["gone"], None)) is not None:
                gone.set_result(told["signal"])

    @staticmethod
    def tell(pid: int, number: signal.Signals) -> None:
        """Send a worker a signal, if it lives."""
        with suppress(ProcessLookupError):
            os.kill(pid, number)


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
