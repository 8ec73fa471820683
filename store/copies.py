"""Where signed checkpoints are copied to, outside the database: whoever rolls the database back cannot roll these back.

A folder by default; an S3-compatible bucket with object lock by setting (`store/copies_s3.py`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from domain.errors import IntegrityBroken
from store.note import place

NAME = re.compile(r"(\d{12,})\.note")


class Copies(Protocol):
    """Copied notes by tenant and by the size of the log that they promise."""

    async def sizes(self, tenant: str, *, after: int = 0) -> tuple[int, ...]:
        """The sizes above `after` for which there is a copy, smallest first."""
        ...

    async def note(self, tenant: str, size: int) -> str:
        """One copied note. Raises IntegrityBroken when it is gone."""
        ...

    async def keep(self, tenant: str, size: int, note: str) -> None:
        """Copy a note; one that is there already stays. Raises ConfigurationError when nothing can be written."""
        ...


def note_name(size: int) -> str:
    """The file's or the object's name; in order of size."""
    return f"{size:012d}.note"


def sizes_of(names: Iterable[str], after: int) -> tuple[int, ...]:
    """The sizes that these names stand for; other names are none of ours."""
    found = (NAME.fullmatch(name) for name in names)
    return tuple(sorted(size for match in found if match and (size := int(match[1])) > after))


class Folder:
    """Copies in a folder for each tenant, which another account or another machine may own."""

    def __init__(self, place: Path) -> None:
        self.place = place

    async def sizes(self, tenant: str, *, after: int = 0) -> tuple[int, ...]:
        """See Copies."""
        folder = self.place / tenant
        return await asyncio.to_thread(lambda: sizes_of((path.name for path in folder.glob("*.note")), after))

    async def note(self, tenant: str, size: int) -> str:
        """See Copies."""
        path = self.place / tenant / note_name(size)
        try:
            return await asyncio.to_thread(path.read_text, "utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise IntegrityBroken(f"The copied checkpoint {path.name} cannot be read.") from error

    async def keep(self, tenant: str, size: int, note: str) -> None:
        """See Copies."""
        await asyncio.to_thread(place, self.place / tenant / note_name(size), note.encode())
