"""The attacker's language model: an endpoint of the OpenAI protocol that answers what the attacker wants.

It stands where a configured model stands, behind the real client, so nothing between them is left out.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

NAME = "attacker"


@dataclass(frozen=True)
class Reply:
    """One answer: prose, or calls of tools as (name, arguments)."""

    text: str = ""
    calls: tuple[tuple[str, Any], ...] = ()


Answer = Callable[[dict[str, Any]], Reply]


def silent(_: dict[str, Any]) -> Reply:
    """What the endpoint says when nobody has scripted it."""
    return Reply("Nothing.")


@dataclass
class Endpoint:
    """`answer` makes a reply of the whole request, which shows it what the agent was told; `seen` keeps requests."""

    url: str = ""
    answer: Answer = silent
    seen: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of HTTP/1.1, kept open."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                request = json.loads(await reader.readexactly(_length(head)))
                self.seen.append(request)
                body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in _chunks(self.answer(request)))
                writer.write(_headed(f"{body}data: [DONE]\n\n".encode()))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def endpoint() -> AsyncGenerator[Endpoint]:
    """An endpoint on a port of this machine, until the block ends."""
    found = Endpoint()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0, limit=10_000_000)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield found
    finally:
        server.close()


def _length(head: bytes) -> int:
    lines = head.decode("latin-1").lower().split("\r\n")
    return next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))


def _headed(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def _chunks(reply: Reply) -> Iterator[dict[str, Any]]:
    yield _chunk({"role": "assistant", "content": reply.text})
    for index, (name, arguments) in enumerate(reply.calls):
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        call = {"index": index, "id": f"call_{secrets.token_hex(4)}", "type": "function"}
        yield _chunk({"tool_calls": [{**call, "function": {"name": name, "arguments": text}}]})
    yield _chunk({}, "tool_calls" if reply.calls else "stop")


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": NAME, "choices": [choice]}
