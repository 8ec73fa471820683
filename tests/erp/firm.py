"""The demo firm in a real Tryton: built once a month and change of its data, copied for whoever wants to write in it."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from erp.demo import server
from erp.demo.cache import built_firm, copy_firm
from erp.tryton.reader import TrytonReader
from erp.tryton.writer import TrytonWriter


@dataclass(frozen=True)
class DemoFirm:
    """A running demo firm. `today` is the day as of which it was built."""

    home: Path
    port: int
    today: date

    def account(self, user: str) -> server.Account:
        return server.account(self.home, self.port, user)

    def reader(self, user: str = "countersign_reader") -> TrytonReader:
        return TrytonReader(**vars(self.account(user)))

    def writer(self) -> TrytonWriter:
        return TrytonWriter(**vars(self.account("countersign_worker")))


@pytest.fixture(scope="session")
def demo_firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoFirm]:
    """The demo firm, for reading: one copy for all tests of a process."""
    home = tmp_path_factory.mktemp("firm")
    copy_firm(built_firm(datetime.now(UTC).date(), progress=lambda _: None, whole_month=True), home)
    with running(home) as firm:
        yield firm


@pytest.fixture(scope="session")
def written_firm(demo_firm: DemoFirm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoFirm]:
    """Another copy, whose server is written to: starting one takes seconds."""
    home = tmp_path_factory.mktemp("written")
    copy_firm(demo_firm.home, home)
    with running(home) as firm:
        yield firm


@pytest.fixture
def own_firm(written_firm: DemoFirm, demo_firm: DemoFirm) -> DemoFirm:
    """The demo firm for a test that writes, as it was built."""
    with closing(_database(demo_firm)) as built, closing(_database(written_firm)) as written:
        built.backup(written)
    return written_firm


@contextmanager
def running(home: Path) -> Iterator[DemoFirm]:
    port = _free_port()
    process = server.TrytonServer()
    process.start(home, port)
    try:
        process.wait_ready()
        yield DemoFirm(home, port, server.seeded_on(home))
    finally:
        process.stop()


def _database(firm: DemoFirm) -> sqlite3.Connection:
    return sqlite3.connect(server.folder(firm.home) / f"{server.DATABASE}.sqlite", timeout=30)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
