"""Tables that people take with them: as CSV that a spreadsheet reads as text and numbers, and nothing else.

A text that a spreadsheet would take for a formula is made harmless (OWASP, CSV injection), as names come from other
people's systems.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from api.formats import as_money, line
from domain.visible import hidden

FORMULA = frozenset("=+-@")
LAYOUT = ("\t", "\r", "\n")
CSV = "text/csv; charset=utf-8"


def as_csv(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """RFC 4180 with a byte order mark, without which Excel takes UTF-8 for another encoding."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(title) for title in columns])
    writer.writerows([harmless(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def harmless(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula: not behind blanks, and not in other widths either."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = str(value)
    first = next((mark for mark in text if not (mark.isspace() or hidden(mark))), "")
    taken = text.startswith(LAYOUT) or unicodedata.normalize("NFKC", first)[:1] in FORMULA
    return f"'{text}" if taken else text


def block_csv(block: Mapping[str, Any]) -> bytes:
    """A table of an answer (its block as JSON): each amount of money as two columns, the number and its currency."""
    rows = [[cell["value"] for cell in row] for row in block["rows"]]
    money = [any(as_money(row[at]) for row in rows) for at in range(len(block["columns"]))]
    head = [name for at, title in enumerate(block["columns"]) for name in _titles(title, money=money[at])]
    cells = ([cell for at, value in enumerate(row) for cell in _cells(value, money=money[at])] for row in rows)
    return as_csv(head, cells)


def _titles(title: str, *, money: bool) -> list[str]:
    return [title, f"{title}, currency"] if money else [title]


def _cells(value: Any, *, money: bool) -> list[object]:
    found = as_money(value)
    if money and found:
        return [found.amount, found.currency]
    said = value if isinstance(value, int | Decimal) and not isinstance(value, bool) else line(value, short=False)
    return [Decimal(said) if isinstance(said, int) else said, *([""] if money else [])]
