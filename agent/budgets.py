"""What the configured model may take: per turn, and per person and tenant a day, in tokens and in money.

The most that a question can take is reserved in PostgreSQL before it is sent, so turns that run side by side, in
however many processes, cannot spend the same rest twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from time import monotonic

from langchain_core.messages import AnyMessage

from agent.consulting import ModelFailed
from domain.actor import Actor
from store import audit, model_use
from store.database import Connection, Database
from store.model_use import ZERO, Use

CHARACTERS_A_TOKEN = 3  # a cautious guess, for what is reserved before the endpoint counts
SCOPES = {"turn": "for one question", "person": "for today", "tenant": "of the whole firm for today"}


@dataclass(frozen=True)
class Limits:
    """0 is no limit. Prices are for a million tokens; `turn_seconds` is the time of all questions of one turn.

    `patience` is the longest pause, in seconds, that an endpoint's Retry-After may ask for before the rules answer.
    """

    turn_tokens: int = 0
    person_tokens: int = 0
    tenant_tokens: int = 0
    turn_cost: Decimal = ZERO
    person_cost: Decimal = ZERO
    tenant_cost: Decimal = ZERO
    price_in: Decimal = ZERO
    price_out: Decimal = ZERO
    turn_seconds: float = 120.0
    patience: float = 4.0

    def use(self, tokens_in: int, tokens_out: int) -> Use:
        """These tokens with their price."""
        cost = (self.price_in * tokens_in + self.price_out * tokens_out) / 1_000_000
        return Use(tokens_in, tokens_out, cost)


class BudgetSpent(ModelFailed):
    """A budget of the language model is spent."""

    code = "model_budget_spent"


@dataclass
class Meter:
    """One turn's account. `took` is what is not yet in the database, `total` all that the turn took."""

    limits: Limits
    database: Database
    actor: Actor
    thread: str
    turn: str
    started: float = field(default_factory=monotonic)
    asked: int = 0
    took: Use = field(default_factory=Use)
    total: Use = field(default_factory=Use)
    reserved: Use = field(default_factory=Use)

    @property
    def seconds_left(self) -> float:
        """Of the turn's time for questions to the model."""
        return self.limits.turn_seconds - (monotonic() - self.started)

    async def reserve(self, model: str, messages: Sequence[AnyMessage], tools: int, answer: int) -> None:
        """Hold the most that one more question can take: `tools` characters of definitions, `answer` tokens back.

        Raises BudgetSpent, with an entry in the audit log, when one of the budgets has less than that left.
        """
        characters = tools + sum(len(str(message.content)) for message in messages)
        most = self.limits.use(characters // CHARACTERS_A_TOKEN, answer)
        # A crash of the server that loses what is held here cuts the turn off as well.
        async with self.database.tenant(self.actor.tenant, durable=False) as connection:
            counted = await model_use.reserve(connection, self.actor, self.turn, model, most=most, took=self.took)
            self.took, self.asked = Use(), self.asked + 1
            if spent := self._spent(counted):
                await model_use.settle(connection, self.turn, Use())
        if spent:
            await self._refused(model, spent, counted)
            scope, _, kind = spent.partition("_")
            raise BudgetSpent(f"its {kind.removesuffix('s')} budget {SCOPES[scope]} is spent", tokens=(0, 0))
        self.reserved = most

    def _spent(self, counted: Mapping[str, int | Decimal]) -> str:
        limits = vars(self.limits)
        return next((name for name, value in counted.items() if limits[name] and value > limits[name]), "")

    async def _refused(self, model: str, spent: str, counted: Mapping[str, int | Decimal]) -> None:
        facts = {"budget": spent, "limit": str(vars(self.limits)[spent]), "asked_for": str(counted[spent])}
        async with self.database.tenant(self.actor.tenant) as connection:
            subject = f"thread:{self.thread}"
            await audit.append(connection, self.actor, "model.refused", subject, {"model": model, **facts})

    def note(self, tokens: tuple[int, int] | None) -> None:
        """What the question took; None where nobody knows, which counts as all that was reserved."""
        used = self.reserved if tokens is None else self.limits.use(*tokens)
        self.took = _sum(self.took, used)
        self.total = _sum(self.total, used)

    async def settle(self, connection: Connection) -> None:
        """Write down the rest; nothing happens when the model was never asked."""
        if self.asked:
            await model_use.settle(connection, self.turn, self.took)
            self.took = Use()


def _sum(one: Use, other: Use) -> Use:
    return Use(one.tokens_in + other.tokens_in, one.tokens_out + other.tokens_out, one.cost + other.cost)
