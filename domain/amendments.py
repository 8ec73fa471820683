"""What a document says it changes in another one: whom it amends, and each effect with the clause that states it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from domain.source import Evidence

Operation = Literal["replaces", "adds", "deletes", "extends", "increases", "decreases"]


@dataclass(frozen=True)
class Reference:
    """What is amended, in the amendment's words: its kind ("Statement of Work"), number and date (ISO 8601)."""

    kind: str
    number: str
    dated: str | None
    evidence: Evidence


@dataclass(frozen=True)
class Effect:
    """One change.

    `clause` is the amended document's, `by` the amendment's own. `field`, `entry` (a role or milestone), `value` and
    `before` are there where a term is named; a change that is only stated as a difference has `delta`: an amount, a
    share ("3%") or an ISO 8601 duration. `since` is a date of its own, where it has one. `start`/`end` is the range of
    the amendment's text that the effect covers: the terms stated there come by this effect.
    """

    operation: Operation
    evidence: Evidence
    start: int
    end: int
    by: str = ""
    clause: str = ""
    field: str | None = None
    entry: str = ""
    value: Any = None
    before: Any = None
    delta: str | None = None
    since: str | None = None


@dataclass(frozen=True)
class Amendment:
    """An amendment or change order: its own number, from when it holds (ISO 8601), what it amends, and how."""

    kind: str
    number: str
    effective: str | None
    references: tuple[Reference, ...]
    effects: tuple[Effect, ...]
