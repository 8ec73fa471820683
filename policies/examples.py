"""Examples of what policy must answer, kept beside the rules as TOML and run as tests (`countersign policy test`).

`never.toml` holds what no policy of any firm may ever allow: a change of policy that does is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from pydantic import Field

from domain.actions import Action, ActionState, Decision, Image, Intent, PolicyVerdict, Step
from domain.actor import Actor, Operation, Role
from domain.errors import ConfigurationError
from domain.money import Money
from policies.engine import FOLDER, Policies
from policies.origins import Kind
from policies.rule import Strict, Window

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NEVER = FOLDER / "never.toml"


class _Person(Strict):
    person: str
    roles: tuple[Role, ...] = ()
    limit: Decimal | None = None
    tenant: str = "ours"
    service: bool = False
    through_agent: bool = False

    def actor(self, currency: str) -> Actor:
        limit = None if self.limit is None else Money(self.limit, currency)
        run = "a turn" if self.through_agent else None
        return Actor(self.tenant, self.person, self.person, frozenset(self.roles), limit, run, service=self.service)


class _Step(Strict):
    role: str
    count: int = 1
    limited: bool = True
    stage: int = 1
    escalates_to: str | None = None


class _Decided(Strict):
    person: str
    step: int = 0
    verdict: str = "approve"
    on_behalf_of: str | None = None


class _Proposal(Strict):
    proposer: str = "priya"
    steps: tuple[_Step, ...] = (_Step(role="approver"),)
    amount: Decimal | None = None
    editor: str | None = None
    touched: tuple[str, ...] = ()
    decided: tuple[_Decided, ...] = ()
    escalated: bool = False
    state: ActionState = ActionState.AWAITING_APPROVAL
    overdue: bool = False

    def action(self, currency: str) -> Action:
        money = None if self.amount is None else Money(self.amount, currency)
        chain = tuple(Step(**step.model_dump()) for step in self.steps)
        return Action(
            id="example",
            tenant="ours",
            type="example",
            state=self.state,
            intent=Intent("example", {}, "An example", amount=money),
            digest="",
            before=Image({}),
            verdict=PolicyVerdict(True, chain, (), (), ""),
            proposer=self.proposer,
            proposer_name=self.proposer,
            agent_run=None,
            created_at=NOW,
            expires_at=NOW + timedelta(days=1),
            changes=(),
            decisions=tuple(_decision(one) for one in self.decided),
            overdue=self.overdue,
            editor=self.editor,
            touched=self.touched,
            escalated_at=NOW if self.escalated else None,
        )


def _decision(one: _Decided) -> Decision:
    return Decision("", one.person, one.person, one.verdict, "", "", one.step, NOW, one.on_behalf_of)


class _Example(Strict):
    """`for` names rules that must have given the answer, `against` rules that must not have."""

    says: str
    speaks: tuple[str, ...] = Field((), alias="for")
    silent: tuple[str, ...] = Field((), alias="against")

    def wrong(self, rules: Iterable[str]) -> str:
        given = set(rules)
        missing, surplus = set(self.speaks) - given, set(self.silent) & given
        if missing:
            return f"{', '.join(sorted(missing))} did not speak, but {', '.join(sorted(given)) or 'nothing'} did"
        return f"{', '.join(sorted(surplus))} spoke" if surplus else ""


class Authorized(_Example):
    """A question to the authorization policies, on a proposal where one is given."""

    actor: _Person
    operation: Operation
    allowed: bool
    tenant: str = "ours"
    proposal: _Proposal | None = None
    on_behalf_of: _Person | None = None

    def failure(self, policies: Policies) -> str:
        """What is wrong with the answer of these policies; empty when nothing is."""
        currency = policies.matrix.currency
        actor = self.actor.actor(currency)
        if self.proposal is not None:
            lent = self.on_behalf_of.actor(currency) if self.on_behalf_of else None
            answer = policies.may_decide(actor, self.proposal.action(currency), lent)
        else:
            answer = policies.authorize(actor, self.operation, {"tenant": self.tenant})
        if answer.allowed != self.allowed:
            return f"the answer is {'yes' if answer.allowed else 'no'}, by {', '.join(answer.rules)}"
        return self.wrong(answer.rules)


class Approved(_Example):
    """An intent for the approval matrix; `earlier` are sums by whose they are, in its currency, `origins` where
    the values of its fields come from.
    """

    action: str
    amount: Decimal | None = None
    currency: str | None = None
    customer: str | None = "A customer"
    project_code: str | None = None
    practice: str | None = None
    region: str | None = None
    earlier: dict[str, Decimal] = Field(default_factory=dict[str, Decimal])
    origins: dict[str, Kind] = Field(default_factory=dict[str, Kind])
    on: date = NOW.date()
    denied: bool = False
    people: int | None = None
    at_least: int = 0

    def failure(self, policies: Policies) -> str:
        """What is wrong with the verdict of this matrix; empty when nothing is."""
        verdict = policies.matrix.judge(
            self._intent(policies.matrix.currency),
            "",
            on=self.on,
            earlier=self._earlier(policies),
            origins=self.origins,
        )
        count = sum(step.count for step in verdict.chain)
        if verdict.allowed == self.denied:
            return f"it is {'allowed' if verdict.allowed else 'denied'}: {' '.join(verdict.reasons)}"
        if (self.people is not None and count != self.people) or (verdict.allowed and count < self.at_least):
            return f"{count} people are asked"
        return self.wrong(verdict.rules)

    def _intent(self, currency: str) -> Intent:
        money = None if self.amount is None else Money(self.amount, self.currency or currency)
        return Intent(
            self.action,
            dict.fromkeys(self.origins, "a value"),
            self.says,
            amount=money,
            project_code=self.project_code,
            customer=self.customer,
            practice=self.practice,
            region=self.region,
        )

    def _earlier(self, policies: Policies) -> dict[Window, tuple[Money, ...]]:
        currency = policies.matrix.currency
        return {
            window: (Money(self.earlier.get(window.per, Decimal(0)), currency),)
            for window in policies.windows(self.action)
        }


class Examples(Strict):
    """The examples of one file, or of several put together."""

    authorization: tuple[Authorized, ...] = ()
    approval: tuple[Approved, ...] = ()

    @classmethod
    def of(cls, paths: Sequence[Path]) -> Examples:
        """Read these files. Raises ConfigurationError naming the one that cannot be used."""
        found = [_read(path) for path in paths]
        return cls(
            authorization=tuple(one for part in found for one in part.authorization),
            approval=tuple(one for part in found for one in part.approval),
        )

    def __len__(self) -> int:
        return len(self.authorization) + len(self.approval)

    def failures(self, policies: Policies) -> list[str]:
        """Each example that these policies do not answer as it says, with what is wrong."""
        found = [(one.says, one.failure(policies)) for one in (*self.authorization, *self.approval)]
        return [f"{says}: {wrong}" for says, wrong in found if wrong]

    def uncovered(self, policies: Policies) -> list[str]:
        """Rules without an example for or one against them."""
        parts = (
            ("authorization.cedar", policies.authorizer.notes, self.authorization),
            ("approval.toml", [one.id for one in (*policies.matrix.rule, *policies.matrix.origin)], self.approval),
        )
        return [
            f"{file}: {rule} has no example {what} it"
            for file, rules, examples in parts
            for rule in rules
            for what, named in (
                ("for", {name for one in examples for name in one.speaks}),
                ("against", {name for one in examples for name in one.silent}),
            )
            if rule not in named
        ]


def _read(path: Path) -> Examples:
    try:
        return Examples.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path.name} cannot be used: {error}") from error


def beside(folder: Path) -> list[Path]:
    """The example files in a folder of policy files."""
    return sorted(folder.glob("*.examples.toml"))


def forbidden(policies: Policies) -> list[str]:
    """What these policies would allow although no policy may."""
    return Examples.of([NEVER]).failures(policies)
