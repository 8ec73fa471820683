"""A fact that no connected system can give is a value of its own: neither "ok" nor "missing"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unknown:
    """Why a fact is not known, and which kind of system would know it."""

    reason: str
    system: str = ""

    def __bool__(self) -> bool:
        return False
