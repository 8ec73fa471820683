"""The demo firm in a real Tryton: built once a month and change of its data, copied for whoever wants to write in it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from erp.demo import server
from erp.tryton.reader import TrytonReader
from erp.tryton.writer import TrytonWriter

ROOT = Path(__file__).parents[2]
SOURCES = ("erp/demo", "erp/tryton/connector", "erp/tryton/tables.py")


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
    shutil.copytree(server.folder(_built(datetime.now(UTC).date())), server.folder(home))
    with running(home) as firm:
        yield firm


@pytest.fixture
def own_firm(demo_firm: DemoFirm, tmp_path: Path) -> Iterator[DemoFirm]:
    """A copy of the demo firm with a server of its own, for a test that writes."""
    shutil.copytree(server.folder(demo_firm.home), server.folder(tmp_path))
    with running(tmp_path) as firm:
        yield firm


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


def _built(today: date) -> Path:
    """The cached build of this month; several test processes wait for the one that builds it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "countersign"
    cache.mkdir(parents=True, exist_ok=True)
    home = cache / f"firm-{_digest()}-{today:%Y-%m}"
    with (cache / "firm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not server.is_built(home):
            server.build_firm(home, today=today, progress=lambda _: None)
    return home


def _digest() -> str:
    found = hashlib.sha256()
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in {".py", ".toml", ".cfg", ".xml"}:
                found.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return found.hexdigest()[:12]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
