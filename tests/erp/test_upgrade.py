"""A firm whose Tryton was set up with an earlier version of our module goes on working after an update of it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from erp.demo import server
from erp.demo.cache import copy_firm
from tests.erp.firm import DemoFirm, running

pytestmark = [pytest.mark.anyio, pytest.mark.erp]
# The table as the first version of the module made it.
EARLIER = """
drop table countersign_write;
create table countersign_write (id integer primary key autoincrement, create_uid integer, create_date timestamp,
    write_uid integer, write_date timestamp, reference varchar not null, action varchar not null,
    record varchar not null, constraint countersign_write_reference_unique unique (reference));
insert into countersign_write (reference, action, record) values ('old', 'contract.set_po_number', 'sale.sale,1');
"""


async def test_the_fence_comes_to_a_firm_that_had_none(demo_firm: DemoFirm, tmp_path: Path) -> None:
    copy_firm(demo_firm.home, tmp_path)
    place = server.folder(tmp_path)
    assert server.refresh_module(tmp_path) is False
    (place / "built.json").write_text(json.dumps({"today": demo_firm.today.isoformat()}))
    with sqlite3.connect(place / "erp.sqlite") as database:
        database.executescript(EARLIER)
    assert server.refresh_module(tmp_path) is True
    assert server.refresh_module(tmp_path) is False
    with running(tmp_path) as firm:
        async with firm.writer() as writer:
            assert await writer.settle("new", attempt=1) is None
            old = await writer.settle("old", attempt=1)
            assert old is not None
            assert (old.model, old.id) == ("sale.sale", "1")
