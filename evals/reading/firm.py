"""The demo firm's documents: every term of them is known, so every term must be right."""

from __future__ import annotations

import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from erp.demo.documents import write_all
from evals import terms, truth
from evals.reading.papers import Paper, Read, read_all

DAY = date(2026, 11, 2)  # the documents are dated from it; any working day will do


def measure(data: Path) -> dict[str, Any]:
    """Values right, missing and wrong; the misses by name. `data` is not needed: the firm is drawn here."""
    del data
    total = terms.Score()
    for item, read in zip(truth.documents(DAY), readings(), strict=True):
        total += terms.score(item.key, item.terms, [(term.field, term.value) for term in read.terms])
    return {
        "right": total.right,
        "missing": total.missing,
        "wrong": total.wrong,
        "misses": [*total.missed, *(f"{line} is not stated" for line in total.false)],
    }


@cache
def readings() -> tuple[Read, ...]:
    """What is read of the firm's documents, in the order of `truth.documents`."""
    with tempfile.TemporaryDirectory() as place:
        write_all(Path(place), today=DAY)
        return read_all(
            [
                Paper(item.key, item.file, (Path(place) / item.file).read_bytes(), item.password)
                for item in truth.documents(DAY)
            ]
        )
