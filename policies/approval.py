"""The approval matrix: from an action's type and amount to the chain of people who must countersign it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from domain.actions import Decision, Intent, PolicyVerdict, Step
from domain.actor import Role
from domain.money import Money


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Step(_Strict):
    role: Role
    count: int = Field(1, ge=1)
    limited: bool = True
    stage: int = Field(1, ge=1)


class _Rates(_Strict):
    date: date
    per_unit: dict[str, Decimal]


class _Rule(_Strict):
    id: str
    action: str
    reason: str
    above: Decimal | None = None
    up_to: Decimal | None = None
    forbid: bool = False
    chain: tuple[_Step, ...] = ()

    def covers(self, action_type: str, amount: Decimal | None) -> bool:
        if self.action != action_type:
            return False
        if self.above is None and self.up_to is None:
            return True
        if amount is None:
            return False
        return (self.above is None or amount > self.above) and (self.up_to is None or amount <= self.up_to)


class Matrix(_Strict):
    """The matrix as loaded from `approval.toml`. Thresholds are amounts in `currency`."""

    currency: str
    days_to_decide: int = Field(ge=1)
    rates: _Rates
    rule: tuple[_Rule, ...]

    @classmethod
    def parse(cls, text: str) -> Matrix:
        """Raises ValueError (pydantic's or tomllib's) when the text is no matrix."""
        return cls.model_validate(tomllib.loads(text))

    def converted(self, money: Money) -> Money:
        """The amount in the matrix's currency. Raises LookupError when no rate is known."""
        if money.currency == self.currency:
            return money.rounded
        rate = self.rates.per_unit.get(money.currency)
        if rate is None:
            raise LookupError(f"No exchange rate from {money.currency} to {self.currency} is known to policy.")
        return Money(money.amount * rate, self.currency).rounded

    def judge(self, intent: Intent, digest: str) -> PolicyVerdict:
        """The chain for this intent, or a denial with its reasons; never a permission without people."""
        try:
            amount = self.converted(intent.amount) if intent.amount is not None else None
        except LookupError as error:
            return _denied(digest, "rate.missing", str(error))
        if amount is not None and amount.amount < 0:
            return _denied(
                digest, "amount.negative", "The amount is negative; a credit note is another kind of action."
            )
        matching = [
            rule for rule in self.rule if rule.covers(intent.action_type, amount.amount if amount is not None else None)
        ]
        verdict = _combined(matching, digest)
        if intent.amount is None or amount is None or intent.amount.currency == self.currency:
            return verdict
        note = f"{intent.amount} counts as {amount} at the rate of {self.rates.date.isoformat()}."
        return PolicyVerdict(verdict.allowed, verdict.chain, verdict.rules, (*verdict.reasons, note), digest)


def open_steps(chain: Sequence[Step], decisions: Sequence[Decision]) -> tuple[int, ...]:
    """The indices of the steps that may be taken now: those of the earliest stage that lacks approvals. Empty when
    the chain is complete.
    """
    lacking = [index for index, step in enumerate(chain) if _approvals(index, decisions) < step.count]
    stage = min((chain[index].stage for index in lacking), default=0)
    return tuple(index for index in lacking if chain[index].stage == stage)


def _approvals(step: int, decisions: Sequence[Decision]) -> int:
    return len({d.person for d in decisions if d.step == step and d.verdict == "approve"})


def _combined(rules: list[_Rule], digest: str) -> PolicyVerdict:
    forbidding = [rule for rule in rules if rule.forbid]
    if forbidding:
        return PolicyVerdict(False, (), tuple(r.id for r in forbidding), tuple(r.reason for r in forbidding), digest)
    if len(rules) != 1:
        several = "Several rules match this action, so policy does not say who must approve it."
        none = "No rule says who may approve this action with this amount."
        return _denied(digest, "matrix.ambiguous" if rules else "matrix.no_match", several if rules else none)
    rule = rules[0]
    if not rule.chain:
        return _denied(digest, rule.id, "The rule names no approver, and nothing is written without one.")
    chain = tuple(Step(step.role.value, step.count, step.limited, step.stage) for step in rule.chain)
    return PolicyVerdict(True, chain, (rule.id,), (rule.reason,), digest)


def _denied(digest: str, rule: str, reason: str) -> PolicyVerdict:
    return PolicyVerdict(False, (), (rule,), (reason,), digest)
