"""A real HTTP server that speaks the OpenAI chat protocol from a script: the faults of real endpoints, on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One scripted answer. `calls` are (name, arguments as text); `cut` closes the stream before its end."""

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    status: int = 200
    cut: bool = False
    garbage: bool = False
    finish: str = ""


@dataclass
class Script:
    replies: list[Reply]
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def next(self) -> Reply:
        return self.replies[min(len(self.requests), len(self.replies)) - 1]


@contextmanager
def serve(*replies: Reply) -> Iterator[Script]:
    script = Script(list(replies))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            script.requests.append(json.loads(body) | {"path": self.path})
            _answer(self, script.next())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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
    if reply.status != 200:
        body = json.dumps({"error": {"message": "scripted: SECRET upstream text", "type": "server_error"}}).encode()
        handler.send_response(reply.status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
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
        call = {"index": index, "id": f"call_{index}", "type": "function"}
        yield _chunk({"tool_calls": [{**call, "function": {"name": name, "arguments": arguments[:half]}}]})
        yield _chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]})
    if not reply.cut:
        yield _chunk({}, reply.finish or ("tool_calls" if reply.calls else "stop"))
        usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        yield {**_chunk({}), "choices": [], "usage": usage}


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}
