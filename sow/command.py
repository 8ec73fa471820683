"""`countersign extract` and `countersign text`: documents to terms on standard output, without a database."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from domain.errors import CountersignError
from sow.bulk import Read, content, digest, done, found, read_all
from sow.document import Reading
from sow.reading import read_layout


def extract(paths: Sequence[Path], jsonl: bool, jobs: int, out: Path | None = None) -> int:
    """Print each document's terms, in the order given: as JSON lines, or to be read. Returns the exit status.

    A document that cannot be read is reported in its place (`"error": {"code", "message"}`), and the others go on. With
    `out`, JSON lines are added to that file, and what it holds already of the same bytes and rules is not read again.
    """
    wanted = list(found(paths))
    left = wanted if out is None else _left(wanted, done(out))
    with ExitStack() as stack:
        target: TextIO = sys.stdout if out is None else stack.enter_context(out.open("a", encoding="utf-8"))
        return asyncio.run(_extract(left, target, jsonl or out is not None, max(1, jobs), len(wanted) - len(left)))


def text(path: Path) -> str:
    """The document's text: what evidence counts characters in. Raises what reading it raises."""
    return read_layout(content(path)).text


def _left(paths: Sequence[Path], known: set[str]) -> list[Path]:
    if not known:
        return list(paths)
    return [path for path in paths if not (path.is_file() and digest(path.read_bytes()) in known)]


async def _extract(paths: Sequence[Path], target: TextIO, as_json: bool, jobs: int, skipped: int) -> int:
    failed, began = 0, time.monotonic()
    with ExitStack() as stack:
        bar = stack.enter_context(_progress())
        task = bar.add_task("", total=len(paths))
        async for read in read_all(paths, jobs):
            failed += not isinstance(read.result, Reading)
            lines = read.lines() if as_json else [_report(read)]
            target.write("\n".join(lines) + "\n")
            target.flush()
            bar.update(task, advance=1, description=read.path.name)
    if target is not sys.stdout:
        _summary(len(paths), failed, skipped, time.monotonic() - began)
    return 1 if failed else 0


def _progress() -> Progress:
    """A bar on a terminal's standard error; nothing where nobody looks."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _summary(read: int, failed: int, skipped: int, seconds: float) -> None:
    parts = [f"{read - failed} read", f"{failed} not readable", f"{skipped} already there", f"{seconds:.1f} s"]
    sys.stderr.write(", ".join(parts) + "\n")


def _report(read: Read) -> str:
    attached = (_shown_result(f"  + {item.path}", item.result) for item in read.attached)
    return "\n".join([_shown_result(read.path.name, read.result), *attached])


def _shown_result(name: str, result: Reading | CountersignError) -> str:
    if not isinstance(result, Reading):
        return f"{name}: {result.detail} ({result.code})"
    info = result.document
    lines = [f"{name} — {info.kind}, {info.pages} page{'s' * (info.pages != 1)}, {info.language}"]
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
