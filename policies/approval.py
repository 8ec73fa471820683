"""The approval matrix: from an action's type, amount, place and customer to the chain of people who countersign it.

Every rule that speaks counts, and together they are as strict as their strictest parts: the order of rules means
nothing, and one more rule never asks for less.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain.actions import Deadlines, Decision, Intent, PolicyVerdict, Step
from domain.money import Money
from policies import numbering
from policies.origins import Demand
from policies.rates import Rates, converted, in_force
from policies.rule import Asked, Case, Days, Minutes, Rule, Strict, Window, Word

Earlier = Mapping[Window, tuple[Money, ...]]
NO_ORIGINS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Account:
    """How the matrix saw an intent: each rule of its action type, and whether it speaks (None: perhaps)."""

    case: Case
    rules: tuple[tuple[Rule, bool | None], ...]
    rates: date | None
    problem: tuple[str, str] | None = None  # rule id and reason of a denial before any rule was asked


class Matrix(Strict):
    """The matrix as loaded from `approval.toml`. Thresholds are amounts in `currency`."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    days_to_decide: Days
    remind_after_days: Days | None = None
    escalate_after_days: Days | None = None
    reauthenticate_after_minutes: Minutes | None = None
    rates: tuple[Rates, ...] = ()
    risk: dict[str, tuple[Word, ...]] = Field(default_factory=dict[str, tuple[Word, ...]])
    origin: tuple[Demand, ...] = ()
    rule: tuple[Rule, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Matrix:
        """Raises ValueError (pydantic's or tomllib's) when the text is no matrix."""
        return cls.model_validate(tomllib.loads(text))

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for what, listed in (
            ("rule", [one.id for one in (*self.rule, *self.origin)]),
            ("date of rates", [one.date.isoformat() for one in self.rates]),
            ("customer", [_folded(name) for names in self.risk.values() for name in names]),
        ):
            if twice := sorted({name for name in listed if listed.count(name) > 1}):
                raise ValueError(f"This {what} stands twice in the file: {', '.join(twice)}.")
        if nowhere := {name for rule in self.rule for name in rule.risk} - {*self.risk, USUAL}:
            raise ValueError(f"No customer has the risk {', '.join(sorted(nowhere))}.")
        return self

    def converted(self, money: Money, on: date) -> Money:
        """The amount in the matrix's currency. Raises LookupError when no rate is in force."""
        return converted(money, self.currency, self.rates, on)

    def risk_of(self, customer: str | None) -> str | None:
        """The customer's risk class: as listed, else `usual`; None for a customer nobody knows."""
        if customer is None:
            return None
        wanted = _folded(customer)
        return next((risk for risk, names in self.risk.items() if wanted in map(_folded, names)), USUAL)

    def windows(self, action_type: str) -> tuple[Window, ...]:
        """The windows whose sums `judge` needs for this action type."""
        asked = {rule.cumulative.window for rule in self.rule if rule.action == action_type and rule.cumulative}
        return tuple(sorted(asked))

    def judge(
        self, intent: Intent, digest: str, *, on: date, earlier: Earlier, origins: Mapping[str, str] = NO_ORIGINS
    ) -> PolicyVerdict:
        """The chain for this intent, or a denial with its reasons; never a permission without people.

        `on` is the day whose rates hold; `earlier` the sums of the other actions in each of `windows`: one that is
        missing counts as not known, like a field that is missing in `origins` (origins.py).
        """
        if refusing := [demand for demand in self.origin if demand.refuses(intent, origins)]:
            reasons = tuple(demand.refusal(origins) for demand in refusing)
            return PolicyVerdict(False, (), tuple(demand.id for demand in refusing), reasons, digest)
        account = self.account(intent, on=on, earlier=earlier)
        if account.problem:
            return _denied(digest, *account.problem)
        rules = [rule for rule, speaks in account.rules if speaks is not False]
        if forbidding := [rule for rule in rules if rule.forbid]:
            reasons = tuple(self._reason(rule, account) for rule in forbidding)
            return PolicyVerdict(False, (), tuple(rule.id for rule in forbidding), reasons, digest)
        if not any(speaks for _, speaks in account.rules):
            none = "No rule says who may approve this action as it is."
            return _denied(digest, "matrix.no_match", none)
        if not any(rule.chain for rule, speaks in account.rules if speaks):
            return _denied(digest, rules[0].id, "The rule names no approver, and nothing is written without one.")
        reasons = tuple(self._reason(rule, account) for rule in rules) + self._rate_note(intent, account)
        ids = tuple(rule.id for rule in rules)
        return PolicyVerdict(True, union(rules), ids, reasons, digest, self.deadlines(rules))

    def account(self, intent: Intent, *, on: date, earlier: Earlier) -> Account:
        """How each rule of the intent's action type sees it."""
        asked = tuple(sorted((r for r in self.rule if r.action == intent.action_type), key=lambda r: r.id))
        newest = in_force(self.rates, on)
        dated = newest.date if newest else None
        try:
            case = self._case(intent, on, earlier)
        except LookupError as error:
            return Account(Case(intent.action_type), (), dated, ("rate.missing", str(error)))
        if case.amount is not None and case.amount < 0:
            negative = "The amount is negative; a credit note is another kind of action."
            return Account(case, (), dated, ("amount.negative", negative))
        return Account(case, tuple((rule, rule.speaks(case)) for rule in asked), dated)

    def _case(self, intent: Intent, on: date, earlier: Earlier) -> Case:
        practice, region = numbering.parts(intent.project_code)
        return Case(
            intent.action_type,
            None if intent.amount is None else self.converted(intent.amount, on).amount,
            intent.practice or practice,
            intent.region or region,
            self.risk_of(intent.customer),
            {
                window: sum((self.converted(money, on).amount for money in sums), Decimal(0))
                for window, sums in earlier.items()
            },
        )

    def deadlines(self, rules: Iterable[Rule]) -> Deadlines:
        """The strictest of these rules: the shortest times, except that others than those asked come in last."""
        found = list(rules)
        late = [rule.escalate_after_days or self.escalate_after_days for rule in found]
        return Deadlines(
            min([rule.days_to_decide or self.days_to_decide for rule in found] or [self.days_to_decide]),
            _least([rule.remind_after_days or self.remind_after_days for rule in found] or [self.remind_after_days]),
            None if None in late or not late else max(day for day in late if day is not None),
            _least(
                [rule.reauthenticate_after_minutes or self.reauthenticate_after_minutes for rule in found]
                or [self.reauthenticate_after_minutes]
            ),
        )

    def _reason(self, rule: Rule, account: Account) -> str:
        unknown = sorted({name for name, answer in rule.answers(account.case) if answer is None})
        if unknown:
            return f"{rule.reason} (Its {' and '.join(unknown)} cannot be determined here, so this counts.)"
        if rule.cumulative is None or account.case.amount is None:
            return rule.reason
        total = account.case.amount + account.case.others.get(rule.cumulative.window, Decimal(0))
        return f"{rule.reason} (With {rule.cumulative.window} it comes to {Money(total, self.currency)}.)"

    def _rate_note(self, intent: Intent, account: Account) -> tuple[str, ...]:
        if intent.amount is None or intent.amount.currency == self.currency or account.case.amount is None:
            return ()
        counted = Money(account.case.amount, self.currency)
        return (f"{intent.amount} counts as {counted} at the rate of {account.rates}.",)


USUAL = "usual"


def union(rules: Iterable[Rule]) -> tuple[Step, ...]:
    """All steps that these rules ask for; where several ask the same role in one stage, the strictest of each part."""
    wanted: dict[tuple[int, str], list[Asked]] = {}
    for asked in (asked for rule in rules for asked in rule.chain):
        wanted.setdefault((asked.stage, asked.role.value), []).append(asked)
    return tuple(_strictest(role, stage, asked) for (stage, role), asked in sorted(wanted.items()))


def _strictest(role: str, stage: int, asked: Sequence[Asked]) -> Step:
    above = {one.escalates_to for one in asked}
    agreed = above.pop() if len(above) == 1 else None
    limited = any(one.limited for one in asked)
    return Step(role, max(one.count for one in asked), limited, stage, agreed.value if agreed else None)


def open_steps(chain: Sequence[Step], decisions: Sequence[Decision]) -> tuple[int, ...]:
    """The indices of the steps that may be taken now: those of the earliest stage that lacks approvals. Empty when
    the chain is complete.
    """
    lacking = [index for index, step in enumerate(chain) if approvals(index, decisions) < step.count]
    stage = min((chain[index].stage for index in lacking), default=0)
    return tuple(index for index in lacking if chain[index].stage == stage)


def approvals(step: int, decisions: Sequence[Decision]) -> int:
    """How many people approved this step."""
    return len({d.person for d in decisions if d.step == step and d.verdict == "approve"})


def remaining(chain: Sequence[Step], decisions: Sequence[Decision]) -> int:
    """How many approvals the whole chain still lacks."""
    return sum(max(0, step.count - approvals(index, decisions)) for index, step in enumerate(chain))


def lacking(stored: Sequence[Step], fresh: PolicyVerdict) -> str:
    """Why a chain that was stored earlier does not satisfy what policy says now, in words; empty when it does."""
    if not fresh.allowed:
        return " ".join(fresh.reasons)
    there = {(step.stage, step.role): step for step in stored}
    for step in fresh.chain:
        had = there.get((step.stage, step.role))
        if had is None or had.count < step.count or (step.limited and not had.limited):
            limit = " whose limit covers the amount" if step.limited else ""
            return f"Policy now asks for {step.asked}{limit} at stage {step.stage}. {' '.join(fresh.reasons)}"
        if had.escalates_to not in (None, step.escalates_to):
            return f"Policy no longer lets {had.escalates_to} stand in for {step.role}."
    return ""


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)


def _folded(name: str) -> str:
    """A customer's name whatever its case, accents, blanks and punctuation: "ACME L.L.C." is "Acme LLC"."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isalnum())
    return letters or " ".join(name.split())


def _denied(digest: str, rule: str, reason: str) -> PolicyVerdict:
    return PolicyVerdict(False, (), (rule,), (reason,), digest)
