"""What becomes of carrying an action out: each attempt with its answer, and a person's word where none could tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """How an attempt ended. `no_answer` and `closed` may be followed by what the ERP says later: `found`, `nothing`."""

    WRITTEN = "written"
    STALE = "stale"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    CLOSED = "closed"
    NO_ANSWER = "no_answer"
    FOUND = "found"
    NOTHING = "nothing"

    @property
    def empty(self) -> bool:
        """Whether the ERP is known to hold nothing of it, now and later."""
        return self in {Outcome.STALE, Outcome.REFUSED, Outcome.NOT_SENT, Outcome.NOTHING}


@dataclass(frozen=True)
class Attempt:
    """One attempt to write; without `ended` it is under way, or its worker died."""

    attempt: int
    worker: str
    begun: datetime
    lease_until: datetime
    ended: datetime | None = None
    outcome: Outcome | None = None
    detail: str = ""


@dataclass(frozen=True)
class Resolution:
    """What a person said of an action that waited for them, in the state and after the attempt that they saw."""

    id: str
    attempt: int
    state: str
    verdict: str  # took_effect | did_not | accepted | replayed
    person: str
    person_name: str
    reason: str
    at: datetime

    @property
    def replays(self) -> bool:
        """Whether it had the action tried again."""
        return self.verdict == "replayed"
