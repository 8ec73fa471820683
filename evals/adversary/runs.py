"""A run: two new firms, some moves drawn from a seed, and the oracle's judgement; the same moves can be run again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

from actions.execution import execute, reconcile
from domain.errors import CountersignError
from evals.adversary import house, oracle
from evals.adversary.asking import Asker, asking
from evals.adversary.moves import MOVES
from evals.adversary.record import Violation
from evals.adversary.service import Service
from evals.adversary.world import World, world


@dataclass(frozen=True)
class Step:
    """One move with the seed of its own random numbers, so that leaving another out does not change it."""

    move: str
    seed: int

    def __str__(self) -> str:
        return f"{self.move}:{self.seed}"

    @classmethod
    def parse(cls, text: str) -> Step:
        """The step that `str` wrote. Raises ValueError for what is none."""
        move, _, seed = text.strip().partition(":")
        if move not in MOVES:
            raise ValueError(f"There is no move {move!r}.")
        return cls(move, int(seed))


@dataclass(frozen=True)
class Outcome:
    """What became of a run."""

    seed: int
    steps: tuple[Step, ...]
    writes: int
    votes: int
    refused: int
    violations: tuple[Violation, ...]
    story: tuple[str, ...]

    @property
    def told_by_deeds(self) -> tuple[Violation, ...]:
        """Violations other than that the database's user may do something: what that leads to."""
        return tuple(violation for violation in self.violations if violation.kind != "database")


def drawn(seed: int, count: int) -> tuple[Step, ...]:
    """The moves of a run."""
    random = Random(seed)  # noqa: S311 - a run must be the same again
    names = list(MOVES)
    weights = [MOVES[name].weight for name in names]
    return tuple(Step(name, random.getrandbits(31)) for name in random.choices(names, weights, k=count))


async def run(service: Service, seed: int, steps: Sequence[Step], texts: tuple[str, ...]) -> Outcome:
    """Play the moves in two new firms, let everything settle, and judge."""
    async with world(service, seed, texts) as around:
        record = around.record
        for step in steps:
            told = await MOVES[step.move].move(around, Random(step.seed))  # noqa: S311 - see above
            record.tick()
            record.story.append(f"{step.move}: {told}")
        told = await _settled(around)
        ledgers = {tenant: service.ledgers[tenant] for tenant in (around.near, around.far)}
        changed = {tenant: await house.effects(service.owner, record, tenant, service.moments) for tenant in ledgers}
        oracle.judge(record, ledgers, told, changed)
        writes = sum(len(made) for made in ([one.effects for one in ledgers.values()] + [*changed.values()]))
        refused = sum(not vote.accepted for vote in record.votes)
        return Outcome(
            seed, tuple(steps), writes, len(record.votes), refused, tuple(record.violations), tuple(record.story)
        )


async def _settled(around: World) -> dict[str, Any]:
    """Let both workers finish, and read all proposals as each firm's auditor does."""
    told: dict[str, Any] = {}
    for tenant in (around.near, around.far):
        around.ledger(tenant).faults.clear()
        await around.work(tenant)
        with asking(Asker(tenant, "worker", "reconcile")):
            await reconcile(around.service.hands(tenant), tenant)
            await _tried_again(around, tenant)
        await house.learn(around.service.owner, around.record, tenant, around.service.moments)
        response = await around.call(around.named(tenant, "Ines"), "GET", "/v1/actions")
        for action in response.json():
            told[str(action["id"])] = action
            if action["tenant"] != tenant:
                around.record.broken("read", f"the auditor of {tenant} was shown proposals of {action['tenant']}")
    return told


async def _tried_again(around: World, tenant: str) -> None:
    """What is approved and waits for a later try of its job is tried now."""
    for action in around.actions(tenant):
        with suppress(CountersignError):
            await execute(around.service.hands(tenant), tenant, action)


async def shrunk(service: Service, outcome: Outcome, texts: tuple[str, ...], tries: int = 60) -> Outcome:
    """The same violation with as few moves as some tries find: halves first, then quarters, then single moves."""
    best, size = outcome, max(1, len(outcome.steps) // 2)
    while size >= 1 and tries > 0:
        shorter = None
        for start in range(0, len(best.steps), size):
            steps = (*best.steps[:start], *best.steps[start + size :])
            tries -= 1
            found = await run(service, outcome.seed, steps, texts)
            if {one.kind for one in found.violations} & {one.kind for one in outcome.violations}:
                shorter = found
                break
            if tries <= 0:
                break
        best, size = (shorter, size) if shorter else (best, size // 2)
    return best
