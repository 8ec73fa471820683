"""Receipts: what was written, changed, deleted or slipped in before a seal is seen; a crash between two notes is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from domain.actor import Actor, Role
from domain.errors import IntegrityBroken, StoreUnavailable
from store import audit
from store.copies import Folder
from store.database import Database
from store.erasure import erase_person
from store.note import signing_key
from store.receipts import Noted, Receipts
from store.retention import LegalHold
from store.seal import seal
from store.verification import verify

pytestmark = pytest.mark.anyio
ANN = Actor("alpha", "ann", "Ann", frozenset({Role.FINANCE}))


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Log:
    database: Database
    folder: Path
    receipts: Receipts
    clock: Clock

    async def write(self, *subjects: str) -> None:
        async with self.database.tenant("alpha") as connection:
            for subject in subjects:
                await audit.append(connection, ANN, "thing.done", subject, {"reason": "Because.", "n": 1})

    async def seal(self) -> int:
        note = await seal(
            self.database, "alpha", signing_key(self.folder / "keys"), Folder(self.folder / "copies"), self.receipts
        )
        return note.size if note else 0

    async def problems(self) -> list[str]:
        key = signing_key(self.folder / "keys").public_key()
        return (await verify(self.database, "alpha", key, Folder(self.folder / "copies"), self.receipts)).problems

    def files(self) -> list[Path]:
        return sorted((self.folder / "receipts" / "alpha").glob("*.log"))


@pytest.fixture
async def log(database_urls: tuple[str, str], owner: psycopg.Connection, tmp_path: Path) -> AsyncIterator[Log]:
    owner.execute("insert into tenant (id, name, base_currency) values ('alpha', 'Alpha', 'EUR')")
    clock = Clock()
    receipts = Receipts(tmp_path / "receipts", clock=clock)
    url = psycopg.conninfo.make_conninfo(database_urls[0], user="countersign_worker")
    async with Database(url, max_size=4, receipts=receipts) as database:
        yield Log(database, tmp_path, receipts, clock)


async def test_every_committed_entry_has_a_receipt(log: Log) -> None:
    await log.write("thing:1", "thing:2")
    with suppress(RuntimeError):
        async with log.database.tenant("alpha") as connection:
            await audit.append(connection, ANN, "thing.done", "thing:3")
            raise RuntimeError
    noted = await log.receipts.noted("alpha")
    assert len(noted.hashes) == 2
    assert noted.committed == noted.hashes.keys()
    assert await log.problems() == []
    assert await log.seal() == 2
    assert await log.problems() == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("delete from audit_entry where subject = 'thing:2'", "deleted before it was sealed"),
        ("update audit_entry set person = 'eve' where subject = 'thing:2'", "changed before it was sealed"),
        (
            "insert into audit_entry (tenant, person, event, subject) values ('alpha', 'eve', 'a.b', 'thing:4')",
            "no receipt",
        ),
    ],
)
async def test_what_happens_before_the_seal_is_seen_and_nothing_is_signed(
    log: Log, owner: psycopg.Connection, statement: str, said: str
) -> None:
    await log.write("thing:0")
    await log.seal()
    await log.write("thing:1", "thing:2")
    owner.execute("set session_replication_role = replica")
    owner.execute(statement)
    assert any(said in problem for problem in await log.problems())
    with pytest.raises(IntegrityBroken, match=said):
        await log.seal()


async def test_a_crash_between_the_two_notes_is_no_alarm(log: Log) -> None:
    """Announced and committed but not confirmed; announced and rolled back; and a line that was cut off."""
    await log.write("thing:1")
    (file,) = log.files()
    kept = [line for line in file.read_text().splitlines() if not line.startswith("=")]
    file.write_text("\n".join([*kept, f"+ 77 {'0' * 64}", "+ 78 00"]))
    await log.write("thing:2")
    assert await log.problems() == []
    assert await log.seal() == 2
    assert await log.problems() == []


async def test_without_a_receipt_nothing_commits(log: Log) -> None:
    log.receipts.close()
    (log.folder / "receipts").mkdir(exist_ok=True)
    (log.folder / "receipts" / "alpha").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="folder of receipts"):
        await log.write("thing:1")
    (log.folder / "receipts" / "alpha").unlink()
    assert await log.seal() == 0


async def test_entries_from_before_there_were_receipts_are_no_forgeries(log: Log) -> None:
    url = log.database.url
    async with Database(url, max_size=1) as older, older.tenant("alpha") as connection:
        await audit.append(connection, ANN, "thing.done", "thing:old")
    await log.write("thing:1")
    assert await log.seal() == 2


async def test_what_commits_late_keeps_its_receipt(log: Log) -> None:
    async with log.database.tenant("alpha") as slow:
        await audit.append(slow, ANN, "slow.one", "thing:slow")
        await log.write("thing:1")
        assert await log.seal() == 0  # the slow transaction began earlier
        log.clock.now += 3600
        await log.write("thing:2")
        await log.seal()
        assert len(log.files()) == 2
    assert await log.seal() == 3


async def test_receipts_of_sealed_entries_are_discarded(log: Log) -> None:
    await log.write("thing:1")
    assert await log.seal() == 1
    log.clock.now += 3600
    await log.write("thing:2")
    await log.seal()
    assert len(log.files()) == 1
    assert await log.problems() == []


async def test_an_erasure_by_the_owner_has_a_receipt(log: Log, owner: psycopg.Connection) -> None:
    await log.write("thing:1")
    person = owner.execute(
        "insert into person (tenant, email, name, password_hash, roles) values ('alpha', 'a@a.example', 'Ann', '!', "
        "array['finance']) returning id::text"
    ).fetchone()
    assert person
    receipts = Receipts(log.folder / "receipts")
    owner_url = psycopg.conninfo.make_conninfo(log.database.url, user="postgres")
    erase_person(owner_url, "alpha", person[0], LegalHold(), receipts)
    receipts.close()
    assert await log.seal() == 2
    assert await log.problems() == []


async def test_there_may_be_no_receipts_at_all(tmp_path: Path) -> None:
    assert await Receipts(tmp_path).noted("alpha") == Noted()
