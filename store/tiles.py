"""The log as C2SP tlog-tiles has it: hash tiles, entry bundles and the checkpoint, each the same bytes for everyone.

See https://c2sp.org/tlog-tiles. A standard client computes every proof from these; ours never has to be believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from psycopg.rows import tuple_row

from domain.errors import NotFound
from domain.merkle import TILE, TILE_HEIGHT
from store.database import Connection
from store.entry import encoded, entry_of
from store.queries import queries

SQL = queries("tiles")
ENTRIES = "entries"
ADDRESS = re.compile(r"(entries|0|[1-9]|[1-5][0-9]|6[0-3])/((?:x\d{3}/)*)(\d{3})(?:\.p/([1-9]\d{0,2}))?")
HIGHEST = 6  # levels above would need more entries than a bigint counts


@dataclass(frozen=True)
class Tile:
    """`width` hashes (or entries) from `index` * 256 on; `level` is None for an entry bundle."""

    level: int | None
    index: int
    width: int = TILE

    @property
    def path(self) -> str:
        """Its address below the log's own: tile/<L>/<N>[.p/<W>]."""
        parts = [f"{self.index % 1000:03d}"]
        left = self.index // 1000
        while left:
            parts.append(f"x{left % 1000:03d}")
            left //= 1000
        partial = "" if self.width == TILE else f".p/{self.width}"
        return f"tile/{ENTRIES if self.level is None else self.level}/{'/'.join(reversed(parts))}{partial}"


def tile_at(address: str) -> Tile:
    """The tile that is asked for after "tile/". Raises NotFound for any other words."""
    found = ADDRESS.fullmatch(address)
    if found is None:
        raise NotFound("There is no such tile.")
    index = int(found[2].replace("x", "").replace("/", "") + found[3])
    tile = Tile(None if found[1] == ENTRIES else int(found[1]), index, int(found[4] or TILE))
    if tile.path != f"tile/{address}" or tile.width > TILE or (found[4] and tile.width == TILE):
        raise NotFound("There is no such tile.")
    return tile


def tiles_of(size: int) -> list[Tile]:
    """Every tile that a log of this size has, the partial ones included, entry bundles last."""
    tiles: list[Tile] = []
    level, hashes = 0, size
    while hashes:
        tiles += _row(level, hashes)
        level, hashes = level + 1, hashes >> TILE_HEIGHT
    return tiles + _row(None, size)


def _row(level: int | None, hashes: int) -> list[Tile]:
    full, partial = divmod(hashes, TILE)
    return [Tile(level, index) for index in range(full)] + ([Tile(level, full, partial)] if partial else [])


async def checkpoint(connection: Connection) -> str:
    """The newest signed checkpoint. Raises NotFound before anything was sealed."""
    row = await (await connection.execute(SQL["checkpoint"])).fetchone()
    if row is None:
        raise NotFound("Nothing has been sealed yet; the worker seals every ten seconds.")
    return row["note"]


async def checkpoint_at(connection: Connection, size: int) -> str:
    """The checkpoint over exactly this many entries. Raises NotFound."""
    row = await (await connection.execute(SQL["checkpoint_at"], {"size": size})).fetchone()
    if row is None:
        raise NotFound("No checkpoint was signed over that many entries.")
    return row["note"]


async def checkpoint_notes(connection: Connection) -> list[tuple[int, str]]:
    """Every signed checkpoint by its size."""
    rows = await (await connection.execute(SQL["checkpoints"])).fetchall()
    return [(row["size"], row["note"]) for row in rows]


async def tile_bytes(connection: Connection, tenant: str, tile: Tile) -> bytes:
    """The content of a tile. Raises NotFound for one that the log does not reach or has pruned."""
    first = tile.index * TILE
    wanted = {"level": tile.level, "first": first, "end": first + tile.width}
    if tile.level is None:
        return b"".join(await _entries(connection, tenant, tile))
    if tile.level > HIGHEST or tile.index >= 1 << 48:
        raise NotFound("There is no such tile.")
    rows = await (await connection.execute(SQL["hashes" if tile.level else "leaves"], wanted)).fetchall()
    return b"".join(_whole(tile, [bytes(row["hash"]) for row in rows]))


async def _entries(connection: Connection, tenant: str, tile: Tile) -> list[bytes]:
    first = tile.index * TILE
    if tile.index >= 1 << 48:
        raise NotFound("There is no such bundle.")
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(SQL["entries"], {"first": first, "end": first + tile.width})
        entries = [encoded(tenant, entry_of(row)) for row in await cursor.fetchall()]
    return [len(entry).to_bytes(2, "big") + entry for entry in _whole(tile, entries)]


def _whole(tile: Tile, found: list[bytes]) -> list[bytes]:
    if len(found) != tile.width:
        raise NotFound("The log does not reach that far, or has pruned it.")
    return found
