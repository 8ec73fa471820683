"""Checks a bundle (`store/bundle.py`) offline: no database, no network, nothing trusted but the key that was given.

The archive comes from whoever is being audited. Nothing of it is written to disk, names are only looked up, and no
member is read beyond the size that a log as large as the signed one can need.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from domain.errors import IntegrityBroken
from domain.merkle import TILE, leaf_hash
from store.audit import COMMITMENT, commitment
from store.bundle import about, readme
from store.note import opened, pem, stated_origin, verifier
from store.promises import PERSON_ERASED, PRUNED, Problems, Promises, Walk
from store.tiles import Tile, tiles_of

SMALL = 1_000_000  # a checkpoint, a key, the README, a line
HASH = 32
BUNDLE = TILE * (2 + 0xFFFF)
LARGEST = 10**9  # entries; a signed size above that is not one of ours
UNREADABLE = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
FIXED = frozenset({"README.md", "about.json", "checkpoint", "entries.jsonl", "key.pem", "key.vkey", "words.jsonl"})


@dataclass
class Checked:
    """What was checked, and everything that is wrong. `pruned` entries are there as hashes only."""

    origin: str = ""
    entries: int = 0
    checkpoints: int = 0
    pruned: int = 0
    erased: int = 0
    root: str = ""
    problems: list[str] = field(default_factory=list[str])

    @property
    def sound(self) -> bool:
        """Whether the bundle is exactly what was signed."""
        return not self.problems


def check_bundle(path: Path, key: Ed25519PublicKey, *, tenant: str | None = None) -> Checked:
    """Check everything in the bundle against the key, and that it is the log of `tenant` where one is expected."""
    problems = Problems()
    result = Checked()
    try:
        with ZipFile(path) as archive:
            _check(_Archive(archive), key, tenant, result, problems)
    except UNREADABLE as error:
        problems.add(f"The archive cannot be read to its end ({type(error).__name__}: {error}).")
    except IntegrityBroken as error:
        problems.add(error.detail)
    result.problems = problems.all()
    return result


def key_of(path: Path) -> str:
    """The bundle's own key (PEM), which proves nothing about who made it. Raises IntegrityBroken."""
    try:
        with ZipFile(path) as archive:
            return _Archive(archive).read("key.pem", SMALL).decode()
    except UNREADABLE as error:
        raise IntegrityBroken(f"{path.name} is not a bundle, or is cut short ({error}).") from error


class _Archive:
    """The archive by exact names, each of which stands in it once."""

    def __init__(self, archive: ZipFile) -> None:
        self.archive = archive
        self.names = archive.namelist()
        self.known = frozenset(self.names)

    def read(self, name: str, most: int) -> bytes:
        """A member's content. Raises IntegrityBroken when it is not there or larger than `most` bytes."""
        if name not in self.known:
            raise IntegrityBroken(f"{name} is missing.")
        with self.archive.open(name) as member:
            content = member.read(most + 1)
        if len(content) > most:
            raise IntegrityBroken(f"{name} is larger than it can be.")
        return content

    def lines(self, name: str, most: int) -> Iterator[bytes]:
        """A member's lines without their ends, at most `most` of them and none longer than a line can be."""
        if name not in self.known:
            raise IntegrityBroken(f"{name} is missing.")
        with self.archive.open(name) as member:
            for _ in range(most):
                line = member.readline(SMALL)
                if not line:
                    return
                if not line.endswith(b"\n"):
                    raise IntegrityBroken(f"A line of {name} is not whole.")
                yield line[:-1]
            if member.read(1):
                raise IntegrityBroken(f"{name} has more lines than were signed.")


def _check(archive: _Archive, key: Ed25519PublicKey, tenant: str | None, result: Checked, problems: Problems) -> None:
    note = archive.read("checkpoint", SMALL).decode()
    result.origin = stated_origin(note)
    if tenant is not None and result.origin != f"countersign/{tenant}":
        raise IntegrityBroken(f"This is the log “{result.origin}”, not that of {tenant}.")
    newest = opened(note, result.origin, key)
    if newest.size > LARGEST:
        raise IntegrityBroken("The checkpoint promises more entries than a log can have.")
    promises = Promises(result.origin, key, problems)
    promises.take(newest.size, note, "checkpoint")
    _take_checkpoints(archive, promises, result)
    _look_for_strangers(archive, newest.size, problems)
    contents = _Contents(archive, newest.size, Walk(promises, problems), result)
    contents.check()
    _compare_descriptions(archive, key, result, contents.first, problems)
    if promises.longest > newest.size:
        problems.add(f"A checkpoint over {promises.longest} entries was signed; the bundle stops at {newest.size}.")


def _take_checkpoints(archive: _Archive, promises: Promises, result: Checked) -> None:
    for name in archive.names:
        kind, _, size = name.partition("/")
        if kind == "checkpoints" and size.isdecimal():
            promises.take(int(size), archive.read(name, SMALL).decode(), "bundle")
            result.checkpoints += 1


def _look_for_strangers(archive: _Archive, size: int, problems: Problems) -> None:
    expected = FIXED | {tile.path for tile in tiles_of(size)}
    for name in sorted(archive.known):
        if name not in expected and not (name.startswith("checkpoints/") and name[12:].isdecimal()):
            problems.add(f"The archive holds {name!r}, which is no part of a bundle.")
    if len(archive.names) != len(archive.known):
        problems.add("The archive holds two files of one name.")


def _compare_descriptions(
    archive: _Archive, key: Ed25519PublicKey, result: Checked, first: int, problems: Problems
) -> None:
    """What explains the archive must be what we would have written about it, lest it mislead whoever checks by hand."""
    tenant = result.origin.removeprefix("countersign/")
    expected = {
        "README.md": readme(tenant),
        "about.json": about(tenant, result.entries, first, result.checkpoints),
        "key.pem": pem(key),
        "key.vkey": (verifier(result.origin, key) + "\n").encode(),
    }
    for name, content in expected.items():
        if archive.read(name, SMALL) != content:
            problems.add(f"{name} is not what this log's archive holds under that name.")


@dataclass
class _Contents:
    """The entries and tiles, held against each other and against what was signed."""

    archive: _Archive
    size: int
    walk: Walk
    result: Checked
    leaves: list[bytes] = field(default_factory=list[bytes])
    promised: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict[tuple[int, str], tuple[str, str]])
    erased: set[str] = field(default_factory=set[str])
    first: int = 0

    def check(self) -> None:
        """Everything, in order; what cannot be read any further raises IntegrityBroken."""
        first = self.first = self._first()
        tiles = tiles_of(self.size)
        for tile in tiles:
            if tile.level == 0:
                self._step(tile, first)
        self.walk.finish()
        self.result.entries, self.result.root = self.walk.tree.size, self.walk.tree.root.hex()
        self.result.pruned = self.walk.missing
        self._compare_tiles([tile for tile in tiles if tile.level])
        self._compare_lines(first)
        self._compare_words()

    def _first(self) -> int:
        """The index of the first entry that is there. A gap is reported by the walk."""
        bundles = [tile for tile in tiles_of(self.size) if tile.level is None]
        return next((tile.index * TILE for tile in bundles if tile.path in self.archive.known), self.size)

    def _step(self, tile: Tile, first: int) -> None:
        hashes = self.archive.read(tile.path, HASH * TILE)
        if len(hashes) != HASH * tile.width:
            raise IntegrityBroken(f"{tile.path} does not hold {tile.width} hashes.")
        entries: list[bytes] | None = None
        if tile.index * TILE >= first:
            entries = _unpacked(self.archive.read(Tile(None, tile.index, tile.width).path, BUNDLE), tile.width)
        for n in range(tile.width):
            stored = hashes[HASH * n : HASH * (n + 1)]
            index = tile.index * TILE + n
            if entries is None:
                self.walk.step_over(stored, f"at index {index}")
                continue
            value = leaf_hash(entries[n])
            if value != stored:
                self.walk.problems.add(f"The entry at index {index} is not the one whose hash stands in {tile.path}.")
            self._heed(entries[n])
            self.leaves.append(value)
            self.walk.step(value)

    def _heed(self, raw: bytes) -> None:
        """What an entry says about the log itself. What is not a readable entry fails by its hash, not here."""
        if not any(word in raw for word in (PRUNED.encode(), PERSON_ERASED.encode(), COMMITMENT.encode())):
            return
        entry = json.loads(raw)
        facts = json.loads(entry["facts"])
        if entry["event"] == PRUNED:
            self.walk.pruned_to = max(self.walk.pruned_to, min(int(facts["before"]), self.walk.tree.size))
        if entry["event"] == PERSON_ERASED:
            self.erased.add(entry["subject"].removeprefix("person:"))
        for name, fact in facts.items():
            if isinstance(fact, dict) and fact.keys() == {COMMITMENT}:
                self.promised[entry["id"], name] = (fact[COMMITMENT], entry["person"])

    def _compare_tiles(self, tiles: list[Tile]) -> None:
        heads = {(level, index): value for level, index, value in self.walk.tree.heads}
        for tile in tiles:
            first = tile.index * TILE
            wanted = b"".join(heads.get((tile.level or 0, n), b"") for n in range(first, first + tile.width))
            if self.archive.read(tile.path, HASH * TILE) != wanted:
                self.walk.problems.add(f"{tile.path} does not hold the hashes of the tiles below it.")

    def _compare_lines(self, first: int) -> None:
        count = 0
        for line in self.archive.lines("entries.jsonl", self.size - first):
            if leaf_hash(line) != self.leaves[count]:
                self.walk.problems.add(f"Line {count + 1} of entries.jsonl is not the entry at index {first + count}.")
            count += 1
        if count != self.size - first:
            self.walk.problems.add(f"entries.jsonl has {count} lines instead of {self.size - first}.")

    def _compare_words(self) -> None:
        left = dict(self.promised)
        for line in self.archive.lines("words.jsonl", len(left)):
            said = json.loads(line)
            held = left.pop((said["entry"], said["key"]), None)
            if held is None or commitment(bytes.fromhex(said["salt"]), said["text"]) != held[0]:
                self.walk.problems.add(f"The {said['key']} of entry {said['entry']} is not what was written.")
        for (entry, key), (_, person) in left.items():
            if person in self.erased:
                self.result.erased += 1
            else:
                self.walk.problems.add(f"The {key} of entry {entry} is missing, and nobody's data were erased.")


def _unpacked(bundle: bytes, width: int) -> list[bytes]:
    """The entries of a bundle. Raises IntegrityBroken when they are not `width` whole ones."""
    found: list[bytes] = []
    at = 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        found.append(bundle[at + 2 : end])
        at = end
    if at != len(bundle) or len(found) != width:
        raise IntegrityBroken("An entry bundle is not whole.")
    return found
