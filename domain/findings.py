"""What a billing prerequisite says of a project: a verdict with reasons, money, an owner and a way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from domain.money import Money
from domain.source import Evidence, Source


class Verdict(StrEnum):
    """`unknown` is "cannot determine": the finding names the system that would know. `waived`: people agreed to bill
    in spite of it, for a time; it holds no money.
    """

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"


class Severity(StrEnum):
    """`blocks`: no invoice may go out; `warns`: look before it does."""

    BLOCKS = "blocks"
    WARNS = "warns"


@dataclass(frozen=True)
class Remedy:
    """What clears a finding: a proposal's type with the arguments known so far, or only the advice in `text`."""

    text: str
    action_type: str | None = None
    arguments: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Waiver:
    """A rule that does not hold back one project (its id in the ERP) up to and including a day: who agreed, and why.

    `action` is the approved action that it stands on.
    """

    rule: str
    project: str
    until: date
    reason: str
    by: str
    action: str = ""


@dataclass(frozen=True)
class Finding:
    """One rule's verdict on one project for one period. `owner` is a role's title; `amount` what it holds back."""

    rule: str
    title: str
    verdict: Verdict
    severity: Severity
    reason: str
    owner: str
    amount: Money | None = None
    sources: tuple[Source, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    remedy: Remedy | None = None
    waiver: Waiver | None = None


@dataclass(frozen=True)
class Readiness:
    """A project's answer for a period: all findings, and the unbilled money split so that each amount counts once.

    unbilled = ready + blocked, all in the project's currency. `at_risk` is the part of the ready amount that a failed
    warning speaks against: it can be billed, and may be disputed. None in answers from before it was worked out.
    """

    project_id: str
    project_code: str | None
    project_name: str
    customer: str | None
    practice: str | None
    region: str | None
    period: str | None
    findings: tuple[Finding, ...]
    unbilled: Money
    ready: Money
    blocked: Money
    as_of: str
    at_risk: Money | None = None

    @property
    def status(self) -> str:
        """One of `billable`, `blocked`, `cannot_determine`, `nothing_to_bill`."""
        verdicts = {f.verdict for f in self.findings if f.severity is Severity.BLOCKS}
        if Verdict.FAIL in verdicts:
            return "blocked"
        if Verdict.UNKNOWN in verdicts:
            return "cannot_determine"
        return "billable" if self.ready.amount > 0 else "nothing_to_bill"


@dataclass(frozen=True)
class OpenTime:
    """A project's time of one day that is on no invoice, in one currency: approved, not, or None where nobody says.

    `entries` have a price and are worth `amount`; `unpriced` of the hours have none.
    """

    day: date
    approved: bool | None
    currency: str
    hours: Decimal
    amount: Decimal
    unpriced: Decimal
    entries: int
