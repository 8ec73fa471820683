"""One person's many requests do not keep everyone else waiting."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest

from api.app import create_app
from api.services import Erp, Seal
from erp.mirror import Mirror
from store import actions
from store.copies import Folder
from store.database import Database
from store.note import signing_key
from tests.api.conftest import Door, made
from tests.api.small_erp import SmallErp
from tests.api.test_work import uploaded

pytestmark = pytest.mark.anyio
AT_ONCE = 12  # more than there are connections


@pytest.fixture
def door(database: Database, ids: dict[str, str], erp: SmallErp) -> Door:
    """Services whose ERP is read again after a write, as the real ones are."""

    async def last_write():
        async with database.tenant("northlight") as connection:
            return await actions.last_write(connection)

    services = made(database, {"northlight": Erp(erp, Mirror(database, "northlight", erp, last_write=last_write))})
    return Door(services, httpx.ASGITransport(create_app(services), raise_app_exceptions=False), ids)


async def test_codes_for_a_document_are_asked_for_many_times_at_once(door) -> None:
    document = await uploaded(door)
    client = await door.of("priya")
    where = f"/v1/documents/{document['id']}/codes"
    answers = await asyncio.gather(*(client.get(where) for _ in range(AT_ONCE)))
    assert {answer.status_code for answer in answers} == {200}


async def test_many_checks_of_the_log_wait_in_line(door, owner: psycopg.Connection, tmp_path: Path) -> None:
    services = replace(door.services, seal=Seal(tmp_path, Folder(tmp_path)))
    signing_key(tmp_path)
    door = Door(services, httpx.ASGITransport(create_app(services), raise_app_exceptions=False), door.ids)
    auditor, manager = await door.of("ines"), await door.of("priya")
    owner.execute("select pg_advisory_lock(hashtextextended('seal:northlight', 0))")  # a long seal is under way
    checks = [asyncio.create_task(auditor.get("/v1/audit/verification")) for _ in range(AT_ONCE)]
    await asyncio.sleep(0.5)
    async with asyncio.timeout(5):
        assert (await manager.get("/v1/tokens")).status_code == 200
    owner.execute("select pg_advisory_unlock_all()")
    assert {answer.status_code for answer in await asyncio.gather(*checks)} == {200}
