"""The audit log's seal: nothing lost that commits late, and nothing changed without being seen, even by a superuser."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from domain.actor import Actor, Role
from domain.errors import IntegrityBroken
from store import audit
from store.copies import Folder
from store.database import Database
from store.note import Checkpoint, signing_key, verifying_key
from store.seal import seal
from store.verification import Verification, verify

pytestmark = pytest.mark.anyio
ANN = Actor("alpha", "ann", "Ann", frozenset({Role.FINANCE}))


@dataclass(frozen=True)
class Log:
    """One tenant's log with its key and its copies."""

    database: Database
    folder: Path
    tenant: str = "alpha"

    @property
    def copies(self) -> Folder:
        return Folder(self.folder / "copies")

    async def write(self, count: int, first: int = 0) -> None:
        for number in range(first, first + count):
            async with self.database.tenant(self.tenant) as connection:
                await audit.append(connection, ANN, "thing.done", f"thing:{number}", {"n": number, "rate": 1.10})

    async def seal(self) -> Checkpoint | None:
        return await seal(self.database, self.tenant, signing_key(self.folder / "keys"), self.copies)

    async def check(self) -> Verification:
        return await verify(self.database, self.tenant, verifying_key(self.folder / "keys"), self.copies)

    async def two_checkpoints(self) -> None:
        for first in (0, 4):
            await self.write(4, first=first)
            await self.seal()


@pytest.fixture
def log(worker_database: Database, owner: psycopg.Connection, tmp_path: Path) -> Log:
    owner.execute("insert into tenant (id, name, base_currency) values ('alpha', 'Alpha', 'EUR')")
    return Log(worker_database, tmp_path)


async def test_a_log_grows_and_verifies(log: Log) -> None:
    assert await log.seal() is None
    for number in range(1, 12):
        await log.write(number, first=number * 100)
        checkpoint = await log.seal()
        assert checkpoint is not None
        assert checkpoint.size == number * (number + 1) // 2
    await log.write(2)
    seen = await log.check()
    assert (seen.problems, seen.entries, seen.checkpoints, seen.copies, seen.waiting) == ([], 66, 11, 11, 2)
    assert seen.root == checkpoint.root.hex()


async def test_what_commits_late_is_sealed_later(log: Log) -> None:
    async with log.database.tenant(log.tenant) as slow:
        await audit.append(slow, ANN, "slow.one", "thing:slow")
        await log.write(3)
        await log.seal()
    await log.seal()
    seen = await log.check()
    assert (seen.problems, seen.entries, seen.waiting) == ([], 4, 0)


async def test_several_sealers_take_turns(log: Log) -> None:
    await log.write(5)
    await asyncio.gather(*(log.seal() for _ in range(3)))
    seen = await log.check()
    assert (seen.problems, seen.entries, seen.checkpoints) == ([], 5, 1)


TAMPERINGS = {
    "flip": "update audit_entry set facts = jsonb_set(facts, '{n}', '99') where subject = 'thing:3'",
    "who": "update audit_entry set person = 'eve' where subject = 'thing:3'",
    "when": "update audit_entry set at = at - interval '1 day' where subject = 'thing:3'",
    "delete": "delete from audit_entry where subject = 'thing:3'",
    "delete entry and leaf": """
        with gone as (delete from audit_entry where subject = 'thing:3' returning id)
        delete from audit_leaf l using gone where l.entry = gone.id""",
    "reorder": """
        update audit_leaf set index = index + 1000 where index in (1, 2);
        update audit_leaf set index = case index when 1001 then 2 else 1 end where index > 1000""",
    "swap two entries' contents": """
        update audit_entry a set subject = b.subject, facts = b.facts
        from audit_entry b where a.subject in ('thing:1', 'thing:2') and b.subject in ('thing:1', 'thing:2')
          and a.id <> b.id""",
    "truncate": "truncate audit_entry",
    "insert into the past": """
        insert into audit_entry (tenant, transaction, person, event, subject) overriding system value
        select 'alpha', min(transaction), 'eve', 'forged.entry', 'thing:forged' from audit_entry""",
    "shorten, leaves and all": """
        with gone as (delete from audit_leaf where index >= 6 returning entry)
        delete from audit_entry a using gone where a.id = gone.entry""",
    "roll back to an older checkpoint": """
        with cut as (delete from audit_checkpoint where size > 4 returning size),
             gone as (delete from audit_leaf where index >= 4 returning entry)
        delete from audit_entry a using gone where a.id = gone.entry""",
    "forget a checkpoint": "delete from audit_checkpoint where size = 4",
    "edit a checkpoint's root": "update audit_checkpoint set root = sha256('x') where size = 4",
    "edit a note": "update audit_checkpoint set note = replace(note, E'\\n4\\n', E'\\n3\\n') where size = 4",
}


@pytest.mark.parametrize("how", TAMPERINGS)
async def test_a_superusers_tampering_is_seen(how: str, log: Log, owner: psycopg.Connection) -> None:
    await log.two_checkpoints()
    assert (await log.check()).sound
    owner.execute("set session_replication_role = replica")
    for trigger in ("audit_entry", "audit_leaf", "audit_checkpoint"):
        owner.execute(f"alter table {trigger} disable trigger all")
    owner.execute(TAMPERINGS[how])
    seen = await log.check()
    assert seen.problems
    await log.write(1, first=50)
    try:
        await log.seal()
    except IntegrityBroken:
        return
    assert (await log.check()).problems


async def test_a_sealer_refuses_to_sign_over_a_rolled_back_log(log: Log, owner: psycopg.Connection) -> None:
    await log.two_checkpoints()
    owner.execute("set session_replication_role = replica")
    owner.execute(TAMPERINGS["roll back to an older checkpoint"])
    await log.write(4, first=4)
    with pytest.raises(IntegrityBroken, match="rolled back"):
        await log.seal()


async def test_another_key_and_missing_copies_are_seen(log: Log) -> None:
    await log.write(2)
    await log.seal()
    stranger = signing_key(log.folder / "other").public_key()
    assert not (await verify(log.database, log.tenant, stranger, log.copies)).sound
    shutil.rmtree(log.folder / "copies")
    assert not (await log.check()).sound


@pytest.mark.parametrize("table", ["audit_entry", "audit_text", "audit_node", "audit_leaf", "audit_checkpoint"])
async def test_the_application_itself_cannot_change_the_log(table: str, log: Log, owner: psycopg.Connection) -> None:
    await log.write(2)
    async with log.database.tenant(log.tenant) as connection:
        await audit.append(connection, ANN, "thing.refused", "thing:1", {"reason": "Too late"})
    owner.execute("insert into audit_node values ('alpha', 1, 0, sha256('head'))")
    await log.seal()
    for statement in (f"update {table} set tenant = tenant", f"delete from {table}", f"truncate {table}"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with log.database.tenant(log.tenant) as connection:
                await connection.execute(statement)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            owner.execute(statement)


def test_the_signing_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = signing_key(tmp_path / "keys").private_bytes_raw()
    assert signing_key(tmp_path / "keys").private_bytes_raw() == first
    assert (tmp_path / "keys" / "audit-signing.pem").stat().st_mode & 0o077 == 0
