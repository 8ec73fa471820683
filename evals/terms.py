"""Scores the terms that were read in a document against what it states: values right, missing and wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

AMOUNTS = frozenset({"total_value", "not_to_exceed", "expense_cap", "advance", "retainage"})
NAMES = frozenset({"client", "provider"})
LOOSE = frozenset({"master_agreement", "governing_law", "document_number", "invoice_delivery", "po_number"})
LEGAL_FORM = re.compile(r"\b(plc|ltd|limited|llc|inc|dac|gmbh|ag|se|kg)\b")


@dataclass(frozen=True)
class Score:
    """Counts of values. `right` were read as stated, `missing` were not read, `wrong` were read but not stated."""

    right: int = 0
    missing: int = 0
    wrong: int = 0
    missed: tuple[str, ...] = ()
    false: tuple[str, ...] = ()

    def __add__(self, other: Score) -> Score:
        return Score(
            self.right + other.right,
            self.missing + other.missing,
            self.wrong + other.wrong,
            self.missed + other.missed,
            self.false + other.false,
        )

    @property
    def precision(self) -> float:
        """The share of read values that are right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """The share of stated values that were read."""
        return self.right / (self.right + self.missing) if self.right + self.missing else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(key: str, stated: Mapping[str, Sequence[Any]], read: Iterable[tuple[str, Any]]) -> Score:
    """Compare what document `key` states with the (field, value) pairs that were read."""
    by_field: dict[str, list[Any]] = {}
    for field, value in read:
        by_field.setdefault(field, []).append(value)
    total = Score()
    for field in {*stated, *by_field}:
        total += _field(f"{key}: {field}", field, list(stated.get(field, ())), by_field.get(field, []))
    return total


def _field(label: str, field: str, stated: list[Any], read: list[Any]) -> Score:
    left = list(stated)
    wrong: list[Any] = []
    for value in read:
        match = next((item for item in left if same(field, item, value)), None)
        if match is None:
            wrong.append(value)
        else:
            left.remove(match)
    return Score(
        len(stated) - len(left),
        len(left),
        len(wrong),
        tuple(f"{label} = {item}" for item in left),
        tuple(f"{label} = {item}" for item in wrong),
    )


def same(field: str, stated: Any, read: Any) -> bool:
    """Whether a value that was read means what is stated: names without legal form, amounts as numbers."""
    if isinstance(stated, dict):
        return _same_entry(field, stated, read)
    if isinstance(stated, bool) or isinstance(read, bool):
        return stated is read
    if field in AMOUNTS:
        return _amount(stated) == _amount(read)
    if field in NAMES:
        return _name(stated) == _name(read)
    one, other = _fold(stated), _fold(read)
    return one == other or (field in LOOSE and bool(other) and (one in other or other in one))


def _same_entry(field: str, stated: dict[str, Any], read: Any) -> bool:
    if field == "master_agreement":
        return same(field, stated["title"], read.get("title", "") if isinstance(read, dict) else read)
    if not isinstance(read, dict):
        return False
    if _amount(stated.get("amount")) != _amount(read.get("amount")):
        return False
    if field == "rates":
        role = stated.get("role")
        return stated.get("per") == read.get("per") and (role is None or _fold(role) == _fold(read.get("role") or ""))
    return _fold(stated["name"]) == _fold(read.get("name") or "") and stated.get("due") == read.get("due")


def _amount(value: Any) -> str:
    text = str(value).replace(",", "").strip()
    try:
        return format(Decimal(text.rstrip("%")).normalize(), "f") + ("%" if text.endswith("%") else "")
    except InvalidOperation:
        return text


def _name(value: Any) -> str:
    return re.sub(r"\s+", " ", LEGAL_FORM.sub(" ", _fold(value))).strip()


def _fold(value: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[^\w%@./ ]", " ", str(value).lower())).strip(" .")
