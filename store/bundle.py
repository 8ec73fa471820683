"""Writes a tenant's whole log into one archive that an auditor checks without us.

`store/bundle_check.py` checks it offline; docs/audit.md says how others' tools do.


README.md             how to check it
checkpoint            the newest signed checkpoint
checkpoints/<size>    every checkpoint that was signed
tile/…                hash tiles and entry bundles, addressed as C2SP tlog-tiles does
entries.jsonl         one entry a line, exactly the bytes that were hashed
key.pem, key.vkey     the verifying key, for openssl and for C2SP tools
words.jsonl           what people wrote, with the salts of the commitments; without what was erased
about.json            tenant, size, and the index of the first entry that is still there
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from psycopg.rows import tuple_row

from domain.errors import NotFound
from domain.merkle import TILE
from store.database import Connection
from store.entry import encoded, entry_of
from store.note import opened, pem, verifier
from store.queries import queries
from store.seal import origin
from store.tiles import Tile, checkpoint, checkpoint_notes, tile_bytes, tiles_of

SQL = queries("tiles")
PAGE = 64 * TILE
README = Path(__file__).with_name("bundle.md")


def readme(tenant: str) -> bytes:
    """What the archive says about itself."""
    return README.read_bytes().replace(b"{tenant}", tenant.encode())


def about(tenant: str, size: int, first: int, checkpoints: int) -> bytes:
    """What the archive holds, for programs."""
    return (
        json.dumps({"tenant": tenant, "size": size, "first": first, "checkpoints": checkpoints}, indent=2) + "\n"
    ).encode()


@dataclass(frozen=True)
class Bundled:
    """What was written: the log's size, and how many of its first entries were pruned before."""

    size: int
    pruned: int


async def write_bundle(
    connection: Connection, tenant: str, key: Ed25519PublicKey, target: BinaryIO, *, at: datetime
) -> Bundled:
    """Write the archive (zip) up to the newest checkpoint. Raises NotFound when nothing was sealed yet."""
    newest = await checkpoint(connection)
    size = opened(newest, origin(tenant), key).size
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=3) as archive:
        writer = _Writer(archive, at)
        writer.file("README.md", readme(tenant))
        writer.file("checkpoint", newest.encode())
        writer.file("key.pem", pem(key))
        writer.file("key.vkey", (verifier(origin(tenant), key) + "\n").encode())
        notes = await checkpoint_notes(connection)
        for signed_size, note in notes:
            writer.file(f"checkpoints/{signed_size}", note.encode())
        for tile in tiles_of(size):
            if tile.level is not None:
                writer.file(tile.path, await tile_bytes(connection, tenant, tile))
        pruned = await _entries(connection, tenant, size, writer)
        await _words(connection, size, writer)
        writer.file("about.json", about(tenant, size, pruned, len(notes)))
    return Bundled(size, pruned)


class _Writer:
    def __init__(self, archive: ZipFile, at: datetime) -> None:
        self.archive, self.at = archive, at.timetuple()[:6]

    def file(self, name: str, content: bytes) -> None:
        self.archive.writestr(self._info(name), content)

    def copy(self, name: str, lines: BinaryIO) -> None:
        lines.seek(0)
        with self.archive.open(self._info(name), "w", force_zip64=True) as member:
            shutil.copyfileobj(lines, member)

    def _info(self, name: str) -> ZipInfo:
        info = ZipInfo(name, self.at)
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o644 << 16
        return info


async def _entries(connection: Connection, tenant: str, size: int, writer: _Writer) -> int:
    """Entry bundles, then all entries as lines; returns the index of the first entry that is there."""
    row = await (await connection.execute(SQL["first_entry"])).fetchone()
    first: int = row["first"] if row and row["first"] is not None else size
    if first % TILE:
        raise NotFound(f"The entry at index {first} is the first that is there; the log has a hole. Verify it first.")
    with TemporaryDirectory(prefix="countersign-export-") as folder, (Path(folder) / "lines").open("w+b") as lines:
        async with connection.cursor(row_factory=tuple_row) as cursor:
            for start in range(first, size, PAGE):
                await cursor.execute(SQL["entries"], {"first": start, "end": min(start + PAGE, size)})
                found = [encoded(tenant, entry_of(row)) for row in await cursor.fetchall()]
                lines.writelines(line + b"\n" for line in found)
                for offset in range(0, len(found), TILE):
                    part = found[offset : offset + TILE]
                    tile = Tile(None, (start + offset) // TILE, len(part))
                    writer.file(tile.path, b"".join(len(e).to_bytes(2, "big") + e for e in part))
        writer.copy("entries.jsonl", lines)
    return first


async def _words(connection: Connection, size: int, writer: _Writer) -> None:
    with TemporaryDirectory(prefix="countersign-export-") as folder, (Path(folder) / "words").open("w+b") as lines:
        after = {"entry": 0, "key": ""}
        while rows := await (await connection.execute(SQL["words"], {**after, "size": size, "limit": PAGE})).fetchall():
            for row in rows:
                said = {"entry": row["entry"], "key": row["key"], "salt": bytes(row["salt"]).hex(), "text": row["text"]}
                lines.write((json.dumps(said, ensure_ascii=False) + "\n").encode())
            after = {"entry": rows[-1]["entry"], "key": rows[-1]["key"]}
        writer.copy("words.jsonl", lines)
