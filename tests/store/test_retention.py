"""What is lost on purpose is told apart from what someone took away, and nothing is lost under legal hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from domain.actor import Actor, Role
from domain.errors import NotFound
from store import audit
from store.audit import Sought
from store.bundle import write_bundle
from store.bundle_check import check_bundle
from store.copies import Folder
from store.database import Database
from store.erasure import ERASED_PERSON, erase_person
from store.note import signing_key
from store.retention import LegalHold, UnderLegalHold, prune
from store.seal import seal
from store.verification import Verification, verify
from tests.store.test_tiles import crowd

pytestmark = pytest.mark.anyio
WORKER = Actor("alpha", "worker", "Worker", frozenset(), service=True)
FREE = LegalHold()
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Log:
    database: Database
    urls: tuple[str, str]
    folder: Path
    ann: Actor

    @property
    def later(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=30)

    async def write(self, **facts: str) -> None:
        async with self.database.tenant("alpha") as connection:
            await audit.append(connection, self.ann, "action.rejected", "action:1", facts)

    async def seal(self) -> None:
        await seal(self.database, "alpha", signing_key(self.folder / "keys"), Folder(self.folder / "copies"))

    async def found(self, text: str) -> list[str]:
        async with self.database.tenant("alpha") as connection:
            return [one["subject"] for one in await audit.newest(connection, Sought(text=text))]

    async def word(self) -> None:
        async with self.database.tenant("alpha") as connection:
            await audit.word(connection, "alpha")

    async def check(self) -> Verification:
        key = signing_key(self.folder / "keys").public_key()
        return await verify(self.database, "alpha", key, Folder(self.folder / "copies"))

    async def step(self, hold: LegalHold = FREE) -> int:
        return await prune(self.database, WORKER, WEEK, hold, now=self.later)

    async def bundle(self) -> Path:
        key = signing_key(self.folder / "keys").public_key()
        with (self.folder / "log.zip").open("w+b") as target:
            async with self.database.tenant("alpha") as connection:
                await write_bundle(connection, "alpha", key, target, at=self.later)
        return self.folder / "log.zip"


@pytest.fixture
def log(worker_database: Database, owner: psycopg.Connection, database_urls: tuple[str, str], tmp_path: Path) -> Log:
    owner.execute("insert into tenant (id, name, base_currency) values ('alpha', 'Alpha', 'EUR')")
    (ann,) = owner.execute(
        "insert into person (tenant, email, name, password_hash, roles) "
        "values ('alpha', 'ann@alpha.example', 'Ann Lee', 'x', '{approver}') returning id::text"
    ).fetchone()
    return Log(worker_database, database_urls, tmp_path, Actor("alpha", ann, "Ann Lee", frozenset({Role.APPROVER})))


async def test_old_entries_go_only_after_a_sealed_entry_said_so(log: Log, owner: psycopg.Connection) -> None:
    await log.write(reason="The first of all", number="PO-4711")
    crowd(owner, "alpha", 700)
    for _ in range(2):  # an entry is found before its words are added, and after
        assert await log.found("po 47") == await log.found("FIRST") == ["action:1"]
        assert await log.found("4711 nothing") == []
        assert await log.found("thing:600") == ["thing:600"]
        await log.word()
    await log.seal()
    assert await prune(log.database, WORKER, timedelta(0), FREE, now=log.later) == 0
    assert await log.step() == 0  # announced
    assert await log.step() == 0  # not sealed yet
    with pytest.raises(psycopg.errors.CheckViolation, match="announces"):
        async with log.database.tenant("alpha") as connection:
            await connection.execute("select prune_audit(512, 1000)")
    await log.seal()
    assert await log.step() == 512
    assert await log.step() == 0
    assert await log.found("po 47") == await log.found("first") == []
    assert await log.found("thing:600") == ["thing:600"]
    seen = await log.check()
    assert (seen.problems, seen.entries, seen.pruned, seen.erased) == ([], 702, 512, 0)
    bundled = check_bundle(await log.bundle(), signing_key(log.folder / "keys").public_key())
    assert (bundled.problems, bundled.entries, bundled.pruned) == ([], 702, 512)
    owner.execute("set session_replication_role = replica")
    owner.execute("delete from audit_entry where subject = 'thing:600'")
    assert "was deleted" in (await log.check()).problems[0]


async def test_nothing_is_pruned_under_legal_hold(log: Log, owner: psycopg.Connection) -> None:
    crowd(owner, "alpha", 300)
    await log.write()
    crowd(owner, "alpha", 600)
    await log.seal()
    assert await log.step(LegalHold.parse("all")) == 0
    held = LegalHold.parse(f"person:{log.ann.person}, action:7")
    await log.step(held)
    await log.seal()
    assert await log.step(held) == 256
    await log.step()
    await log.seal()
    assert await log.step(held) == 0  # a hold that came after the announcement
    assert (await log.check()).problems == []


async def test_the_application_cannot_prune(log: Log, database: Database) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.tenant("alpha") as connection:
            await connection.execute("select prune_audit(256, 1000)")


async def test_a_persons_data_go_and_the_log_still_verifies(log: Log, owner: psycopg.Connection) -> None:
    await log.write(reason="Bernard asked me to wait")
    await log.seal()
    with pytest.raises(UnderLegalHold):
        erase_person(log.urls[0], "alpha", "ann@alpha.example", LegalHold.parse(f"person:{log.ann.person}"))
    with pytest.raises(NotFound):
        erase_person(log.urls[0], "alpha", "nobody@alpha.example", FREE)
    erased = erase_person(log.urls[0], "alpha", "Ann@alpha.example", FREE)
    assert (erased.person, erased.rows["words"], erased.rows["person"]) == (log.ann.person, 1, 1)
    for _ in range(2):  # before the entry that says so is sealed, and after
        seen = await log.check()
        assert (seen.problems, seen.erased) == ([], 1)
        await log.seal()
    async with log.database.tenant("alpha") as connection:
        (entry,) = await audit.of_subject(connection, "action:1")
    assert (entry["facts"]["reason"], entry["person_name"]) == ("erased", ERASED_PERSON)
    everything = "".join(
        str(owner.execute(f"select * from {table}").fetchall()) for table in ("person", "audit_text", "audit_entry")
    )
    assert not any(word in everything for word in ("Ann", "ann@", "Bernard"))
    assert check_bundle(await log.bundle(), signing_key(log.folder / "keys").public_key()).problems == []


async def test_words_that_someone_took_away_or_changed_are_seen(log: Log, owner: psycopg.Connection) -> None:
    await log.write(reason="I never saw it", comment="At all")
    await log.seal()
    owner.execute("set session_replication_role = replica")
    owner.execute("update audit_text set text = 'I saw it' where key = 'reason'")
    assert "is not what was written" in (await log.check()).problems[0]
    owner.execute("delete from audit_text")
    assert "nobody's data were erased" in (await log.check()).problems[0]
