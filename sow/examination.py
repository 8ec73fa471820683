"""A second look at a document's text, for instructions to a machine that no pattern of `sow.suspicion` knows.

It goes by the meaning of the words, with the embedding model, and so runs outside the process that reads documents,
which has neither memory nor time for that. What it finds is reported like what the patterns find.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from domain.terms import Warning as Notice
from policies.steering import line, passages
from sow.document import Reading
from store.embedding import Embedding, embedding

SUSPECTED = "injection_suspected"
MOST_PASSAGES = 400  # of one document, some seconds' work; hidden text goes first


async def examined(reading: Reading, model: Callable[[], Embedding] = embedding) -> Reading:
    """The reading with one more warning for each page on which a passage reads like such an instruction."""
    return replace(reading, warnings=(*reading.warnings, *await asyncio.to_thread(_steering, reading, model)))


def _steering(reading: Reading, model: Callable[[], Embedding]) -> tuple[Notice, ...]:
    known = {warning.page for warning in reading.warnings if warning.code == SUSPECTED}
    found: set[int | None] = set()
    for page, passage in islice(_passages(reading), MOST_PASSAGES):
        if page not in known | found and line().steers(model().encode(passage)):
            found.add(page)
    pages = sorted(found, key=lambda page: page or 0)
    return tuple(Notice(SUSPECTED, "Text reads like an instruction to a machine.", page) for page in pages)


def _passages(reading: Reading) -> Iterator[tuple[int | None, str]]:
    """Each passage worth a look with its page: of hidden text, then of each page."""
    for warning in reading.warnings:
        if warning.code == "hidden_text":
            hidden = warning.message.partition("“")[2].rpartition("”")[0]
            yield from ((warning.page, passage) for _, passage in passages(hidden))
    for page in reading.pages:
        yield from ((page.number, passage) for _, passage in passages(reading.text[page.start : page.end]))
