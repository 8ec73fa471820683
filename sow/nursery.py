"""A process that has loaded all that reading needs and seen no document: each document is read in a fork of it.

Starting Python and compiling the rules takes longer than reading most documents. A fork has both done, is confined like
any reading process before it sees its document (`sow.confined`), and ends with it: no document meets another.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache

from domain.errors import DocumentError
from sow.doors import ENVIRONMENT, Door

NUMBER = struct.Struct("=q")
WANTED = struct.Struct("=qqq")
ANSWER_SECONDS = 30.0  # beginning takes a second or two; whoever answers nothing for so long is begun anew


class Nursery:
    """That process as its owner sees it, begun when it is first needed and again when it has died.

    Owners may be several threads and event loops of one process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        return self._process.pid if self._process else None

    def warm(self) -> None:
        """Begin it, so that the first document waits for less."""
        with self._lock:
            self._living()

    async def start(self, seconds: int, megabytes: int) -> Door:
        """A fork that waits for its document. Raises DocumentError when none can be had."""
        process, asked, answered = await asyncio.to_thread(self._forked, seconds, megabytes)
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=1 << 22)
        listening, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(answered, "rb", 0)
        )
        sending, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(asked, "wb", 0))

        async def end(killed: bool) -> int:
            if killed:  # before its pipes close, or it may end by itself and tell of a failure that is none
                await asyncio.to_thread(self._kill, process)
            if not sending.is_closing():
                sending.abort()
            listening.close()
            return await asyncio.to_thread(self._ended, process)

        return Door(asyncio.StreamWriter(sending, protocol, None, loop), reader, end)

    def close(self) -> None:
        """End it; a fork that still reads ends by itself."""
        with self._lock:
            if self._socket and self._process:
                self._socket.close()
                self._process.wait()
            self._socket = self._process = None

    def _forked(self, seconds: int, megabytes: int) -> tuple[int, int, int]:
        reading, asked = os.pipe()
        answered, writing = os.pipe()
        try:
            with self._lock:
                return self._asked_for(WANTED.pack(0, seconds, megabytes), [reading, writing]), asked, answered
        except BaseException:
            os.close(asked)
            os.close(answered)
            raise
        finally:
            os.close(reading)
            os.close(writing)

    def _asked_for(self, message: bytes, pipes: list[int]) -> int:
        """A number in answer to a message; a process that has died is asked no more, and another is begun once."""
        for _ in range(2):
            living = self._living()
            with suppress(OSError):
                socket.send_fds(living, [message], pipes)
                if answer := living.recv(NUMBER.size):
                    return NUMBER.unpack(answer)[0]
            self._begin()
        raise DocumentError("The process that reads documents cannot be started. Try again, or look at the server.")

    def _living(self) -> socket.socket:
        if self._socket is None or self._process is None or self._process.poll() is not None:
            return self._begin()
        return self._socket

    def _begin(self) -> socket.socket:
        if self._socket and self._process:
            self._socket.close()
            self._process.kill()
            self._process.wait()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(ANSWER_SECONDS)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sow.forks"], stdin=theirs.fileno(), stderr=subprocess.DEVNULL, env=ENVIRONMENT
            )
        return self._socket

    def _kill(self, process: int) -> None:
        with self._lock:
            if self._lives():
                with suppress(ProcessLookupError):  # it keeps its number until we ask for its status
                    os.kill(process, signal.SIGKILL)

    def _ended(self, process: int) -> int:
        with self._lock:
            return self._asked_for(NUMBER.pack(process), []) if self._lives() else -signal.SIGKILL

    def _lives(self) -> bool:
        return self._process is not None and self._process.poll() is None


def nursery() -> Nursery:
    """The one of this process; a fork of this process gets its own."""
    return _of(os.getpid())


@cache
def _of(process: int) -> Nursery:
    del process
    begun = Nursery()
    atexit.register(begun.close)
    return begun
