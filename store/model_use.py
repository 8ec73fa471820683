"""What turns take of the configured language model, counted before it is taken, for all processes alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.actor import Actor
from store.database import Connection
from store.queries import queries

SQL = queries("model_use")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Use:
    """Tokens sent and received, and what they cost in the currency of the prices."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = ZERO

    @property
    def tokens(self) -> int:
        """Both ways together."""
        return self.tokens_in + self.tokens_out


async def reserve(
    connection: Connection, actor: Actor, turn: str, model: str, *, most: Use, took: Use
) -> Mapping[str, int | Decimal]:
    """Note what the turn's last question took and what its next may take at most, and return what is counted by then.

    The sums are the turn's, and those of the person and the tenant since midnight UTC, each in tokens and money, with
    everything that is reserved. Other turns of the tenant wait until the caller's transaction ends.
    """
    whose = {"tenant": actor.tenant, "person": actor.person, "turn": turn}
    reserved = {"model": model, "tokens": most.tokens, "cost": most.cost}
    async with connection.pipeline():  # one after the other all the same, and only the last is waited for
        await connection.execute(SQL["alone"], whose)
        await connection.execute(SQL["reserve"], whose | reserved | _took(took))
        counted = await (await connection.execute(SQL["counted"], whose)).fetchone()
    return counted or {}


async def settle(connection: Connection, turn: str, took: Use) -> None:
    """Note what the turn's last question took; nothing is reserved any more."""
    await connection.execute(SQL["settle"], {"turn": turn} | _took(took))


def _took(took: Use) -> dict[str, int | Decimal]:
    return {"took_in": took.tokens_in, "took_out": took.tokens_out, "took_cost": took.cost}
