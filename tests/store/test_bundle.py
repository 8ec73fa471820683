"""A bundle is checked without the database; whatever is changed in it is seen, and nothing in it can hurt the checker."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from domain.actor import Actor, Role
from domain.errors import NotFound
from store import audit
from store.bundle import write_bundle
from store.bundle_check import Checked, check_bundle, key_of
from store.copies import Folder
from store.database import Database
from store.note import key_from, pem, signing_key, verifier
from store.seal import seal
from tests.store.test_tiles import crowd

pytestmark = pytest.mark.anyio
ANN = Actor("alpha", "ann", "Ann", frozenset({Role.FINANCE}))
AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def tenant(owner: psycopg.Connection) -> str:
    owner.execute("insert into tenant (id, name, base_currency) values ('alpha', 'Alpha', 'EUR')")
    return "alpha"


@pytest.fixture
async def bundle(worker_database: Database, owner: psycopg.Connection, tenant: str, tmp_path: Path) -> Path:
    """Two checkpoints over 600 entries, two of them with words."""
    key = signing_key(tmp_path / "keys")
    for count in (299, 299):
        crowd(owner, tenant, count)
        async with worker_database.tenant(tenant) as connection:
            await audit.append(connection, ANN, "action.rejected", "action:1", {"reason": "Too early — ask again"})
        await seal(worker_database, tenant, key, Folder(tmp_path / "copies"))
    path = tmp_path / "log.zip"
    async with worker_database.tenant(tenant) as connection:
        with path.open("w+b") as target:
            written = await write_bundle(connection, tenant, key.public_key(), target, at=AT)
    assert (written.size, written.pruned) == (600, 0)
    return path


def checked(path: Path, tmp_path: Path, **expected: str) -> Checked:
    return check_bundle(path, signing_key(tmp_path / "keys").public_key(), **expected)


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None], *extra: tuple[str, bytes]) -> Path:
    """The archive with every member's content changed, or left out where None comes back."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            if (content := change(name, source.read(name))) is not None:
                made.writestr(name, content)
        for name, content in extra:
            made.writestr(name, content)
    return target


async def test_a_bundle_is_what_was_signed(bundle: Path, tmp_path: Path) -> None:
    seen = checked(bundle, tmp_path, tenant="alpha")
    assert (seen.problems, seen.entries, seen.checkpoints, seen.pruned) == ([], 600, 2, 0)
    assert rewritten(bundle, lambda _, content: content) != bundle
    assert checked(bundle.with_name("changed.zip"), tmp_path).sound
    key = key_from(key_of(bundle))
    assert pem(key) == pem(key_from(verifier("countersign/alpha", key)))


async def test_a_change_to_any_file_is_seen(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
    assert len(names) > 14
    for name in names:

        def flip(found: str, content: bytes, name: str = name) -> bytes:
            middle = len(content) // 2
            return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :] if found == name else content

        def cut(found: str, content: bytes, name: str = name) -> bytes:
            return content[: len(content) // 2] if found == name else content

        def drop(found: str, content: bytes, name: str = name) -> bytes | None:
            return None if found == name else content

        for change in (flip, cut, drop):
            assert not checked(rewritten(bundle, change), tmp_path).sound, (name, change)


async def test_other_keys_and_other_logs_are_told_apart(bundle: Path, tmp_path: Path) -> None:
    stranger = signing_key(tmp_path / "other").public_key()
    assert "another key" in check_bundle(bundle, stranger).problems[0]
    assert "not that of beta" in checked(bundle, tmp_path, tenant="beta").problems[0]


async def test_strange_archives_are_refused(bundle: Path, tmp_path: Path) -> None:
    whole = bundle.read_bytes()
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 30):
        (tmp_path / "cut.zip").write_bytes(whole[:size])
        assert "cannot be read" in checked(tmp_path / "cut.zip", tmp_path).problems[0]
    same: Callable[[str, bytes], bytes] = lambda _, content: content  # noqa: E731 - shorter than a function
    for name in ("../../etc/cron.d/evil", "/tmp/evil", "tile/0/001/../000", "checkpoints/../x", "tile/entries/003"):  # noqa: S108 - a name in an archive
        assert any(
            "no part of a bundle" in p for p in checked(rewritten(bundle, same, (name, b"x")), tmp_path).problems
        )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["changed.zip", "copies", "cut.zip", "keys", "log.zip"]
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = rewritten(bundle, same, ("checkpoint", b"x"))
    assert not checked(twice, tmp_path).sound


@pytest.mark.parametrize(
    "name", ["checkpoint", "tile/0/000", "tile/entries/000", "entries.jsonl", "words.jsonl", "key.pem"]
)
async def test_a_bomb_is_not_unpacked(name: str, bundle: Path, tmp_path: Path) -> None:
    huge = io.BytesIO()
    with zipfile.ZipFile(huge, "w", zipfile.ZIP_DEFLATED) as made, zipfile.ZipFile(bundle) as source:
        for found in source.namelist():
            if found != name:
                made.writestr(found, source.read(found))
        with made.open(name, "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(bytes(1_000_000))
    path = tmp_path / "bomb.zip"
    path.write_bytes(huge.getvalue())
    assert path.stat().st_size < 2_000_000
    seen = checked(path, tmp_path)
    assert seen.problems


async def test_an_empty_log_has_no_bundle(worker_database: Database, tenant: str, tmp_path: Path) -> None:
    async with worker_database.tenant(tenant) as connection:
        with pytest.raises(NotFound, match="sealed"):
            await write_bundle(connection, tenant, signing_key(tmp_path).public_key(), io.BytesIO(), at=AT)
