"""The stretch of a page that a value was read from, as a picture: whoever decides sees the words where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.highlights import Rectangle, frame
from domain.actions import Origin
from domain.source import Evidence
from store import documents
from store.database import Connection
from store.documents import DocumentRow

MARGIN = 0.07  # of the page's width on each side: all crops have one scale, so that their letters are of one size
AROUND = 21.0  # points above and below the quote, a line of what stands around it
TALLEST = 130.0  # points; of a longer quote the beginning is shown
OPEN = 2  # crops that stand open; more would push the decision's reasons off the screen


@dataclass(frozen=True)
class Crop:
    """A window on a page's image: `left`, `top`, `across`, `down` and the quote's boxes (x, y, width, height) in
    points, origin top left; `width` and `height` are the whole page's.
    """

    document: str
    name: str
    page: int
    quote: str
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float
    boxes: tuple[Rectangle, ...]
    unfolded: bool


async def crops(connection: Connection, origins: Mapping[str, Origin]) -> dict[str, list[Crop]]:
    """By argument, the pages' stretches that its value was read from; a quote that two were read from counts once.

    Documents without pages of their own have none.
    """
    rows: dict[str, DocumentRow] = {}
    found: dict[str, list[Crop]] = {}
    seen: set[tuple[str, int, str]] = set()
    for name, origin in origins.items():
        for evidence in origin.evidence:
            key = (evidence.document, evidence.page, evidence.quote)
            if not evidence.boxes or not evidence.document or key in seen:
                continue
            if evidence.document not in rows:
                rows[evidence.document] = await documents.get(connection, evidence.document)
            seen.add(key)
            found.setdefault(name, []).append(crop(rows[evidence.document], evidence, unfolded=len(seen) <= OPEN))
    return found


def crop(document: DocumentRow, evidence: Evidence, *, unfolded: bool) -> Crop:
    """The page's full measure across, the quote and a line around it down."""
    shown = frame(document, evidence.page)
    width, height = shown.width, shown.height
    boxes = tuple(shown.rectangle(box) for box in evidence.boxes)
    left = max(0.0, min(width * MARGIN, *(x - AROUND for x, _, _, _ in boxes)))
    right = min(width, max(width * (1 - MARGIN), *(x + across + AROUND for x, _, across, _ in boxes)))
    top = max(0.0, min(y for _, y, _, _ in boxes) - AROUND)
    bottom = min(height, max(y + down for _, y, _, down in boxes) + AROUND, top + TALLEST)
    return Crop(
        document.id,
        document.name,
        evidence.page,
        evidence.quote,
        width,
        height,
        round(left, 1),
        round(top, 1),
        round(right - left, 1),
        round(bottom - top, 1),
        boxes,
        unfolded,
    )
