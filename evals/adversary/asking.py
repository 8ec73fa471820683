"""Who asks, carried along with every request and job, so that an ERP can log for whom it was read."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Asker:
    """One request or job: `tenant` and `person` are those of the credential that was sent; empty for none."""

    tenant: str
    person: str
    what: str


NOBODY = Asker("", "", "outside of any request")
ASKER: ContextVar[Asker] = ContextVar("asker", default=NOBODY)


@contextmanager
def asking(asker: Asker) -> Generator[None]:
    """Everything inside is done for this asker."""
    token = ASKER.set(asker)
    try:
        yield
    finally:
        ASKER.reset(token)
