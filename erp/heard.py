"""What one request's answer rests on: as of when the ERP's facts were that it was given, and what was wrong with them.

Kept beside the request, so that no page or route can forget to say it.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime


@dataclass
class Heard:
    """`read_at` is None while nothing of the ERP was asked for."""

    read_at: datetime | None = None
    warnings: tuple[str, ...] = ()


_HEARD: ContextVar[Heard | None] = ContextVar("heard", default=None)


@contextmanager
def listening() -> Generator[Heard]:
    """Note what is said of the facts within."""
    heard = Heard()
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)


def heard() -> Heard:
    """What was said so far; nothing where nobody listens."""
    return _HEARD.get() or Heard()


def hear(read_at: datetime, warnings: Sequence[str]) -> None:
    """These facts were handed out."""
    if (mine := _HEARD.get()) is not None:
        mine.read_at, mine.warnings = read_at, tuple(warnings)
