"""What the harness itself did and saw in a run: the only thing beside the ERPs that the oracle believes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.adversary.ledger import Effect

SESSION, TOKEN, NOTHING = "session", "token", "nothing"


@dataclass(frozen=True)
class Violation:
    """A promise broken: `kind` is unapproved, different, twice, read, ungrounded, decision, told or
    database.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A proposal as a person saw it."""

    tenant: str
    action: str
    type: str
    digest: str
    arguments: Mapping[str, Any]
    before: Mapping[str, Any]
    changes: Mapping[str, Any]  # field to its value afterwards
    origins: Mapping[str, Any]
    expires_at: datetime


@dataclass(frozen=True)
class Vote:
    """One try to decide, by a person's own hand (`own`) or by an attacker with a credential of theirs.

    `wrong` says, by the oracle's own rules, why it must not be accepted; `shown` is what the person had before them.
    """

    at: int
    tenant: str
    person: str
    action: str
    verdict: str
    shown: Shown | None
    own: bool
    accepted: bool
    wrong: tuple[str, ...]
    how: str
    behalf: str = ""

    @property
    def people(self) -> frozenset[str]:
        """Everyone whose word this is."""
        return frozenset({self.person, self.behalf} - {""})


@dataclass(frozen=True)
class Delegation:
    """One person's word that another decides in their place from `since` on; no types: all."""

    id: str
    delegator: str
    delegate: str
    types: frozenset[str]
    limit: Decimal | None
    since: int


@dataclass(frozen=True)
class Freeze:
    """A stop of everything (no type) or of one type of action in a firm, from `since` on."""

    id: str
    tenant: str
    type: str | None
    since: int


@dataclass(frozen=True)
class Standing:
    """What a person may do from `since` on."""

    since: int
    roles: frozenset[str]
    limit: Decimal | None


@dataclass
class Record:
    """A run's own memory. `tick` gives every event its place in one order."""

    now: int = 0
    votes: list[Vote] = field(default_factory=list[Vote])
    proposers: dict[str, str] = field(default_factory=dict[str, str])
    proposed: dict[str, int] = field(default_factory=dict[str, int])  # action to when
    firms: dict[str, str] = field(default_factory=dict[str, str])  # action to tenant
    digests: dict[str, str] = field(default_factory=dict[str, str])
    shown: dict[str, Shown] = field(default_factory=dict[str, Shown])
    editors: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    replaced: dict[str, int] = field(default_factory=dict[str, int])
    delegations: list[Delegation] = field(default_factory=list[Delegation])
    ended: dict[str, int] = field(default_factory=dict[str, int])  # delegation to when
    freezes: list[Freeze] = field(default_factory=list[Freeze])
    thawed: dict[str, int] = field(default_factory=dict[str, int])  # freeze to when
    withdrawn: dict[str, int] = field(default_factory=dict[str, int])
    standings: dict[str, list[Standing]] = field(default_factory=dict[str, list[Standing]])
    given: dict[str, Effect] = field(default_factory=dict[str, "Effect"])  # action to the change of rights it made
    said: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # tenant to what its people wrote
    documents: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # tenant to its documents' texts
    uploads: dict[str, str] = field(default_factory=dict[str, str])  # document to who brought it
    names: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # tenant to its documents' names
    reports: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    violations: list[Violation] = field(default_factory=list[Violation])
    story: list[str] = field(default_factory=list[str])

    def tick(self) -> int:
        """The next moment of the run."""
        self.now += 1
        return self.now

    def standing(self, person: str, at: int | None = None) -> Standing:
        """What a person was in their firm at a moment (now, if none is given)."""
        moment = self.now if at is None else at
        return [one for one in self.standings[person] if one.since <= moment][-1]

    def delegation(self, delegate: str, delegator: str, action_type: str, at: int) -> Delegation | None:
        """The word by which one decides in another's place at a moment, if there is one."""
        for one in self.delegations:
            these = (one.delegate, one.delegator) == (delegate, delegator)
            fits = these and (not one.types or action_type in one.types)
            if fits and one.since <= at <= self.ended.get(one.id, at):
                return one
        return None

    def broken(self, kind: str, text: str) -> None:
        """Count a violation, each once."""
        if Violation(kind, text) not in self.violations:
            self.violations.append(Violation(kind, text))

    def accepted(self, action: str, verdict: str) -> Sequence[Vote]:
        """The accepted votes on an action, in their order."""
        return [vote for vote in self.votes if vote.action == action and vote.verdict == verdict and vote.accepted]
