"""LangGraph's tables stand behind row security, fit the library's own schema, and bring back no type but plain ones."""

from __future__ import annotations

import psycopg
import pytest
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.postgres.base import MIGRATIONS

from agent.checkpoints import TenantSaver
from store.database import Database

pytestmark = pytest.mark.anyio


async def test_checkpoints_of_another_tenant_are_not_there(database: Database) -> None:
    config = {"configurable": {"thread_id": "t1", "checkpoint_ns": ""}}
    ours, theirs = TenantSaver(database, "northlight"), TenantSaver(database, "elsewhere")
    await ours.aput(config, empty_checkpoint(), {}, {})
    assert await ours.aget_tuple(config) is not None
    assert await theirs.aget_tuple(config) is None
    await theirs.adelete_thread("t1")
    assert await ours.aget_tuple(config) is not None


async def test_our_tables_are_the_librarys_with_a_tenant(owner: psycopg.Connection) -> None:
    """When an upgrade of the library brings a migration of its own, ours has to follow."""
    assert owner.execute("select max(v) from checkpoint_migrations").fetchone() == (len(MIGRATIONS) - 1,)
    shape = (
        "select table_name, column_name, data_type, is_nullable from information_schema.columns "
        "where table_schema = current_schema() and table_name in "
        "('checkpoints', 'checkpoint_blobs', 'checkpoint_writes') and column_name <> 'tenant' order by 1, 2"
    )
    ours = owner.execute(shape).fetchall()
    owner.execute("create schema theirs")
    owner.execute("set search_path to theirs")
    for statement in MIGRATIONS:
        owner.execute(statement)
    assert owner.execute(shape).fetchall() == ours


async def test_a_crafted_row_runs_nothing(database: Database, tmp_path: object) -> None:
    marker = f"{tmp_path}/ran"
    serde = TenantSaver(database, "northlight").serde
    hostile = serde.dumps_typed({"x": 1})
    import ormsgpack

    payload = ormsgpack.packb(ormsgpack.Ext(0, ormsgpack.packb(("os", "system", f"touch {marker}"))))
    loaded = serde.loads_typed((hostile[0], payload))
    import pathlib

    assert not pathlib.Path(marker).exists()
    assert not callable(loaded)
