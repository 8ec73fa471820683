"""A real HTTP server that speaks the OpenAI chat protocol from a script: the faults of real endpoints, on demand.

Harnesses and tests use it alike. It streams as real endpoints do, and fails as they do.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OK = 200


@dataclass(frozen=True)
class Reply:
    """One scripted answer. `calls` are (name, arguments as text); `cut` closes the stream before its end.

    `slow` seconds pass before the first byte; `ids` False leaves the calls without ids, `usage` None without counts.
    """

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    status: int = 200
    cut: bool = False
    garbage: bool = False
    finish: str = ""
    retry_after: str = ""
    slow: float = 0.0
    ids: bool = True
    usage: tuple[int, int] | None = (11, 7)


Answer = Callable[[dict[str, Any]], Reply]


@dataclass
class Script:
    """What is answered, in order, the last for ever; or `answer`, which makes each reply of the request."""

    replies: list[Reply]
    answer: Answer | None = None
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    url: str = ""

    def take(self, request: dict[str, Any]) -> Reply:
        """The reply to this request, which is kept."""
        self.requests.append(request)
        if self.answer is not None:
            return self.answer(request)
        return self.replies[min(len(self.requests), len(self.replies)) - 1]


class _Server(ThreadingHTTPServer):
    request_queue_size = 512  # many turns connect at once
    daemon_threads = True


@contextmanager
def serve(*replies: Reply, answer: Answer | None = None) -> Generator[Script]:
    """A server on a port of its own, until the block ends."""
    script = Script(list(replies), answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            _answer(self, script.take(json.loads(body) | {"path": self.path}))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Nothing is printed."""

    server = _Server(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


def _answer(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.close_connection = True
    time.sleep(reply.slow)
    if reply.status != OK:
        body = json.dumps({"error": {"message": "scripted: SECRET upstream text", "type": "server_error"}}).encode()
        handler.send_response(reply.status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        if reply.retry_after:
            handler.send_header("Retry-After", reply.retry_after)
        handler.end_headers()
        handler.wfile.write(body)
        return
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    for chunk in _chunks(reply):
        handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
    if reply.garbage:
        handler.wfile.write(b"data: {not json\n\n")
    if not reply.cut:
        handler.wfile.write(b"data: [DONE]\n\n")


def _chunks(reply: Reply) -> Iterator[dict[str, Any]]:
    """Text word by word and arguments in halves, as real endpoints stream them."""
    yield _chunk({"role": "assistant", "content": ""})
    for word in reply.text.split(" ") if reply.text else []:
        yield _chunk({"content": f"{word} "})
    for index, (name, arguments) in enumerate(reply.calls):
        half = len(arguments) // 2
        call: dict[str, Any] = {"index": index, "id": f"call_{index}" if reply.ids else "", "type": "function"}
        yield _chunk({"tool_calls": [{**call, "function": {"name": name, "arguments": arguments[:half]}}]})
        yield _chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]})
    if not reply.cut:
        yield _chunk({}, reply.finish or ("tool_calls" if reply.calls else "stop"))
        if reply.usage:
            sent, made = reply.usage
            usage = {"prompt_tokens": sent, "completion_tokens": made, "total_tokens": sent + made}
            yield {**_chunk({}), "choices": [], "usage": usage}


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}
