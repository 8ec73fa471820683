"""Reads a document and what is attached to it, each file in a reading process of its own, to a bounded depth."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from domain.errors import CountersignError, DocumentTooLarge
from sow.document import Attached, Reading
from sow.examination import examined
from sow.sandbox import attached, read_sandboxed

MOST_FILES = 50  # of one upload, in all messages within messages together
LONGEST_NAME = 200
DEEPEST = 3  # messages within messages


def file_name(name: str) -> str:
    """The last part of a path, printable and not too long: a browser or a sender may write anything."""
    printable = "".join(character for character in name.replace("\\", "/").split("/")[-1] if character.isprintable())
    return printable.strip()[-LONGEST_NAME:] or "document"


@dataclass(frozen=True)
class Enclosure:
    """A file that was attached, and its reading or why there is none. `path` names it within the message."""

    path: str
    data: bytes
    result: Reading | CountersignError

    @property
    def sha256(self) -> str:
        """The digest of its bytes."""
        return hashlib.sha256(self.data).hexdigest()


async def enclosures(data: bytes, reading: Reading, *, password: str | None = None) -> AsyncIterator[Enclosure]:
    """All files in a message, then those of the messages among them; nothing for a document that is no message."""
    left = [(data, "", 1)] if reading.document.kind == "email" else []
    count = 0
    while left:
        message, path, depth = left.pop(0)
        for file in await attached(message):
            count += 1
            if count > MOST_FILES:
                return
            enclosure = await _read(file, path, password)
            if depth < DEEPEST and isinstance(enclosure.result, Reading) and enclosure.result.document.kind == "email":
                left.append((file.data, f"{enclosure.path}/", depth + 1))
            yield enclosure


async def _read(file: Attached, path: str, password: str | None) -> Enclosure:
    try:
        reading = await read_sandboxed(file.data, file_name(file.name), password=password)
        result: Reading | CountersignError = await examined(reading)
    except CountersignError as error:
        result = error
    return Enclosure(path + file_name(file.name), file.data, result)


async def with_enclosures(
    data: bytes, reading: Reading, password: str | None, most_bytes: int
) -> tuple[Enclosure, ...]:
    """All enclosures at once. Raises DocumentTooLarge when they hold more than `most_bytes` together."""
    found: list[Enclosure] = []
    async for enclosure in enclosures(data, reading, password=password):
        found.append(enclosure)
        if sum(len(item.data) for item in found) > most_bytes:
            raise DocumentTooLarge(
                "What is attached to this message is larger than the limit. Upload the files one by one."
            )
    return tuple(found)
