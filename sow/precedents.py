"""What people corrected before on words like these: shown beside a term, and applied by nobody but a person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from domain.terms import TermStatus
from store import documents, precedents
from store.database import Connection
from store.documents import TermRow
from store.embedding import embedding
from store.precedents import PrecedentRow

ALIKE = 0.72  # chosen so that the same clause with other figures is above it in the tests; not measured beyond them
AROUND = 160  # characters of the clause to either side of the quote
MOST = 24  # terms of one document that are looked at


def said(term: TermRow, body: str) -> str:
    """The words that a term stands in: its quote with what surrounds it in the document's text."""
    if not term.evidence:
        return ""
    quote = term.evidence[0]
    low, high = max(0, quote.start - AROUND), min(len(body), quote.end + AROUND)
    before, after = body[low : quote.start], body[quote.end : high]
    # A quote is understood by its own clause: what stands beyond a blank line is another's.
    return " ".join((before.rsplit("\n\n", 1)[-1] + body[quote.start : quote.end] + after.split("\n\n", 1)[0]).split())


async def remember(connection: Connection, tenant: str, person: str, term: TermRow, after: object) -> None:
    """Keep a correction with its words, in the transaction that records it; one without a quote is none."""
    words = said(term, await documents.body(connection, term.document))
    if words:
        (meaning,) = await _meanings([words])
        await precedents.remember(connection, tenant, person, term, after=after, said=words, embedding=meaning)


async def alike(connection: Connection, document: str, terms: Sequence[TermRow]) -> dict[str, PrecedentRow]:
    """The nearest precedent of each term, by its id: only of terms that nobody decided, and that it would change."""
    known = await precedents.fields(connection, document)
    waiting = [t for t in terms if t.field in known and t.status in (TermStatus.PROPOSED, TermStatus.CONFLICT)][:MOST]
    if not waiting:
        return {}
    body = await documents.body(connection, document)
    meanings = await _meanings([said(term, body) for term in waiting])
    found: dict[str, PrecedentRow] = {}
    for term, meaning in zip(waiting, meanings, strict=True):
        near = await precedents.nearest(connection, term.field, meaning, besides=document)
        fitting = [one for one in near if one.similarity >= ALIKE and one.after != term.value]
        if fitting:
            found[term.id] = fitting[0]
    return found


async def _meanings(texts: Sequence[str]) -> list[list[float]]:
    return await asyncio.to_thread(lambda: [embedding().encode(text) for text in texts])
