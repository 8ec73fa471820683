"""What every response says to the browser, and how much a request may send. Plain ASGI: streams stay streams."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.trace import response_header, trace_of, traced
from erp.heard import listening

POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'; require-trusted-types-for 'script'; trusted-types countersign"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
SMALL_BODY = 1_000_000
UPLOADS = ("/documents", "/v1/documents", "/v1/facts")
SEVERAL = {"/documents": 4}  # a form may send several files, together as large as so many of the largest


class Traced:
    """Gives every request a trace id, the caller's own when it sends a valid `traceparent`, and answers with it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through; everything that the request does happens in its trace."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with traced(trace_of(Headers(scope=scope).get("traceparent", ""))) as trace:

            async def sent(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message).append("traceresponse", response_header(trace))
                await send(message)

            await self.app(scope, receive, sent)


class SecurityHeaders:
    """Adds the headers to every response; nothing of a customer's is kept in a cache."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self.app = app
        self.headers = HEADERS | ({"strict-transport-security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through, with headers set as the response starts."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                static = scope["path"].startswith("/static/")
                headers.setdefault("cache-control", "no-cache" if static else "no-store")
            await send(message)

        await self.app(scope, receive, sent)


class Facts:
    """Has every answer for a program say as of when the ERP's facts are on which it rests, and what is wrong with them.

    Pages say the same by their layout; a stream has begun before it knows, and says it in its own words.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass through, with headers set as the response starts."""
        with listening() as heard:

            async def sent(message: Message) -> None:
                if message["type"] == "http.response.start" and heard.read_at is not None:
                    headers = MutableHeaders(scope=message)
                    headers.setdefault("x-read-at", heard.read_at.isoformat())
                    if heard.warnings:
                        said = " ".join(" ".join(heard.warnings).split())
                        headers.setdefault("x-erp-warning", said.encode("ascii", "replace").decode())
                await send(message)

            await self.app(scope, receive, sent)


class BodyLimit:
    """Stops reading a request that is larger than its path may send, whatever its Content-Length claims.

    A form is parsed before any route can ask who sends it, so only senders whom `known` vouches for may send a file.
    """

    def __init__(self, app: ASGIApp, *, uploads: int, known: Callable[[Request], Awaitable[object]]) -> None:
        self.app = app
        self.uploads = uploads
        self.known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises HTTPException 413 in the middle of reading: the one error that body parsing lets through."""
        left = most = await self._limit(scope)

        async def received() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, f"The request is larger than the {most:,} bytes that may be sent here.")
            return message

        await self.app(scope, received, send)

    async def _limit(self, scope: Scope) -> int:
        upload = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in UPLOADS
        if not upload or not await self.known(Request(scope)):
            return SMALL_BODY
        return self.uploads * SEVERAL.get(scope["path"], 1) + 100_000
