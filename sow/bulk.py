"""Many documents: found in folders, read several at a time, each in a process of its own, and what was read is kept."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from domain.errors import CountersignError, DocumentTimeout, DocumentTooLarge, NotFound
from sow.attachments import Enclosure, enclosures, file_name
from sow.document import Reading
from sow.edition import edition
from sow.examination import examined
from sow.sandbox import read_sandboxed

READABLE = frozenset({".pdf", ".docx", ".doc", ".eml", ".msg", ".md", ".markdown", ".txt", ".text"})
MOST_BYTES = 100_000_000
AHEAD = 4  # documents that may be finished before their turn, for each that is read at a time


@dataclass(frozen=True)
class Read:
    """A document with its reading, or why there is none, and the same of what is attached to it."""

    path: Path
    sha256: str
    result: Reading | CountersignError
    attached: tuple[Enclosure, ...] = ()

    def lines(self) -> list[str]:
        """A JSON object for the document, and one for each file that is attached to it."""
        own = _record(self.path.stem, self.path.name, self.sha256, self.result)
        parts = (
            {**_record(_id(self.path.stem, item.path), item.path, item.sha256, item.result), "attached_to": self.sha256}
            for item in self.attached
        )
        return [json.dumps(record, ensure_ascii=False) for record in (own, *parts)]


def _id(stem: str, path: str) -> str:
    return f"{stem}/{path.rsplit('.', 1)[0]}"


def _record(identity: str, name: str, sha256: str, result: Reading | CountersignError) -> dict[str, Any]:
    if isinstance(result, Reading):
        return {**result.json(), "id": identity, "edition": edition()}
    return {
        "id": identity,
        "document": {"name": name, "sha256": sha256},
        "terms": [],
        "warnings": [],
        "error": {"code": result.code, "message": result.detail},
        "edition": edition(),
    }


def found(paths: Iterable[Path]) -> Iterator[Path]:
    """The files given, and the readable ones in the folders given, at any depth, in order of their names."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                inner
                for inner in path.rglob("*")
                if inner.suffix.lower() in READABLE
                and inner.is_file()
                and not any(part.startswith(".") for part in inner.relative_to(path).parts)
            )
        else:
            yield path


async def read_all(paths: Sequence[Path], jobs: int) -> AsyncIterator[Read]:
    """Read documents, `jobs` at a time, in the order given."""
    free, ahead = asyncio.Semaphore(jobs), asyncio.Semaphore(jobs * AHEAD)

    async def one(path: Path, processes: Executor | None) -> Read:
        async with free:
            return await _read(path, processes)

    async def begin(processes: Executor | None) -> None:
        for path in paths:
            await ahead.acquire()
            tasks.put_nowait(asyncio.create_task(one(path, processes)))

    tasks: asyncio.Queue[asyncio.Task[Read]] = asyncio.Queue()
    with _examiners(jobs) as processes:
        beginning = asyncio.create_task(begin(processes))
        for _ in paths:
            yield await (await tasks.get())
            ahead.release()
        await beginning


@contextmanager
def _examiners(jobs: int) -> Generator[Executor | None]:
    """As many processes for the second look, which takes longer than the reading; one job needs none."""
    if jobs == 1:
        yield None
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as processes:
        yield processes


async def _read(path: Path, processes: Executor | None) -> Read:
    sha256 = ""
    try:
        data = content(path)
        sha256 = digest(data)
        reading = await examined(await read_sandboxed(data, file_name(path.name)), processes=processes)
        attached = tuple([item async for item in enclosures(data, reading)])
    except CountersignError as error:
        return Read(path, sha256, error)
    return Read(path, sha256, reading, attached)


def content(path: Path) -> bytes:
    """A file's bytes. Raises NotFound for what cannot be opened, DocumentTooLarge."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DocumentTooLarge(f"The file has more than {MOST_BYTES:,} bytes.")
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.") from error


def digest(data: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def done(out: Path) -> set[str]:
    """The digests of what a file of results holds of this edition; a last line that was cut off is taken away.

    A document that took too long is no result: with more time or another machine it may be read.
    """
    if not out.exists():
        return set()
    raw = out.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if len(whole) < len(raw):
        out.write_bytes(whole)
    records = [record for line in whole.splitlines() if isinstance(record := _parsed(line), dict)]
    return {
        record["document"]["sha256"]
        for record in records
        if record.get("edition") == edition() and record.get("error", {}).get("code") != DocumentTimeout.code
    }


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
