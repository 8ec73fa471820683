"""Documents that were kept before their words beside other agreements were, read once more in a real PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest

from actions.execution import worker
from domain.actor import Actor
from sow.reread import reread
from store import amendments, audit
from store.database import Database
from tests.store.test_amendments import keep, priya
from tests.store.test_masters import MASTER, WORK, WORK_WINS

__all__ = ["priya"]
pytestmark = pytest.mark.anyio
LEFT = "\n## 3. Rates\n\nWork is charged at the rates set out in the Master Services Agreement.\n"


async def test_what_is_missing_is_read_once_and_nothing_else_changes(
    database: Database, worker_database: Database, owner: psycopg.Connection, priya: Actor
) -> None:
    work = await keep(database, priya, WORK.format(more=LEFT + WORK_WINS))
    master = await keep(database, priya, MASTER.format(more=""))
    owner.execute("alter table document disable trigger guard_bearing")
    owner.execute("update document set bearing = null where id = %s", [work])
    owner.execute("update document set bearing = bearing - 'rates' where id = %s", [master])
    owner.execute("alter table document enable trigger guard_bearing")
    before = owner.execute("select id, body, content, pages from document order by id").fetchall()
    assert await reread(worker_database, worker("northlight")) == 2
    assert await reread(worker_database, worker("northlight")) == 0
    assert owner.execute("select id, body, content, pages from document order by id").fetchall() == before
    async with database.tenant("northlight") as connection:
        found = (await amendments.bearings(connection))[work]
        entry = (await audit.of_subject(connection, f"document:{work}"))[-1]
    assert [(rank.winner, rank.evidence.document) for rank in found.ranks] == [("work", work)]
    assert [place.document for place in found.rates] == [work]
    assert entry["event"] == "document.bearing_read"


async def test_a_quote_that_the_kept_text_does_not_hold_is_left_out(
    database: Database, worker_database: Database, owner: psycopg.Connection, priya: Actor
) -> None:
    work = await keep(database, priya, WORK.format(more=WORK_WINS))
    owner.execute("alter table document disable trigger guard_bearing")
    owner.execute(
        "update document set bearing = null, body = 'x' || replace(body, 'differ', 'agree') where id = %s", [work]
    )
    owner.execute("alter table document enable trigger guard_bearing")
    assert await reread(worker_database, worker("northlight")) == 1
    async with database.tenant("northlight") as connection:
        assert (await amendments.bearings(connection))[work].ranks == ()


async def test_one_that_cannot_be_read_again_holds_up_no_other(
    database: Database, worker_database: Database, owner: psycopg.Connection, priya: Actor
) -> None:
    kept = [await keep(database, priya, WORK.format(more=more)) for more in (LEFT, WORK_WINS)]
    owner.execute("alter table document disable trigger guard_bearing")
    owner.execute("update document set bearing = null")
    owner.execute("update document set content = '%%PDF-1.7 broken' where id = %s", [min(kept)])
    owner.execute("alter table document enable trigger guard_bearing")
    assert await reread(worker_database, worker("northlight")) == 1
    async with database.tenant("northlight") as connection:
        assert set(await amendments.bearings(connection)) == {max(kept)}


async def test_what_was_read_is_never_changed(
    database: Database, worker_database: Database, owner: psycopg.Connection, priya: Actor
) -> None:
    await keep(database, priya, WORK.format(more=WORK_WINS))
    for roles in (database, worker_database):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with roles.tenant("northlight") as connection:
                await connection.execute("update document set bearing = '{}'")
