"""A second look at a document's text, for instructions to a machine that no pattern of `sow.suspicion` knows.

It goes by the meaning of the words, with the embedding model, and so runs outside the process that reads documents,
which has neither memory nor time for that. What it finds is reported like what the patterns find.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from itertools import islice

from domain.terms import Warning as Notice
from policies.steering import line, passages
from sow.document import Reading
from store.embedding import Embedding, embedding

SUSPECTED, UNUSUAL = "injection_suspected", "unusual_wording"
EXCERPT = 90  # characters
MOST_PASSAGES = 400  # of one document, some seconds' work; hidden text goes first


async def examined(
    reading: Reading, model: Callable[[], Embedding] = embedding, processes: Executor | None = None
) -> Reading:
    """The reading with a warning for each page with a passage that reads like such an instruction, and one for those
    with a passage of which a person should judge. Worked out in one of the `processes`, else in a thread.
    """
    loop = asyncio.get_running_loop()
    return replace(
        reading, warnings=(*reading.warnings, *await loop.run_in_executor(processes, _judged, reading, model))
    )


def _judged(reading: Reading, model: Callable[[], Embedding]) -> tuple[Notice, ...]:
    known = {warning.page for warning in reading.warnings if warning.code == SUSPECTED}
    looked = [found for found in islice(_passages(reading), MOST_PASSAGES) if found[0] not in known]
    texts = list(dict.fromkeys(passage for _, passage in looked))
    meanings = dict(zip(texts, model().encode_many(texts), strict=True))
    sure: set[int | None] = set()
    doubtful: dict[int | None, str] = {}
    for page, passage in looked:
        judged = "" if page in sure else line().judged(meanings[passage])
        if judged == "sure":
            sure.add(page)
        elif judged == "doubt":
            doubtful.setdefault(page, passage)
    suspected = [Notice(SUSPECTED, "Text reads like an instruction to a machine.", page) for page in _in_order(sure)]
    unusual = [page for page in _in_order(doubtful) if page not in sure]
    return (*suspected, *([_unusual(unusual, doubtful[unusual[0]])] if unusual else []))


def _unusual(pages: list[int | None], passage: str) -> Notice:
    others = f" Pages with such wording: {', '.join(str(page) for page in pages if page)}." if len(pages) > 1 else ""
    excerpt = passage if len(passage) <= EXCERPT else passage[:EXCERPT] + "…"
    return Notice(
        UNUSUAL, f"“{excerpt}” is unusual in a contract; look whether it addresses a machine.{others}", pages[0]
    )


def _in_order(pages: Iterable[int | None]) -> list[int | None]:
    return sorted(pages, key=lambda page: page or 0)


def _passages(reading: Reading) -> Iterator[tuple[int | None, str]]:
    """Each passage worth a look with its page: of hidden text, then of each page."""
    for warning in reading.warnings:
        if warning.code == "hidden_text":
            hidden = warning.message.partition("“")[2].rpartition("”")[0]
            yield from ((warning.page, passage) for passage in passages(hidden))
    for page in reading.pages:
        yield from ((page.number, passage) for passage in passages(reading.text[page.start : page.end]))
