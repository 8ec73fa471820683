"""Everything a request may touch: made once by `api/wiring.py`, handed to routes by `Depends`, never a global."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from actions.catalogue import known
from actions.house import House
from actions.rulebook import Rulebook
from agent.ports import AgentPorts
from domain.actor import Actor
from domain.errors import NotConnected
from erp.mirror import Mirror
from erp.reader import ErpReader, Images
from store.copies import Copies
from store.database import Database
from store.embedding import Embedded, Embedder
from store.receipts import Receipts
from tools.remembered import Remembered


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class WebSettings:
    """What the web part alone needs to know. `origin` is the public address ("https://billing.firm.example")."""

    origin: str = ""
    secure_cookies: bool = False
    session_hours: int = 12
    upload_bytes: int = 25_000_000
    signin_tries: int = 8
    signin_minutes: int = 15
    reauthenticate_minutes: int = 15
    calls_a_minute: int = 240  # of one access token over the Model Context Protocol
    reads_with_model: bool = False
    firm: str = ""  # whose look the sign-in page has


@dataclass(frozen=True)
class Erp:
    """One firm's system of record, read-only, with what was last read of it."""

    reader: ErpReader
    firm: Mirror


@dataclass(frozen=True)
class Seal:
    """Where the audit log's verifying key, the copies of its checkpoints and the receipts of its newest entries lie."""

    keys: Path
    copies: Copies
    receipts: Receipts | None = None


@dataclass(frozen=True)
class Services:
    """The composition root's result, as the routes see it. `erps` holds each tenant's own system of record."""

    database: Database
    erps: Mapping[str, Erp]
    policies: Rulebook
    agent: AgentPorts
    web: WebSettings = field(default_factory=WebSettings)
    seal: Seal | None = None
    # Reading a document takes a process of up to half a gigabyte: a burst of uploads waits its turn.
    readers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    # Files that are being read, whether or not someone still looks on.
    underway: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    remembered: Remembered = field(default_factory=Remembered)
    # A check reads the whole log under the sealer's lock: whoever else asks waits in line, without a connection.
    checks: asyncio.Lock = field(default_factory=asyncio.Lock)
    exports: asyncio.Lock = field(default_factory=asyncio.Lock)
    clock: Callable[[], datetime] = now
    embedder: Embedder = field(default_factory=Embedded)

    @property
    def today(self) -> date:
        """The present day by the services' own clock."""
        return self.clock().date()

    def erp(self, actor: Actor) -> Erp:
        """The actor's own firm's ERP, never another's. Raises NotConnected."""
        found = self.erps.get(actor.tenant)
        if found is None:
            raise NotConnected(
                "What can be billed is shown once whoever runs the installation has connected the ERP. Documents can be"
                " read and facts reported before that."
            )
        return found

    def images(self, actor: Actor, action_type: str) -> Images:
        """What proposals of this type are read from: the actor's firm's ERP, or Countersign's own records."""
        if known(action_type).system == House.system:
            return House(self.database, actor.tenant)
        return self.erp(actor).reader


def services(request: Request) -> Services:
    """The services of the running application."""
    return cast("Services", request.app.state.services)


Wired = Annotated[Services, Depends(services)]
