"""Two halves of a collection: rules are written looking at one, and checked on the other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

HALVES = ("looked_at", "checked")


def half(key: str) -> str:
    """The half that a document belongs to, by its id alone."""
    return HALVES[hashlib.sha256(key.encode()).digest()[0] % 2]


def ids(keys: Iterable[str], which: str) -> set[str]:
    """The ids of one half."""
    return {key for key in keys if half(key) == which}
