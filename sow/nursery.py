"""A process that has loaded all that reading needs and seen no document: each document is read in a fork of it.

Starting Python and compiling the rules takes longer than reading most documents. A fork has both done, is confined like
any reading process before it sees its document (`sow.confined`), and ends with it: no document meets another.

Run as `python -m sow.nursery` with a socket as standard input. A message of three numbers (zero, seconds, megabytes)
with two pipes asks for a fork and is answered with its process id; a process id asks for that fork's exit status.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from typing import Self

from sow.confined import serve
from sow.doors import ENVIRONMENT, Door
from sow.reading import read_document

NUMBER = struct.Struct("=q")
WANTED = struct.Struct("=qqq")
LINGER = 2.0  # seconds that a fork may take to end after its answer


class Nursery:
    """That process as its owner sees it. Use as a context; `start` is what `sow.sandbox` takes for `start`."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sow.nursery"], stdin=theirs.fileno(), stderr=subprocess.DEVNULL, env=ENVIRONMENT
        )
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._process.wait()

    async def start(self, seconds: int, megabytes: int) -> Door:
        """A fork that waits for its document."""
        reading, asked = os.pipe()
        answered, writing = os.pipe()
        try:
            socket.send_fds(self._socket, [WANTED.pack(0, seconds, megabytes)], [reading, writing])
            (process,) = NUMBER.unpack(self._socket.recv(NUMBER.size))
        finally:
            os.close(reading)
            os.close(writing)
        return await self._door(process, asked, answered)

    async def _door(self, process: int, asked: int, answered: int) -> Door:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=1 << 22)
        listening, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(answered, "rb", 0)
        )
        sending, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(asked, "wb", 0))

        async def end(killed: bool) -> int:
            if not sending.is_closing():
                sending.abort()
            listening.close()
            if killed:
                with suppress(ProcessLookupError):  # it keeps its number until we ask for its status
                    os.kill(process, signal.SIGKILL)
            self._socket.send(NUMBER.pack(process))
            return NUMBER.unpack(self._socket.recv(NUMBER.size))[0]

        return Door(asyncio.StreamWriter(sending, protocol, None, loop), reader, end)


def main() -> None:
    """Fork when asked to, until the owner closes the socket."""
    read_document(b"Payment terms: net 30 days.", "warm.md")
    with socket.socket(fileno=os.dup(0)) as owner:
        while True:
            message, pipes, _, _ = socket.recv_fds(owner, WANTED.size, 2)
            if not message:
                return
            if len(message) == WANTED.size:
                _, seconds, megabytes = WANTED.unpack(message)
                owner.send(NUMBER.pack(_fork(pipes, seconds, megabytes)))
            else:
                owner.send(NUMBER.pack(_status(*NUMBER.unpack(message))))


def _fork(pipes: list[int], seconds: int, megabytes: int) -> int:
    process = os.fork()
    if process:
        for pipe in pipes:
            os.close(pipe)
        return process
    try:
        os.dup2(pipes[0], 0)
        os.dup2(pipes[1], 1)
        os.closerange(3, 4096)
        serve(seconds, megabytes)
        os._exit(0)
    finally:
        os._exit(1)


def _status(process: int) -> int:
    """How a fork ended, as `subprocess` gives it: negative for a signal."""
    until = time.monotonic() + LINGER
    while time.monotonic() < until:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


if __name__ == "__main__":
    main()
