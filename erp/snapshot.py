"""Keeps the last full reading of the ERP for a short while, so that a conversation does not read it again per turn."""

from __future__ import annotations

import asyncio
import time

from domain.records import Firm
from erp.reader import ErpReader


class FirmSnapshot:
    """The firm as last read; `Firm.fetched_at` tells every answer how fresh it is."""

    def __init__(self, reader: ErpReader, *, seconds: float = 60.0) -> None:
        self._reader = reader
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._firm: Firm | None = None
        self._until = 0.0

    async def get(self, *, fresh: bool = False) -> Firm:
        """The firm, read again when the last reading is older than the limit or `fresh` is asked for."""
        async with self._lock:
            if fresh or self._firm is None or time.monotonic() > self._until:
                self._firm = await self._reader.firm()
                self._until = time.monotonic() + self._seconds
            return self._firm

    def forget(self) -> None:
        """Read anew at the next question: something was written."""
        self._until = 0.0
