"""Where a fact comes from: a record of a system, or a verbatim quote on a page of a document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Source:
    """A record: `version` is the system's own stamp, `url` a link a person can open (empty when there is none)."""

    system: str
    model: str
    id: str
    version: str = ""
    fetched_at: datetime | None = None
    label: str = ""
    url: str = ""


@dataclass(frozen=True)
class Evidence:
    """A verbatim quote. `start`/`end` count characters of the document's text; boxes are PDF points, origin bottom
    left, (x0, y0, x1, y1), one per line of the quote; empty for documents without pages of their own.
    """

    page: int
    quote: str
    start: int
    end: int
    boxes: tuple[Box, ...] = ()
    document: str = ""
