"""The two ends of a confined process: what it is asked, what it answers, and how it ended."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from domain.errors import DocumentError, DocumentTimeout

ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
}
MOST_ANSWERED = 200_000_000  # bytes; no reading of a document that may be uploaded is larger


@dataclass(frozen=True)
class Door:
    """A process that waits for its request. `end(killed)` gives its exit status, negative for a signal."""

    asked: asyncio.StreamWriter
    answered: asyncio.StreamReader
    end: Callable[[bool], Awaitable[int]]


async def spawned(*command: str) -> Door:
    """A new process of ours; its standard error is lost, for a library's complaint may quote the document."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=ENVIRONMENT,
    )
    asked, answered = process.stdin, process.stdout
    if asked is None or answered is None:
        raise DocumentError

    async def end(killed: bool) -> int:
        if killed and process.returncode is None:
            process.kill()
        return await process.wait()

    return Door(asked, answered, end)


async def ask(door: Door, request: bytes, seconds: float) -> tuple[int, bytes]:
    """The exit status and the answer. Raises DocumentTimeout; the process is gone in any case."""
    killed = True
    try:
        async with asyncio.timeout(seconds):
            answer = await _talk(door, request)
            killed = False
    except TimeoutError as error:
        raise DocumentTimeout from error
    finally:
        status = await door.end(killed)
    return status, answer


async def _talk(door: Door, request: bytes) -> bytes:
    """Send the request while listening; raises DocumentTimeout when the answer grows beyond all measure."""

    async def send() -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # it ended early; its answer tells why
            door.asked.write(request)
            await door.asked.drain()
            door.asked.close()

    sending = asyncio.create_task(send())
    answer = bytearray()
    while part := await door.answered.read(1 << 20):
        answer += part
        if len(answer) > MOST_ANSWERED:
            raise DocumentTimeout
    await sending
    return bytes(answer)
