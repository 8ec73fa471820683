"""The firm is read once per short while, and again as soon as Countersign wrote to the ERP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.records import Firm
from erp.snapshot import FirmSnapshot

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class CountingReader:
    """Reads an empty firm, one minute later each time."""

    system = "test"
    readings = 0

    async def firm(self) -> Firm:
        self.readings += 1
        return Firm("test", "Northlight", "EUR", START + timedelta(minutes=self.readings))


@pytest.mark.anyio
async def test_a_reading_is_used_again_until_it_is_overtaken_by_a_write() -> None:
    reader, written = CountingReader(), None

    async def last_write() -> datetime | None:
        return written

    snapshot = FirmSnapshot(reader, last_write=last_write)
    assert await snapshot.get() is await snapshot.get()
    written = START + timedelta(minutes=1)
    assert (await snapshot.get()).fetched_at == START + timedelta(minutes=2)
    assert (await snapshot.get()).fetched_at == START + timedelta(minutes=2)
    assert reader.readings == 2


@pytest.mark.anyio
async def test_an_old_reading_and_an_explicit_wish_read_again() -> None:
    reader = CountingReader()
    snapshot = FirmSnapshot(reader, seconds=-1)
    await snapshot.get()
    await snapshot.get()
    assert reader.readings == 2
    calm = FirmSnapshot(reader)
    await calm.get()
    await calm.get(fresh=True)
    assert reader.readings == 4
