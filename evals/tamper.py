"""Tampering with the audit log as the owner of the database, of the copies, or of an exported archive: is it seen?

`countersign evals run tamper [--entries N]`: each change is made to a log of its own, which must verify before it.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from actions.execution import worker
from domain.errors import IntegrityBroken
from evals.log import TENANT, LogStand, log_stand
from evals.tamperings import PRUNED, SQL, UNSEALED
from store.bundle_check import check_bundle
from store.note import signing_key
from store.retention import LegalHold, prune

FIRST = 300  # entries under the first checkpoint
LATE = 10  # entries that no checkpoint covers yet
# The next seal copies a note again that the database still has.
HEALS = {"take a copy away", "take every copy away"}
Deed = Callable[[LogStand], Awaitable[None]]


def run(argv: list[str]) -> dict[str, Any]:
    """Try everything, telling what is seen; `missed` names what was not."""
    parser = argparse.ArgumentParser("countersign evals run tamper", description=__doc__)
    parser.add_argument("--entries", type=int, default=700, help=f"entries of the log, more than {2 * FIRST} (700)")
    entries = max(2 * FIRST + 1, parser.parse_args(argv).entries)
    return asyncio.run(_run(entries))


async def _run(entries: int) -> dict[str, Any]:
    seen: dict[str, bool] = {}
    with tempfile.TemporaryDirectory(prefix="countersign-tamper-") as place:
        async with log_stand(Path(place)) as stand:
            await _furnish(stand, entries)
            seen |= await _archives(stand)
            for name, statements in UNSEALED.items():
                seen[name] = await _tried(stand, _statements(statements))
            # What was sealed must be guarded by the seals alone: its receipts are soon discarded.
            bare = replace(stand, receipts=None)
            for name, deed in _deeds().items():
                seen[name] = await _tried(bare, deed, heals=name in HEALS)
            await _prune(bare)
            for name, statements in PRUNED.items():
                seen[name] = await _tried(bare, _statements(statements))
    for name, was_seen in seen.items():
        print(f"{'seen' if was_seen else 'MISSED'}: {name}")
    missed = [name for name, was_seen in seen.items() if not was_seen]
    return {"eval": "tamper", "entries": entries, "tried": len(seen), "seen": len(seen) - len(missed), "missed": missed}


async def _furnish(stand: LogStand, entries: int) -> None:
    await stand.write(FIRST)
    await stand.seal()
    await stand.write(entries - FIRST - LATE, first=FIRST)
    await stand.seal()
    await stand.write(LATE, first=entries - LATE)
    stand.keep()


async def _prune(stand: LogStand) -> None:
    """The retention of 256 entries is over; the next ones are under legal hold."""
    stand.restore()
    for _ in range(2):
        hold, later = LegalHold(subjects=("action:300",)), datetime.now(UTC) + timedelta(days=30)
        await prune(stand.database, worker(TENANT), timedelta(days=7), hold, now=later)
        await stand.seal()
    stand.keep()


async def _tried(stand: LogStand, deed: Deed, *, heals: bool = False) -> bool:
    """Whether the deed is seen, and still is when the log was sealed again (unless that makes it good)."""
    stand.restore()
    before = await stand.verify()
    if not before.sound:
        raise AssertionError(f"The untouched log does not verify: {before.problems[:3]}")
    await deed(stand)
    at_once = not (await stand.verify()).sound
    try:
        await stand.write(3, first=900_000)
        await stand.seal()
    except IntegrityBroken:
        return at_once
    return at_once and (heals or not (await stand.verify()).sound)


def _deeds() -> dict[str, Deed]:
    return {name: _statements(statements) for name, statements in SQL.items()} | {
        "sign everything again with another key": _signed_again,
        "change a copy": _copy_changed,
        "take a copy away": _copy_gone,
        "take every copy away": _copies_gone,
        "put an older note in the place of the newest copy": _copy_older,
        "roll the whole database back": _rolled_back,
        "fork the log before the last checkpoint": _forked,
    }


def _statements(statements: str) -> Deed:
    async def deed(log: LogStand) -> None:
        await asyncio.to_thread(log.tamper, statements)

    return deed


async def _signed_again(log: LogStand) -> None:
    """Everything recomputed over a changed entry, as well as can be without our key."""
    log.tamper(SQL["say it was another person"] + "; truncate audit_leaf, audit_node, audit_checkpoint")
    other = replace(log, key=signing_key(log.place / "keys-of-eve"), place=log.place / "eve")
    await other.seal()


def _notes(log: LogStand) -> list[Path]:
    return sorted((log.place / "copies" / TENANT).glob("*.note"))


async def _copy_changed(log: LogStand) -> None:
    first = _notes(log)[0]
    first.write_text(first.read_text("utf-8").replace(f"\n{FIRST}\n", f"\n{FIRST - 1}\n"), "utf-8")


async def _copy_gone(log: LogStand) -> None:
    # The newest ones are written again from the database, so this must be seen before the next seal.
    _notes(log)[0].unlink()


async def _copies_gone(log: LogStand) -> None:
    for note in _notes(log):
        note.unlink()


async def _copy_older(log: LogStand) -> None:
    oldest, *_, newest = _notes(log)
    newest.write_bytes(oldest.read_bytes())


async def _rolled_back(log: LogStand) -> None:
    """As it was at the first checkpoint, from a backup; the copies are out of reach."""
    log.tamper(
        f"delete from audit_entry a using audit_leaf l where l.entry = a.id and l.index >= {FIRST};"
        "delete from audit_entry a where not exists (select from audit_leaf l where l.entry = a.id);"
        "delete from audit_text t where not exists (select from audit_entry a where a.id = t.entry);"
        f"delete from audit_leaf where index >= {FIRST};"
        f"delete from audit_node where level > 1 or index >= {FIRST // 256};"
        f"delete from audit_checkpoint where size > {FIRST}"
    )


async def _forked(log: LogStand) -> None:
    """Another history of the same length after the first checkpoint, signed by our own sealer with copies elsewhere."""
    size = int(_notes(log)[-1].stem)
    await _rolled_back(log)
    await log.write(size - FIRST, first=500_000)
    await replace(log, place=log.place / "elsewhere").seal()


async def _archives(log: LogStand) -> dict[str, bool]:
    """Every file of an exported archive, changed, cut and taken out in turn."""
    path = await log.bundle()
    key, seen = log.key.public_key(), dict[str, bool]()
    if not check_bundle(path, key, tenant=TENANT).sound:
        raise AssertionError("The untouched archive does not verify.")
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    for name, content in contents.items():
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        for how, changed in (("flip a bit of", flipped), ("cut", content[:middle]), ("take out", None)):
            made = _archive(path.with_name("changed.zip"), contents | {name: changed})
            seen[f"archive: {how} {name}"] = not check_bundle(made, key, tenant=TENANT).sound
    whole = path.read_bytes()
    path.with_name("changed.zip").write_bytes(whole[: len(whole) // 2])
    seen["archive: cut short"] = not check_bundle(path.with_name("changed.zip"), key, tenant=TENANT).sound
    seen["archive: of another tenant"] = not check_bundle(path, key, tenant="southgate").sound
    stranger = signing_key(log.place / "keys-of-eve").public_key()
    seen["archive: by another key"] = not check_bundle(path, stranger, tenant=TENANT).sound
    return seen


def _archive(path: Path, contents: dict[str, bytes | None]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, content in contents.items():
            if content is not None:
                made.writestr(name, content)
    return path
