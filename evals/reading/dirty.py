"""Awkward PDFs: each gets a result or a clear error, in its own process, within twenty seconds and 512 MB."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from domain.errors import CountersignError, DocumentError
from sow.sandbox import MEGABYTES, SECONDS, read_sandboxed

CLEAR = frozenset({"document_unreadable", "document_encrypted", "document_empty", "document_too_large"})


def measure(data: Path) -> dict[str, object]:
    """Counts of outcomes; the slowest file in seconds, and the largest reading process in megabytes.

    `encrypted` are files that the manifest says need a password; those whose password it knows are opened with it.
    """
    folder = data / "pdf_dirty"
    if not folder.is_dir():
        return {"skipped": "no pdf_dirty"}
    manifest = {entry["file"]: entry for entry in json.loads((folder / "manifest.json").read_text())}
    files = sorted(folder.glob("*.pdf"))
    return asyncio.run(_measured(files, manifest))


async def _measured(files: list[Path], manifest: dict[str, Any]) -> dict[str, object]:
    outcomes: Counter[str] = Counter()
    warned: Counter[str] = Counter()
    slowest: tuple[float, str] = (0.0, "")
    unclear: list[str] = []
    for path in files:
        began = time.monotonic()
        password = manifest.get(path.name, {}).get("known_password")
        outcome, codes = await _one(path.read_bytes(), path.name, password)
        slowest = max(slowest, (round(time.monotonic() - began, 1), path.name))
        outcomes[outcome] += 1
        warned.update(codes)
        if outcome not in CLEAR | {"read"}:
            unclear.append(f"{path.name}: {outcome}")
            print(unclear[-1], file=sys.stderr)
    return {
        "files": len(files),
        "outcomes": dict(sorted(outcomes.items())),
        "warnings": dict(sorted(warned.items())),
        "unclear": unclear,
        "slowest_seconds": slowest[0],
        "slowest_file": slowest[1],
        "within_seconds": slowest[0] <= SECONDS,
        "limit_megabytes": MEGABYTES,
    }


async def _one(data: bytes, name: str, password: str | None) -> tuple[str, set[str]]:
    """What became of a file: `read`, an error's code, or `crash`; and the codes of its warnings."""
    try:
        reading = await read_sandboxed(data, name, password=password)
    except CountersignError as error:
        crashed = type(error) is DocumentError and error.detail == DocumentError().detail
        return ("crash" if crashed else error.code), set()
    return "read", {warning.code for warning in reading.warnings}
