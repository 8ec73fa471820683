"""CUAD: contracts of all kinds with people's answers, read for what its questions and our fields have in common.

A date counts only where the annotators' own text writes it out (`date_written_in_span`). CUAD asks for the date of the
agreement and the date on which it takes effect; ours is one field, so the first may also be among its alternatives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evals.reading.halves import HALVES, half
from evals.reading.papers import Paper, Read, read_all
from evals.reading.scorer import rules, script

NO_NAME = re.compile(r"(?i)\bpart(?:y|ies)\b|^\s*(?:collectively|each|together)\b")
DATES = {"agreement_date": "effective_date", "effective_date": "effective_date", "expiration_date": "end_date"}
DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}

Row = dict[str, Any]
Same = Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Tally:
    """Values stated, given, and right."""

    stated: int = 0
    given: int = 0
    right: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.stated + other.stated, self.given + other.given, self.right + other.right)

    def json(self) -> dict[str, Any]:
        """Counts, precision, recall and F1."""
        precision = self.right / self.given if self.given else 0.0
        recall = self.right / self.stated if self.stated else 0.0
        f1 = 2 * self.right / (self.stated + self.given) if self.stated + self.given else 0.0
        return {
            "f1": round(f1, 3),
            "precision": round(precision, 3),
            "recall": round(recall, 3),
            "stated": self.stated,
        }


def measure(data: Path) -> dict[str, Any]:
    """Each question's figures over all contracts, and the F1 of each half of them."""
    if not (data / "cuad" / "cuad_dev.jsonl").is_file() or not script(data).is_file():
        return {"skipped": "no cuad, or no scorer beside the data"}
    judged = Judge(script(data))
    pairs = list(zip(rows(data), readings(data), strict=True))
    asked: dict[str, Callable[[Row, Read], Tally]] = {
        "parties": judged.parties,
        **{name: lambda row, read, name=name: judged.date(name, row, read) for name in DATES},
        "governing_law": judged.law,
        "renewal_notice": judged.renewal_notice,
        "termination_for_convenience": judged.convenience,
    }
    return {
        "documents": len(pairs),
        **{name: _over(pairs, tally) for name, tally in asked.items()},
        "both_parties_named": round(sum(judged.both(row, read) for row, read in pairs) / len(pairs), 3),
    }


def _over(pairs: Sequence[tuple[Row, Read]], tally: Callable[[Row, Read], Tally]) -> dict[str, Any]:
    counted = [(half(row["id"]), tally(row, read)) for row, read in pairs]
    halves = {which: sum((t for h, t in counted if h == which), Tally()).json()["f1"] for which in HALVES}
    return sum((t for _, t in counted), Tally()).json() | halves


@cache
def rows(data: Path) -> tuple[Row, ...]:
    """The contracts with their answers."""
    lines = (data / "cuad" / "cuad_dev.jsonl").read_text("utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


@cache
def readings(data: Path) -> tuple[Read, ...]:
    """What is read of them, in the same order."""
    return read_all([Paper(row["id"], f"{row['id']}.txt", row["text"].encode()) for row in rows(data)])


class Judge:
    """Compares one contract's answers with what was read; names and places are the same as the scorer has it."""

    def __init__(self, path: Path) -> None:
        self._rules = rules(path)

    def parties(self, row: Row, read: Read) -> Tally:
        """All names, whichever party each is; alternatives are shown to a person and count as given."""
        return self._matched("client", self.names(row), self._named(read))

    def both(self, row: Row, read: Read) -> bool:
        """Whether two parties (or the one that is stated) are named."""
        return self.parties(row, read).right >= min(2, len(self.names(row)))

    def names(self, row: Row) -> list[str]:
        """The names of the parties, without what only tells how all of them are called."""
        return [party["name"] for party in row["answers"]["parties"] if not NO_NAME.search(party["name"])]

    def _named(self, read: Read) -> list[str]:
        return [name for field in ("client", "provider") for name in read.values(field, others=True)]

    def law(self, row: Row, read: Read) -> Tally:
        """States and countries."""
        return self._matched("governing_law", row["answers"].get("governing_law") or [], read.values("governing_law"))

    def _matched(self, field: str, stated: Iterable[str], given: Iterable[str]) -> Tally:
        gold = sorted({self._rules.normal(field, value) for value in stated})
        told = sorted({self._rules.normal(field, value) for value in given})
        return Tally(len(gold), len(told), self._rules.match(field, gold, told))

    def date(self, name: str, row: Row, read: Read) -> Tally:
        """One date, where it is written out; what is given elsewhere is not judged."""
        if row["flags"].get(name) != "date_written_in_span":
            return Tally()
        stated = {str(value) for value in row["answers"][name]}
        given = read.values(DATES[name], others=name == "agreement_date")
        return Tally(1, int(bool(given)), int(bool(stated & set(given))))

    def renewal_notice(self, row: Row, read: Read) -> Tally:
        """Days, a month being 30 of them."""
        answers = row["answers"].get("notice_period_to_terminate_renewal") or []
        stated = {a["n"] * DAYS[a["unit"]] for a in answers if isinstance(a, dict) and a.get("n")}
        given = {*read.values("renewal_notice_days")}
        return Tally(int(bool(stated)), int(bool(given)), int(bool(stated & given)))

    def convenience(self, row: Row, read: Read) -> Tally:
        """Whether it may be terminated without cause: ours is the notice that this needs."""
        stated = bool(row["answers"]["termination_for_convenience"])
        given = bool(read.values("termination_convenience_days"))
        return Tally(int(stated), int(given), int(stated and given))
