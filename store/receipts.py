"""Receipts of audit entries, outside the database, for the seconds until an entry is sealed.

A seal shows what was changed after it. Before it, whoever owns the database server could still take an entry out,
change it or slip one in. So a writer notes each entry's leaf hash in a file just before its transaction commits, and
that it did commit just after; the sealer signs nothing that differs from these notes. The idea is that of the inclusion
promise (RFC 9162, signed certificate timestamp), kept by the writer and not by the log.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import StoreUnavailable
from store.entry import Entry, leaf

log = logging.getLogger(__name__)
SLOT_SECONDS = 60  # a process begins a new file each minute, so that those of the past can go
CLOSED_SECONDS = 10 * SLOT_SECONDS  # after so long nobody writes to a file any more, and no commit of it is under way
SINCE = "since"
LINE = re.compile(rb"^(?:\+ (\d+) ([0-9a-f]{64})|= (\d+))$", re.MULTILINE)


@dataclass(frozen=True)
class Noted:
    """What the receipts of a tenant say: leaf hashes by entry, which of them were committed, and where notes begin."""

    hashes: Mapping[int, bytes] = field(default_factory=dict[int, bytes])
    committed: frozenset[int] = frozenset()
    since: int | None = None


class Receipts:
    """Append-only files in a folder that API, worker and commands share: one a process and minute, for each tenant."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._clock = clock
        self._writer = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._open: dict[str, tuple[int, int]] = {}

    def announce(self, tenant: str, entries: Sequence[Entry]) -> None:
        """Note entries that are about to be committed. Raises StoreUnavailable: without a receipt nothing commits."""
        try:
            lines = [f"+ {entry.id} {leaf(tenant, entry).hex()}" for entry in entries]
            _append(self._file(tenant, entries[0].id), lines)
        except OSError as error:
            raise StoreUnavailable(
                "No receipt of an audit entry can be written, so nothing was changed: see to the folder of receipts."
            ) from error

    def confirm(self, tenant: str, entries: Sequence[Entry]) -> None:
        """Note that they were committed."""
        try:
            _append(self._file(tenant, entries[0].id), [f"= {entry.id}" for entry in entries])
        except OSError:
            log.exception("a receipt could not be confirmed")

    async def noted(self, tenant: str) -> Noted:
        """All that is noted and not discarded yet."""
        return await asyncio.to_thread(self._noted, tenant)

    async def discard(self, tenant: str, waiting: Iterable[int]) -> None:
        """Remove files of which no entry waits for its seal and to which nobody writes any more."""
        await asyncio.to_thread(self._discard, tenant, frozenset(waiting))

    def close(self) -> None:
        """Close the files."""
        for _, descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()

    def _file(self, tenant: str, first: int) -> int:
        slot = int(self._clock() // SLOT_SECONDS)
        known = self._open.get(tenant)
        if known and known[0] == slot:
            return known[1]
        folder = self.folder / tenant
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _begin(folder / SINCE, first)
        name = folder / f"{slot:012d}-{self._writer}.log"
        descriptor = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if known:
            os.close(known[1])
        self._open[tenant] = (slot, descriptor)
        return descriptor

    def _noted(self, tenant: str) -> Noted:
        hashes: dict[int, bytes] = {}
        committed: set[int] = set()
        for path in (self.folder / tenant).glob("*.log"):
            _read(path, hashes, committed)
        since = self.folder / tenant / SINCE
        return Noted(hashes, frozenset(committed), int(since.read_text("ascii")) if since.exists() else None)

    def _discard(self, tenant: str, waiting: frozenset[int]) -> None:
        for path in (self.folder / tenant).glob("*.log"):
            if (int(path.name[:12]) + 1) * SLOT_SECONDS + CLOSED_SECONDS > self._clock():
                continue
            hashes: dict[int, bytes] = {}
            _read(path, hashes, set())
            if not hashes.keys() & waiting:
                path.unlink(missing_ok=True)


def _begin(path: Path, first: int) -> None:
    """Entries before the first receipt have none: they were written before this folder was."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    os.write(descriptor, str(first).encode())
    os.close(descriptor)


def _append(descriptor: int, lines: Sequence[str]) -> None:
    # The newline before ends whatever half line a full disk has left.
    content = "\n".join(["", *lines, ""]).encode()
    if os.write(descriptor, content) != len(content):
        raise OSError("a receipt was cut short")


def _read(path: Path, hashes: dict[int, bytes], committed: set[int]) -> None:
    # Another sealer may discard a file meanwhile, and a process that is killed leaves half a line.
    content = path.read_bytes() if path.exists() else b""
    for announced, value, confirmed in LINE.findall(content):
        if announced:
            hashes[int(announced)] = bytes.fromhex(value.decode("ascii"))
        else:
            committed.add(int(confirmed))
