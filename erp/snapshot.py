"""Keeps the last full reading of the ERP for a short while, so that a conversation does not read it again per turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from domain.records import Firm
from erp.reader import ErpReader


async def _never() -> datetime | None:
    return None


class FirmSnapshot:
    """The firm as last read; `Firm.fetched_at` tells every answer how fresh it is.

    `last_write` says when Countersign itself last wrote to this ERP, from whichever process: a reading from before
    that moment is not used again, so that people see what they approved.
    """

    def __init__(
        self,
        reader: ErpReader,
        *,
        seconds: float = 60.0,
        last_write: Callable[[], Awaitable[datetime | None]] = _never,
    ) -> None:
        self._reader = reader
        self._seconds = seconds
        self._last_write = last_write
        self._lock = asyncio.Lock()
        self._firm: Firm | None = None
        self._until = 0.0

    async def get(self, *, fresh: bool = False) -> Firm:
        """The firm, read again when the last reading is too old, was overtaken by a write, or `fresh` is asked for."""
        async with self._lock:
            if self._firm is None or fresh or await self._outdated(self._firm):
                self._firm = await self._reader.firm()
                self._until = time.monotonic() + self._seconds
            return self._firm

    async def _outdated(self, firm: Firm) -> bool:
        if time.monotonic() > self._until:
            return True
        written = await self._last_write()
        return written is not None and written >= firm.fetched_at
