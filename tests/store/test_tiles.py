"""The tiles are those of the standard: every proof that a client computes from them alone holds against the tree."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotFound
from domain.merkle import Tree
from store import tiles
from store.copies import Folder
from store.database import Database
from store.note import opened, signing_key
from store.seal import origin, seal
from tests.store.tlog_client import Client, consistent, included, path

pytestmark = pytest.mark.anyio
MANY = 66_000  # more than 256 * 256, so that there is a third level


def crowd(owner: psycopg.Connection, tenant: str, count: int) -> None:
    """Entries in one statement, as no application may write them."""
    owner.execute(
        "insert into audit_entry (tenant, person, event, subject, facts) "
        "select %s, 'ann', 'thing.done', 'thing:' || n, jsonb_build_object('n', n) from generate_series(1, %s) n",
        [tenant, count],
    )


@given(st.integers(0, 2**45), st.integers(1, 256), st.one_of(st.none(), st.integers(0, 6)))
def test_addresses_are_read_as_they_are_written(index: int, width: int, level: int | None) -> None:
    tile = tiles.Tile(level, index, width)
    assert tiles.tile_at(tile.path.removeprefix("tile/")) == tile
    assert tile.path == path("entries" if level is None else str(level), index, width)


@pytest.mark.parametrize(
    "address",
    [
        "0/1",
        "0/x000/001",
        "00/001",
        "64/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/007",
        "entries/../x",
        "0/001/",
        "a/000",
    ],
)
def test_other_addresses_are_none(address: str) -> None:
    with pytest.raises(NotFound):
        tiles.tile_at(address)


def test_the_standards_example() -> None:
    assert tiles.Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    found = tiles.tiles_of(70_000)
    assert sum(tile.level == 0 and tile.width == 256 for tile in found) == 273
    partial = [(tile.level, tile.width) for tile in found if tile.width < 256]
    assert partial == [(0, 112), (1, 17), (2, 1), (None, 112)]


async def test_every_proof_from_tiles_holds(
    worker_database: Database, owner: psycopg.Connection, tmp_path: Path
) -> None:
    owner.execute("insert into tenant (id, name, base_currency) values ('alpha', 'Alpha', 'EUR')")
    key, copies, sizes = signing_key(tmp_path / "keys"), Folder(tmp_path / "copies"), []
    for count in (1, 6, 249, 1, 3000, MANY - 3257):
        crowd(owner, "alpha", count)
        checkpoint = await seal(worker_database, "alpha", key, copies)
        assert checkpoint
        sizes.append(checkpoint.size)
    async with worker_database.tenant("alpha") as connection:

        async def fetch(address: str) -> bytes:
            return await tiles.tile_bytes(connection, "alpha", tiles.tile_at(address.removeprefix("tile/")))

        note = opened(await tiles.checkpoint(connection), origin("alpha"), key.public_key())
        roots = {
            s: opened(n, origin("alpha"), key.public_key()).root for s, n in await tiles.checkpoint_notes(connection)
        }
        for tile in tiles.tiles_of(MANY):
            assert await fetch(tile.path)
        leaves = [
            leaf for n in range(258) for leaf in _hashes(await fetch(path("entries", n, min(256, MANY - 256 * n))))
        ]
        for beyond in (
            "tile/0/258",
            "tile/0/257.p/209",
            "tile/3/000",
            "tile/3/000.p/1",
            "tile/entries/257",
            "tile/63/000",
        ):
            with pytest.raises(NotFound):
                await fetch(beyond)
        client, chance = Client(fetch, MANY), random.Random(7)  # noqa: S311 - a sample, no secret
        assert (note.size, note.root) == (MANY, await client.mth(0, MANY))
        tree, ours = Tree(), {}
        wanted = {*sizes, *(chance.randrange(1, MANY) for _ in range(60))}
        for leaf in leaves:
            tree.add(leaf)
            if tree.size in wanted:
                ours[tree.size] = tree.root
        assert roots == {size: ours[size] for size in sizes}
        for size in wanted:
            index = chance.randrange(size)
            proof = await client.inclusion(index, 0, size)
            assert included(leaves[index], index, size, proof, ours[size])
            assert not included(leaves[index], index, size, proof, ours[sizes[0]]) or size == sizes[0]
            older = chance.randrange(1, size + 1)
            proof = await client.consistency(older, 0, size)
            assert consistent(older, size, await client.mth(0, older), ours[size], proof)


def _hashes(bundle: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        found.append(hashlib.sha256(b"\x00" + bundle[at + 2 : at + 2 + length]).digest())
        at += 2 + length
    return found
