"""A bad network in front of the ERP: late, cut, garbled and refused, by chance.

A request that is held back goes to the ERP even when whoever sent it is dead by then: that is the late packet which a
fence in the ERP must stop.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ENCODING = re.compile(rb"\r\n(connection|keep-alive):[^\r]*", re.IGNORECASE)
ERROR = b"HTTP/1.1 500 INTERNAL SERVER ERROR\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
WRITE, SETTLE = "execute", "settle"
# How likely each fault is, by what is asked; the rest passes.
ODDS: dict[str, dict[str, float]] = {
    WRITE: {
        "late": 0.14,
        "slow_answer": 0.06,
        "reset_before": 0.08,
        "reset_after": 0.12,
        "error_before": 0.03,
        "error_after": 0.08,
        "half_answer": 0.08,
        "refuse": 0.03,
    },
    SETTLE: {"late": 0.05, "reset_before": 0.05, "reset_after": 0.1, "error_after": 0.05, "half_answer": 0.05},
    "": {"reset_before": 0.01, "error_before": 0.005, "half_answer": 0.01},
}
REFUSED_SECONDS = 0.2


@dataclass
class Weather:
    """What the network is like: `late` seconds a held request waits at most; `calm` lets everything pass."""

    chance: random.Random
    late: float = 3.0
    calm: bool = False
    seen: Counter[str] = field(default_factory=Counter[str])

    def fault(self, asked: str) -> str:
        """The fault that befalls this request, "" for none."""
        if self.calm:
            return ""
        drawn = self.chance.random()
        for fault, odds in ODDS[asked].items():
            drawn -= odds
            if drawn < 0:
                self.seen[fault] += 1
                return fault
        return ""


@dataclass
class Proxy:
    """The proxy on `port` before the ERP on `upstream`, both on the loopback."""

    upstream: int
    weather: Weather
    port: int = 0
    _server: asyncio.Server | None = None
    _served: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def open(self) -> None:
        """Listen; on the same port again after having refused."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, reuse_address=True)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Refuse every new connection."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def end(self) -> None:
        """Stop, whatever is still held back."""
        self.close()
        for task in self._served:
            task.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._served.add(task)
        task.add_done_callback(self._served.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            request, body = await _request(reader)
            fault = self.weather.fault(_asked(body))
            with suppress(OSError):
                await self._answer(request + body, fault, writer)
        writer.close()

    async def _answer(self, request: bytes, fault: str, writer: asyncio.StreamWriter) -> None:
        if fault == "refuse" and self._server is not None:
            self.close()
            asyncio.get_running_loop().call_later(REFUSED_SECONDS, lambda: asyncio.ensure_future(self.open()))
        if fault in {"reset_before", "refuse"}:
            return _reset(writer)
        if fault == "error_before":
            return writer.write(ERROR)
        if fault == "late":
            await asyncio.sleep(self.weather.chance.uniform(0, self.weather.late))
        answer = await _forwarded(self.upstream, request)
        if fault == "slow_answer":
            await asyncio.sleep(self.weather.chance.uniform(0, self.weather.late))
        if fault == "reset_after":
            return _reset(writer)
        head = len(answer) // 2 if fault == "half_answer" else len(answer)
        writer.write(ERROR if fault == "error_after" else answer[:head])
        return await writer.drain()


@asynccontextmanager
async def proxy(upstream: int, weather: Weather) -> AsyncGenerator[Proxy]:
    """A listening proxy."""
    made = Proxy(upstream, weather)
    await made.open()
    try:
        yield made
    finally:
        await made.end()


async def _request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    return ENCODING.sub(b"", head[:-4]) + b"\r\nConnection: close\r\n\r\n", body


def _asked(body: bytes) -> str:
    with suppress(ValueError):
        method = str(json.loads(body).get("method", ""))
        if method.startswith("model.countersign.write."):
            return WRITE if method.endswith(".execute") else SETTLE if method.endswith(".settle") else ""
    return ""


async def _forwarded(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        return await reader.read(-1)
    finally:
        writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Cut the connection as a crashed router does: without a goodbye."""
    found: socket.socket = writer.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
