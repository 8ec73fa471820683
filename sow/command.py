"""`countersign extract` and `countersign text`: documents to terms on standard output, without a database."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.errors import CountersignError, NotFound
from sow.document import Reading
from sow.examination import examined
from sow.reading import read_layout
from sow.sandbox import read_sandboxed


def extract(paths: Sequence[Path], jsonl: bool, jobs: int) -> int:
    """Print each document's terms, in the order given: as JSON lines, or to be read. Returns the exit status.

    A document that cannot be read is reported in its place (`"error": {"code", "message"}`), and the others go on.
    """
    return asyncio.run(_extract(paths, as_json=jsonl, jobs=max(1, jobs)))


def text(path: Path) -> str:
    """The document's text: what evidence counts characters in. Raises what reading it raises."""
    return read_layout(_bytes(path)).text


async def _extract(paths: Sequence[Path], *, as_json: bool, jobs: int) -> int:
    free = asyncio.Semaphore(jobs)

    async def one(path: Path) -> Reading | CountersignError:
        async with free:
            try:
                return await examined(await read_sandboxed(_bytes(path), path.name))
            except CountersignError as error:
                return error

    failed = 0
    tasks = [asyncio.create_task(one(path)) for path in paths]
    for path, task in zip(paths, tasks, strict=True):
        result = await task
        failed += isinstance(result, CountersignError)
        sys.stdout.write((_line(path, result) if as_json else _report(path, result)) + "\n")
        sys.stdout.flush()
    return 1 if failed else 0


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.") from error


def _line(path: Path, result: Reading | CountersignError) -> str:
    if isinstance(result, Reading):
        return json.dumps(result.json(), ensure_ascii=False)
    failure: dict[str, Any] = {"id": path.stem, "document": {"name": path.name}, "terms": [], "warnings": []}
    return json.dumps({**failure, "error": {"code": result.code, "message": result.detail}}, ensure_ascii=False)


def _report(path: Path, result: Reading | CountersignError) -> str:
    if not isinstance(result, Reading):
        return f"{path.name}: {result.detail} ({result.code})"
    info = result.document
    lines = [f"{path.name} — {info.kind}, {info.pages} page{'s' * (info.pages != 1)}, {info.language}"]
    for term in result.terms:
        where = f"p. {term.evidence[0].page}" if term.evidence else ""
        quote = " ".join(term.evidence[0].quote.split())[:80] if term.evidence else ""
        mark = "?" if term.status == "conflict" else " "
        lines.append(f"  {mark} {term.field:<29}{_shown(term.value):<34}{where:<7}“{quote}”")
    lines += [f"  ! {w.code}{f' (p. {w.page})' if w.page else ''}: {w.message}" for w in result.warnings]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part is not None)
    return value if isinstance(value, str) else json.dumps(value)
