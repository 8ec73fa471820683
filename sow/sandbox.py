"""Reads a document, or draws one of its pages, in a process of its own that is killed when it takes too much."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from domain.canonical import plain
from domain.errors import CountersignError, DocumentError, DocumentTimeout
from sow.document import Attached, Page, Reading
from sow.doors import ask
from sow.judging import Claim, Judgement
from sow.nursery import nursery
from sow.recognised import Recognised
from sow.recognition import pixels, recognise, tesseract

SECONDS = 20
MEGABYTES = 512
RECOGNITION_SECONDS = 9.0  # of processor time, for all pages that are pictures together
PATIENCE = 4.0  # of that time may pass on the clock: on a busy machine a program waits for its turn
READING = TypeAdapter(Reading)
JUDGEMENT = TypeAdapter(Judgement)


async def read_sandboxed(
    data: bytes,
    name: str,
    *,
    password: str | None = None,
    seconds: int = SECONDS,
    megabytes: int = MEGABYTES,
    recognition_seconds: float = RECOGNITION_SECONDS,
) -> Reading:
    """Read a document; pages that are pictures are recognised where Tesseract is installed.

    Raises what `sow.reading.read_document` does, and DocumentTimeout.
    """
    request: dict[str, Any] = {"want": "reading", "name": name, "password": password, "recognised": []}
    reading = READING.validate_json(await _ask(request, data, seconds, megabytes))
    unread = {warning.page for warning in reading.warnings if warning.code == "no_text_layer"}
    pictures = [page for page in reading.pages if page.number in unread and page.width]
    if not pictures or not tesseract():
        return reading
    words, late = await _recognised(data, pictures, password, recognition_seconds)
    if words:
        request["recognised"] = [plain(page) for page in words]
        reading = READING.validate_json(await _ask(request, data, seconds, megabytes))
    return _late(reading, late, recognition_seconds)


async def judge_sandboxed(data: bytes, claims: Sequence[Claim]) -> Judgement:
    """Judge what a model claims to have read in a document. Raises as `read_sandboxed` does."""
    request = {"want": "judged", "password": None, "claims": [plain(claim) for claim in claims]}
    return JUDGEMENT.validate_json(await _ask(request, data, SECONDS, MEGABYTES))


async def _recognised(
    data: bytes, pages: list[Page], password: str | None, seconds: float
) -> tuple[list[Recognised], list[Page]]:
    """What could be recognised in time, and the pages that were left."""
    began, computed = time.monotonic(), _computed()
    found: list[Recognised] = []
    for index, page in enumerate(pages):
        passed = time.monotonic() - began
        # other documents' programs count, too: what was computed is at most what passed
        left = seconds - min(passed, _computed() - computed)
        if left < 1 or passed > seconds * PATIENCE:
            return found, pages[index:]
        try:
            picture = await page_image(data, page.number, width=pixels(page.width), password=password)
            found.append(await recognise(picture, page.number, left, left * PATIENCE))
        except DocumentTimeout:
            return found, pages[index:]
        except CountersignError:  # it cannot be drawn: it stays a page without text
            continue
    return found, []


def _computed() -> float:
    """Seconds of processor time of all programs that this process has started and that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def _late(reading: Reading, pages: list[Page], seconds: float) -> Reading:
    """Say of the pages that were left why they were not read, instead of how to have them read."""
    said = (
        f"This page is a picture, and recognising what it says was stopped after {seconds:.0f} seconds of "
        "processor time. Upload its pages in several files, or a copy that has text."
    )
    left = {page.number for page in pages}
    warnings = (
        replace(warning, message=said) if warning.code == "no_text_layer" and warning.page in left else warning
        for warning in reading.warnings
    )
    return replace(reading, warnings=tuple(warnings))


async def page_image(data: bytes, page: int, *, width: int = 900, password: str | None = None) -> bytes:
    """A PDF page (from 1) as PNG. Raises what `sow.images.page_png` does, and DocumentTimeout."""
    request = {"want": "image", "page": page, "width": width, "password": password}
    return await _ask(request, data, SECONDS, MEGABYTES)


async def attached(data: bytes) -> tuple[Attached, ...]:
    """The files in a message, none of them read. Raises DocumentError or DocumentTimeout."""
    head, _, body = (await _ask({"want": "attached"}, data, SECONDS, MEGABYTES)).partition(b"\n")
    files: list[Attached] = []
    for name, length in json.loads(head):
        files.append(Attached(name, body[:length]))
        body = body[length:]
    return tuple(files)


async def unlock(data: bytes, password: str) -> bytes:
    """A protected PDF or DOCX without its protection. Raises DocumentEncrypted, DocumentError or DocumentTimeout."""
    return await _ask({"want": "unlocked", "password": password}, data, SECONDS, MEGABYTES)


async def _ask(request: dict[str, Any], data: bytes, seconds: int, megabytes: int) -> bytes:
    door = await nursery().start(seconds, megabytes)
    status, answer = await ask(door, json.dumps(request).encode() + b"\n" + data, seconds + 5)
    return _opened(answer, status)


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
