"""Documents that were kept before their words beside other agreements were: read once more, for those words alone.

Nothing else of the first reading changes. A quote counts only where it stands in the text that is kept.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from domain.actor import Actor
from domain.errors import CountersignError
from domain.masters import Bearing
from domain.source import Evidence
from sow.sandbox import read_sandboxed
from store import audit, documents
from store.database import Database

log = logging.getLogger(__name__)
FIRST = "00000000-0000-0000-0000-000000000000"


async def reread(database: Database, actor: Actor) -> int:
    """Read what is missing of all documents of the tenant, one after the other; how many it was.

    One that can no longer be read stays as it is, and is tried again the next time.
    """
    done, at = 0, FIRST
    while True:
        async with database.tenant(actor.tenant) as connection:
            found = await documents.unread_bearing(connection, at)
            if found is None:
                return done
            row, data, text = (
                await documents.get(connection, found),
                await documents.content(connection, found),
                await documents.body(connection, found),
            )
        at = found
        try:
            reading = await read_sandboxed(data, row.name)
        except CountersignError as error:
            log.warning("document %s is not read once more: %s", found, error.detail)
            continue
        async with database.tenant(actor.tenant) as connection:
            await documents.set_bearing(connection, found, standing(reading.bearing, text))
            await audit.append(connection, actor, "document.bearing_read", f"document:{found}", {"sha256": row.sha256})
        done += 1


def standing(found: Bearing, text: str) -> Bearing:
    """The words that stand in this text, each where it stands there."""
    ranks = tuple(replace(rank, evidence=place) for rank in found.ranks for place in _placed([rank.evidence], text))
    return Bearing(found.title, ranks, tuple(_placed(found.rates, text)))


def _placed(quotes: Sequence[Evidence], text: str) -> Iterator[Evidence]:
    for quote in quotes:
        start = quote.start if text.startswith(quote.quote, quote.start) else text.find(quote.quote)
        if start >= 0:
            yield replace(quote, start=start, end=start + len(quote.quote))
