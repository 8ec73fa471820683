"""The one place that says yes or no: authorization in Cedar, approval chains from the matrix, any error a no."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from domain.actions import Action, Deadlines, Intent, PolicyVerdict
from domain.actor import Actor, Operation, Role
from domain.canonical import digest
from domain.errors import ConfigurationError, NotPermitted, OverLimit, SegregationOfDuties
from policies.approval import Account, Earlier, Matrix, open_steps
from policies.authorization import Authorization, Authorizer, entity_of, proposal_facts
from policies.origins import origins_of
from policies.prerequisites.own import rule_settings
from policies.queue import Place, queue
from policies.rule import Window

FOLDER = Path(__file__).parent
FILES = ("authorization.cedar", "authorization.cedarschema", "approval.toml", "prerequisites.toml")
ERRORS: dict[str, type[NotPermitted]] = {e.code: e for e in (NotPermitted, SegregationOfDuties, OverLimit)}
# Without sums, every cumulative rule counts: what is not known never helps.
NOT_KNOWN: Earlier = {}
log = logging.getLogger(__name__)


def today() -> date:
    """The day whose exchange rates hold."""
    return datetime.now(UTC).date()


class Policies:
    """The policy files, read and checked once; `digest` names exactly this content.

    `base_currency` is the firm's, in which its people's limits stand: a matrix in another approves nothing.
    """

    def __init__(
        self, texts: Mapping[str, str], *, base_currency: str | None = None, clock: Callable[[], date] = today
    ) -> None:
        try:
            self.matrix = Matrix.parse(texts["approval.toml"])
        except ValueError as error:
            raise ConfigurationError(f"approval.toml cannot be used: {error}") from error
        self.rules = rule_settings(texts["prerequisites.toml"])
        self.texts = {name: texts[name] for name in FILES}
        self.digest = digest(self.texts)
        self.authorizer = Authorizer(texts["authorization.cedar"], texts["authorization.cedarschema"], self.digest)
        self.base_currency, self._clock = base_currency or self.matrix.currency, clock
        self._refuse_idle_steps()

    @property
    def days_to_decide(self) -> int:
        """How long a proposal waits for people before it expires, where no rule says otherwise."""
        return self.matrix.days_to_decide

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Policies:
        """Read the policy files. Raises ConfigurationError when one is missing or does not hold together."""
        return cls(read(folder))

    def authorize(self, actor: Actor, operation: Operation, facts: Mapping[str, Any] | None = None) -> Authorization:
        """May this actor do this? Without facts: within their own firm at all. With facts: on the thing they describe.

        `facts` hold `tenant` (whose thing it is) or, for ACTION_DECIDE, all attributes of a Proposal (see the
        schema; `may_decide` makes them). Any error denies.
        """
        try:
            return self.authorizer.ask(
                entity_of(actor, self._limit(actor)), operation, facts or {"tenant": actor.tenant}
            )
        except Exception:  # a failure to decide, whatever it is, must come out as a no
            log.exception("deciding %s failed", operation.value)
            return self.authorizer.failed()

    def permitted(self, actor: Actor, operations: Iterable[Operation]) -> frozenset[Operation]:
        """Those that this actor may do within their own firm at all, asked at once. Any error denies them all."""
        asked = tuple(operations)
        try:
            answers = self.authorizer.ask_all(entity_of(actor, self._limit(actor)), asked, {"tenant": actor.tenant})
        except Exception:  # as above
            log.exception("deciding %s operations failed", len(asked))
            return frozenset()
        return frozenset(one for one, answer in zip(asked, answers, strict=True) if answer.allowed)

    def require(self, actor: Actor, operation: Operation, facts: Mapping[str, Any] | None = None) -> None:
        """Raise NotPermitted (or SegregationOfDuties, OverLimit) with the reason unless `authorize` allows."""
        self.demand(self.authorize(actor, operation, facts))

    def demand(self, answer: Authorization) -> None:
        """Turn a no into its error."""
        if not answer.allowed:
            raise ERRORS.get(answer.code, NotPermitted)(" ".join(answer.reasons), rules=answer.rules)

    def may_decide(
        self, actor: Actor, action: Action, on_behalf_of: Actor | None = None, *, step: int | None = None
    ) -> Authorization:
        """May this actor take a step of this action that is open now, and which? The first that they may take, or
        none but `step`.

        With `on_behalf_of` (the delegator as they are now, reduced to the delegation's scope and limit) their roles
        and limit count in place of the actor's, and segregation of duties holds for both.
        """
        if on_behalf_of is not None and (problem := _no_delegate(actor, on_behalf_of)):
            return self.authorizer.denied("delegation.none", problem)
        answers: list[Authorization] = []
        waiting = open_steps(action.verdict.chain, action.decisions)
        for taken in [one for one in waiting if step in (None, one)] or (None,):
            answer = self._on_step(actor, action, taken, on_behalf_of)
            if answer.allowed:
                return replace(answer, step=taken)
            answers.append(answer)
        # Of several refusals the one that is about this person, rather than about a step for others.
        return min(answers, key=lambda answer: "step.role" in answer.rules)

    def judge(
        self,
        intent: Intent,
        proposer: Actor,
        *,
        on: date | None = None,
        earlier: Earlier = NOT_KNOWN,
        operation: Operation = Operation.ACTION_PROPOSE,
        origins: Mapping[str, str] | None = None,
    ) -> PolicyVerdict:
        """Denied, or the chain of people who must approve; a write is never permitted without people.

        `on` (today, if not given) is the day whose rates hold; `earlier` the sums of other actions in each of
        `windows(intent.action_type)`; `operation` what the proposer must be permitted for this kind of action;
        `origins` where each argument comes from, without which no term of a document counts as confirmed.
        """
        answer = self.authorize(proposer, operation)
        if not answer.allowed:
            return PolicyVerdict(False, (), answer.rules, answer.reasons, self.digest)
        if self.base_currency != self.matrix.currency:
            other = f"The approval matrix is in {self.matrix.currency}, the firm's limits in {self.base_currency}."
            return PolicyVerdict(False, (), ("matrix.currency",), (other,), self.digest)
        if origins is None:
            origins = origins_of(intent, through_agent=proposer.agent_run is not None)
        return self.matrix.judge(intent, self.digest, on=on or self._clock(), earlier=earlier, origins=origins)

    def account(self, intent: Intent, *, on: date | None = None, earlier: Earlier = NOT_KNOWN) -> Account:
        """How each rule of the matrix sees this intent, for who asks why."""
        return self.matrix.account(intent, on=on or self._clock(), earlier=earlier)

    def windows(self, action_type: str) -> tuple[Window, ...]:
        """The windows whose sums `judge` needs for this action type."""
        return self.matrix.windows(action_type)

    def risk_of(self, customer: str | None) -> str | None:
        """The customer's risk class; None for a customer nobody knows."""
        return self.matrix.risk_of(customer)

    def queue(self, waiting: Iterable[Action], *, now: datetime) -> tuple[Place, ...]:
        """The order in which to look at what waits for a decision, with the reasons."""
        on = self._clock()
        return queue(waiting, now, lambda amount: self.matrix.converted(amount, on))

    def deadlines(self, rules: Iterable[str]) -> Deadlines:
        """The times that these rules (by id) set, the strictest of each; the file's own where none is known."""
        wanted = set(rules)
        return self.matrix.deadlines(rule for rule in self.matrix.rule if rule.id in wanted)

    def _on_step(self, actor: Actor, action: Action, step: int | None, delegator: Actor | None) -> Authorization:
        try:
            if self.base_currency != self.matrix.currency:
                return self.authorizer.denied("matrix.currency", "The matrix is not in the firm's currency.")
            amount = action.intent.amount
            minor = None if amount is None else self.matrix.converted(amount, self._clock()).minor
            entity = entity_of(actor, self._limit(delegator or actor), delegator)
            return self.authorizer.ask(entity, Operation.ACTION_DECIDE, proposal_facts(action, step, minor))
        except LookupError as error:
            return self.authorizer.denied("rate.missing", str(error))
        except Exception:  # as in `authorize`
            log.exception("deciding on action %s failed", action.id)
            return self.authorizer.failed()

    def _limit(self, actor: Actor) -> int | None:
        if actor.approval_limit is None:
            return None
        return self.matrix.converted(actor.approval_limit, self._clock()).minor

    def _refuse_idle_steps(self) -> None:
        """A chain that asks people who may never decide would wait for ever: better it does not load."""
        for rule in self.matrix.rule:
            for role in {role for asked in rule.chain for role in (asked.role, asked.escalates_to) if role}:
                anyone = Actor("x", "anyone", "Anyone", frozenset({Role(role)}))
                if not self.authorize(anyone, Operation.ACTION_DECIDE).allowed:
                    raise ConfigurationError(
                        f"approval.toml: {rule.id} asks a {role.value}, but authorization.cedar lets none decide."
                    )


def read(folder: Path) -> dict[str, str]:
    """The texts of the policy files in a folder. Raises ConfigurationError when one cannot be read."""
    try:
        return {name: (folder / name).read_text("utf-8") for name in FILES}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"A policy file cannot be read: {error}") from error


def _no_delegate(actor: Actor, delegator: Actor) -> str:
    if actor.tenant != delegator.tenant:
        return "Only a person of the same firm can stand in for another."
    if actor.person == delegator.person or delegator.service or delegator.agent_run:
        return "A delegate stands in for another person."
    if not actor.roles:
        return "You are not an active person of the firm any more."
    return ""
