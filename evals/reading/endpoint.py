"""A real HTTP server that speaks OpenAI's chat protocol and answers as told: honest, lying, busy, or broken."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer. `cut` closes the connection in the middle of it; `usage` False leaves the token counts out."""

    text: str = ""
    status: int = 200
    cut: bool = False
    usage: bool = True
    retry_after: str = ""


@dataclass
class Endpoint:
    """Where the server is, and every request that it got."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


Answer = Callable[[dict[str, Any]], Reply]


@contextmanager
def serve(answer: Answer) -> Generator[Endpoint]:
    """A server on a port of its own; `answer` is given each request's JSON."""
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            endpoint.requests.append(asked)
            _send(self, answer(asked))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.close_connection = True
    body = json.dumps(_completion(reply) if reply.status == 200 else _problem()).encode()  # noqa: PLR2004 - HTTP's own
    handler.send_response(reply.status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    if reply.retry_after:
        handler.send_header("Retry-After", reply.retry_after)
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2] if reply.cut else body)


def _completion(reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text}
    answer: dict[str, Any] = {"id": "c1", "object": "chat.completion", "created": 1, "model": "scripted"}
    answer["choices"] = [{"index": 0, "message": message, "finish_reason": "stop"}]
    if reply.usage:
        answer["usage"] = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    return answer


def _problem() -> dict[str, Any]:
    return {"error": {"message": "scripted refusal", "type": "server_error"}}


def candidates(*entries: dict[str, Any]) -> str:
    """An answer's text with these candidates."""
    blank = dict.fromkeys(("role", "per", "name", "due"))
    return json.dumps({"candidates": [{**blank, **entry} for entry in entries]})
