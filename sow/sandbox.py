"""Reads a document, or draws one of its pages, in a process of its own that is killed when it takes too much."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from pydantic import TypeAdapter

from domain.canonical import plain
from domain.errors import CountersignError, DocumentError, DocumentTimeout
from sow.document import Reading
from sow.judging import Claim, Judgement

SECONDS = 20
MEGABYTES = 512
MOST_ANSWERED = 200_000_000  # bytes; no reading of a document that may be uploaded is larger
READING = TypeAdapter(Reading)
JUDGEMENT = TypeAdapter(Judgement)


async def read_sandboxed(
    data: bytes, name: str, *, password: str | None = None, seconds: int = SECONDS, megabytes: int = MEGABYTES
) -> Reading:
    """Read a document. Raises what `sow.reading.read_document` does, and DocumentTimeout."""
    request = {"want": "reading", "name": name, "password": password}
    answer = await _ask(request, data, seconds, megabytes)
    return READING.validate_json(answer)


async def judge_sandboxed(data: bytes, claims: Sequence[Claim]) -> Judgement:
    """Judge what a model claims to have read in a document. Raises as `read_sandboxed` does."""
    request = {"want": "judged", "password": None, "claims": [plain(claim) for claim in claims]}
    return JUDGEMENT.validate_json(await _ask(request, data, SECONDS, MEGABYTES))


async def page_image(data: bytes, page: int, *, width: int = 900, password: str | None = None) -> bytes:
    """A PDF page (from 1) as PNG. Raises what `sow.images.page_png` does, and DocumentTimeout."""
    request = {"want": "image", "page": page, "width": width, "password": password}
    return await _ask(request, data, SECONDS, MEGABYTES)


async def unlock(data: bytes, password: str) -> bytes:
    """A protected PDF without its protection. Raises DocumentEncrypted, DocumentError or DocumentTimeout."""
    return await _ask({"want": "unlocked", "password": password}, data, SECONDS, MEGABYTES)


async def _ask(request: dict[str, Any], data: bytes, seconds: int, megabytes: int) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "sow.confined", str(seconds), str(megabytes)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a library's complaint may quote the document
        env={"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
    )
    try:
        async with asyncio.timeout(seconds + 5):
            answer = await _talk(process, json.dumps(request).encode() + b"\n" + data)
    except TimeoutError as error:
        raise DocumentTimeout from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _opened(answer, process.returncode or 0)


async def _talk(process: asyncio.subprocess.Process, request: bytes) -> bytes:
    """Send the request while listening; raises DocumentTimeout when the answer grows beyond all measure."""
    asked, answered = process.stdin, process.stdout
    if asked is None or answered is None:
        raise DocumentError

    async def send() -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # it ended early; its answer tells why
            asked.write(request)
            await asked.drain()
            asked.close()

    sending = asyncio.create_task(send())
    answer = bytearray()
    while part := await answered.read(1 << 20):
        answer += part
        if len(answer) > MOST_ANSWERED:
            raise DocumentTimeout
    await asyncio.gather(sending, process.wait())
    return bytes(answer)


def _opened(answer: bytes, returncode: int) -> bytes:
    status, found, body = answer.partition(b"\n")
    if returncode == 0 and found and status == b"ok":
        return body
    if returncode == 0 and found:
        known = next((kind for kind in _tree(CountersignError) if kind.code == status.decode("ascii", "replace")), None)
        raise (known or DocumentError)(body.decode("utf-8", "replace") or None)
    if returncode in {-9, -24} or not found:  # SIGKILL, SIGXCPU
        raise DocumentTimeout
    raise DocumentError


def _tree(kind: type[CountersignError]) -> Iterator[type[CountersignError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)
