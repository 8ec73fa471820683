"""The demo firm is built once and copied: building takes a minute, copying a moment."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from erp.demo import server

ROOT = Path(__file__).parents[2]
SOURCES = ("erp/demo", "erp/tryton/connector", "erp/tryton/tables.py")
UNUSED_SECONDS = 7 * 24 * 3600
DATA = frozenset({".py", ".toml", ".cfg", ".xml"})


def built_firm(today: date, *, progress: Callable[[str], None], whole_month: bool = False, seed: int = 0) -> Path:
    """The home of a firm built from these very sources as of `today`; built now if there is none.

    With a `seed` another firm by the same generator. With `whole_month` one that was built earlier in the month will
    do: its figures are the same. Copy it before starting a server on it. Several processes wait for the one that
    builds; builds that nobody has asked for in a week go.
    """
    cache = server.cache_folder()
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    day, other = "" if whole_month else f"-{today:%d}", f"-seed{seed}" if seed else ""
    home = cache / f"firm-{_digest()}-{today:%Y-%m}{day}{other}"
    with (cache / "firm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not server.is_built(home):
            _forget_unused(cache)
            server.build_firm(home, today=today, progress=progress, seed=seed)
        os.utime(home)
    return home


def copy_firm(home: Path, target: Path) -> None:
    """Copy a built firm into another home, over whatever was there."""
    shutil.rmtree(server.folder(target), ignore_errors=True)
    shutil.copytree(server.folder(home), server.folder(target))


def _forget_unused(cache: Path) -> None:
    for other in cache.glob("firm-*"):
        if time.time() - other.stat().st_mtime > UNUSED_SECONDS:
            shutil.rmtree(other, ignore_errors=True)


def _digest() -> str:
    found = hashlib.sha256()
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in DATA:
                found.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return found.hexdigest()[:12]
