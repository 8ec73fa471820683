"""Grant proposals with a table or a list of milestones: are all of them read, each with its amount?

Only proposals whose milestones add up to their total are asked: there the collection is sure of every amount.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from evals.reading.halves import HALVES, half
from evals.reading.papers import Paper, Read, read_all

Row = dict[str, Any]


def measure(data: Path) -> dict[str, Any]:
    """`whole` is the share of proposals of which every milestone is read and no other."""
    if not _file(data).is_file():
        return {"skipped": "no grant proposals"}
    pairs = list(zip(rows(data), readings(data), strict=True))
    whole = {row["id"]: _stated(row) == _read(read) for row, read in pairs}
    halves = {which: [ok for key, ok in whole.items() if half(key) == which] for which in HALVES}
    return {
        "proposals": len(whole),
        "whole": round(sum(whole.values()) / len(whole), 3),
        **{which: round(sum(told) / len(told), 3) if told else None for which, told in halves.items()},
        "not_whole": sorted(key for key, ok in whole.items() if not ok),
    }


def _file(data: Path) -> Path:
    return data / "sow_real" / "w3f_grants_dev.jsonl"


@cache
def rows(data: Path) -> tuple[Row, ...]:
    """The proposals that are asked."""
    lines = _file(data).read_text("utf-8").splitlines()
    return tuple(row for row in map(json.loads, lines) if row["milestone_sum_matches_total"])


@cache
def readings(data: Path) -> tuple[Read, ...]:
    """What is read of them, in the same order."""
    return read_all([Paper(row["id"], f"{row['id']}.md", row["text"].encode()) for row in rows(data)])


def _stated(row: Row) -> Counter[Decimal]:
    return Counter(Decimal(str(stone["cost"])).normalize() for stone in row["derived"]["milestones"])


def _read(read: Read) -> Counter[Decimal]:
    amounts = (str(value["amount"] or "") for value in read.values("milestones"))
    return Counter(Decimal(amount).normalize() for amount in amounts if amount and "%" not in amount)
