"""An action is a typed intent on one system of record, and its life from proposal to verified write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.money import Money
from domain.source import Evidence, Source


class ActionState(StrEnum):
    """`diverged` and `unknown` wait for a person; all others are on the way or final."""

    DENIED = "denied"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    EXECUTING = "executing"
    EXECUTED = "executed"
    VERIFIED = "verified"
    DIVERGED = "diverged"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    STALE = "stale"
    FAILED = "failed"
    UNKNOWN = "unknown"
    COMPENSATED = "compensated"


@dataclass(frozen=True)
class Reading:
    """One term as a value was taken from it: its field, its value at that moment, and a quote of its document (id)."""

    field: str
    value: Any
    document: str
    quote: str


@dataclass(frozen=True)
class Origin:
    """Where the value of one argument comes from: `document`, `erp`, `person` or `policy`.

    `terms` are all that a document's value was taken from; `evidence` are the quotes that a person is shown.
    """

    kind: str
    source: Source | None = None
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    terms: tuple[Reading, ...] = ()


@dataclass(frozen=True)
class Image:
    """The ERP's state that an action touches: named fields, and version stamps by record ("model,id")."""

    fields: Mapping[str, Any]
    versions: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Intent:
    """What someone wants to propose. `arguments` are JSON (money as decimal strings, dates ISO 8601).

    `risk` is the customer's risk class, which policy alone assigns; `contracts` are the numbers of the contracts whose
    reports it rests on. `customer_id` is the ERP's, and stays what it is when somebody renames the customer.
    """

    action_type: str
    arguments: Mapping[str, Any]
    summary: str
    reasons: tuple[str, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict[str, Origin])
    amount: Money | None = None
    project_code: str | None = None
    customer: str | None = None
    practice: str | None = None
    region: str | None = None
    risk: str | None = None
    finding: str | None = None
    document: str | None = None
    thread: str | None = None
    contracts: tuple[str, ...] = ()
    customer_id: str | None = None


COUNTS = ("no", "one", "two", "three", "four", "five", "six")


@dataclass(frozen=True)
class Step:
    """One step of an approval chain: `count` people of `role`; `limited` asks each for a limit that covers it.

    Steps of one `stage` are taken in any order; a later stage waits for all of an earlier one. Once policy escalates
    the action, people of `escalates_to` may take the step too.
    """

    role: str
    count: int = 1
    limited: bool = True
    stage: int = 1
    escalates_to: str | None = None

    @property
    def asked(self) -> str:
        """Who is asked, in words: "one approver", "two project managers"."""
        number = COUNTS[self.count] if self.count < len(COUNTS) else str(self.count)
        return f"{number} {self.role.replace('_', ' ')}{'' if self.count == 1 else 's'}"


@dataclass(frozen=True)
class Deadlines:
    """When policy reminds, asks those above, and closes, in days from the proposal (None: never); and how fresh a
    session must be to approve, in minutes (None: as fresh as any).
    """

    days_to_decide: int
    remind_after_days: int | None = None
    escalate_after_days: int | None = None
    reauthenticate_after_minutes: int | None = None


@dataclass(frozen=True)
class PolicyVerdict:
    """What policy says of an action. For writes to a system of record there is no plain permission."""

    allowed: bool
    chain: tuple[Step, ...]
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    digest: str
    deadlines: Deadlines | None = None


@dataclass(frozen=True)
class Decision:
    """What one person decided on the digest that they saw; as a delegate, also in whose place."""

    id: str
    person: str
    person_name: str
    verdict: str  # approve | reject
    reason: str
    digest: str
    step: int
    decided_at: datetime
    on_behalf_of: str | None = None
    on_behalf_of_name: str = ""

    @property
    def people(self) -> frozenset[str]:
        """Everyone whose word this is: the person, and whom they stood in for."""
        return frozenset({self.person, *([self.on_behalf_of] if self.on_behalf_of else [])})


@dataclass(frozen=True)
class FieldChange:
    """One line of an action's difference, as a reviewer sees it."""

    field: str
    label: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Action:
    """A proposal and all that became of it. `attempt` counts writes; `overdue`: the time to decide is up.

    An edit makes a new version: another action, whose `previous` is the one it supersedes (that one's `successor`).
    `touched` are the people who changed a term or record that it rests on: none of them approves it alone.
    """

    id: str
    tenant: str
    type: str
    state: ActionState
    intent: Intent
    digest: str
    before: Image
    verdict: PolicyVerdict
    proposer: str
    proposer_name: str
    agent_run: str | None
    created_at: datetime
    expires_at: datetime
    changes: tuple[FieldChange, ...]
    decisions: tuple[Decision, ...] = ()
    after: Image | None = None
    record: Source | None = None
    problem: str = ""
    updated_at: datetime | None = None
    attempt: int = 0
    overdue: bool = False
    version: int = 1
    previous: str | None = None
    successor: str | None = None
    editor: str | None = None
    editor_name: str = ""
    compensates: str | None = None
    touched: tuple[str, ...] = ()
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None

    @property
    def dependent(self) -> frozenset[str]:
        """Whose approval is not enough by itself: who proposed it, edited it, or changed what it rests on."""
        return frozenset({self.proposer, *self.touched, *([self.editor] if self.editor else [])})
