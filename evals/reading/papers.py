"""Reads many documents at once, in processes of their own, and keeps what was read for the parts that follow."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from domain.errors import CountersignError
from domain.terms import Term
from sow.reading import read_document

PROCESSES = 2
EVERY = 25  # documents between two lines of progress


@dataclass(frozen=True)
class Paper:
    """A document to be read: its id in the answers, and its bytes."""

    id: str
    name: str
    data: bytes
    password: str | None = None


@dataclass(frozen=True)
class Read:
    """What was read of it; `terms` is empty and `error` a code where it could not be."""

    id: str
    text: str = ""
    terms: tuple[Term, ...] = ()
    error: str = ""

    def json(self) -> dict[str, Any]:
        """The line that a scorer of `countersign extract --jsonl` expects."""
        terms = [
            {
                "field": term.field,
                "value": term.value,
                "confidence": term.confidence,
                "evidence": [{"quote": item.quote} for item in term.evidence],
            }
            for term in self.terms
        ]
        return {"id": self.id, "terms": terms}

    def values(self, field: str, *, others: bool = False) -> list[Any]:
        """The values of a field, with the alternatives that a person is shown if `others`."""
        found = [term for term in self.terms if term.field == field]
        return [v for term in found for v in (term.value, *(term.alternatives if others else ()))]


def read_all(papers: Sequence[Paper]) -> tuple[Read, ...]:
    """Read them, in their order."""
    done: list[Read] = []
    with ProcessPoolExecutor(PROCESSES) as pool:
        for read in pool.map(_read, papers):
            done.append(read)
            if len(done) % EVERY == 0:
                print(f"  {len(done)} of {len(papers)}", file=sys.stderr)
    return tuple(done)


def _read(paper: Paper) -> Read:
    try:
        reading = read_document(paper.data, paper.name, password=paper.password)
    except CountersignError as error:
        return Read(paper.id, error=error.code)
    return Read(paper.id, reading.text, reading.terms)
