"""Which request or job something happened in: the trace id of W3C Trace Context, written into every audit entry.

See https://www.w3.org/TR/trace-context/#traceparent-header.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

trace_id: ContextVar[str] = ContextVar("trace_id", default="")
"""32 lower-case hexadecimal digits while a request or a job runs, else empty."""

PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
FORBIDDEN_VERSION, VERSION = "ff", "00"


def trace_of(header: str) -> str | None:
    """The trace id of a `traceparent` header, None for one that is not valid."""
    found = PARENT.fullmatch(header.strip())
    if found is None or found[1] == FORBIDDEN_VERSION or not found[2].strip("0") or not found[3].strip("0"):
        return None
    return None if found[1] == VERSION and found[4] else found[2]


@contextmanager
def traced(wanted: str | None = None) -> Generator[str]:
    """Everything inside belongs to the trace `wanted`, or to a new one; yields its id."""
    token = trace_id.set(wanted or secrets.token_hex(16))
    try:
        yield trace_id.get()
    finally:
        trace_id.reset(token)


def response_header(trace: str) -> str:
    """The `traceresponse` header: the trace that this server worked in, with a span of its own."""
    return f"{VERSION}-{trace}-{secrets.token_hex(8)}-01"
