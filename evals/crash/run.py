"""The two arms: the product's worker and the control, killed at every step in bad weather, then left to recover."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from evals.crash.desk import Desk
from evals.crash.nursery import Nursery, Worker
from evals.crash.orders import STEPS, Order
from evals.crash.proxy import Weather

RANDOM = "random"
LIVES = 6.0  # seconds until a worker that has not come to its step is killed where it is
UNDER_WAY = 8  # actions that the desk keeps approved and unfinished
SLOTS = 2
PAUSED = 0.1  # how many of the workers are stopped for longer than their lease, and go on
PAUSE_SECONDS = 2.2
RECOVERY_SECONDS = 90.0
LOOK_SECONDS = 0.1
TOLD = 25  # kills between two lines of progress


@dataclass
class Arm:
    """One arm under way. `order` is what its workers have in common; `plan` where each next one dies."""

    desk: Desk
    nursery: Nursery
    weather: Weather
    order: Order
    plan: Iterator[str]
    chance: random.Random
    wanted: int
    kills: Counter[str] = field(default_factory=Counter[str])
    ids: set[str] = field(default_factory=set[str])

    @property
    def over(self) -> bool:
        """Whether enough were killed."""
        return self.kills.total() >= self.wanted

    async def one_life(self) -> None:
        """A worker's life and death; it counts only if there was work in hand."""
        step = next(self.plan)
        worker = await self.nursery.born(self.next_order("" if step == RANDOM else step))
        await asyncio.wait((worker.busy, worker.gone), timeout=LIVES, return_when=asyncio.FIRST_COMPLETED)
        if not worker.busy.done():
            await worker.kill()
            return
        paused = self.chance.random() < PAUSED
        lives = self.chance.uniform(0.0, 1.5) if step == RANDOM else LIVES
        pausing = asyncio.create_task(_paused(worker, self.chance)) if paused else None
        alone = await _within(worker, lives + PAUSE_SECONDS * paused)
        if pausing:
            await pausing
        if worker.gone.result() == signal.SIGKILL:
            self.kills[step if alone else RANDOM] += 1
            if self.kills.total() % TOLD == 0:
                print(f"  {self.kills.total()} killed, {len(self.ids)} actions approved", flush=True)

    def next_order(self, step: str) -> Order:
        """The order of a worker that dies at this step."""
        return dataclasses.replace(self.order, die_at=step, seed=self.chance.getrandbits(32))


async def _within(worker: Worker, seconds: float) -> bool:
    """Whether the worker died by itself in this time; else it is killed."""
    done, _ = await asyncio.wait((worker.gone,), timeout=seconds)
    if not done:
        await worker.kill()
    return bool(done)


async def _paused(worker: Worker, chance: random.Random) -> None:
    """Stop the worker for longer than its lease, somewhere in its life."""
    await asyncio.sleep(chance.uniform(0.1, 0.6))
    if not worker.gone.done():
        worker.tell(signal.SIGSTOP)
        await asyncio.wait((worker.gone,), timeout=PAUSE_SECONDS)
        worker.tell(signal.SIGCONT)


async def product(arm: Arm) -> int:
    """Kill the product's workers, then let them recover in calm weather. Returns how many actions stay unfinished."""
    async with asyncio.TaskGroup() as tasks:
        for _ in range(SLOTS):
            tasks.create_task(_slot(arm))
        tasks.create_task(_desk(arm))
    arm.weather.calm = True
    born = [await arm.nursery.born(arm.next_order("")) for _ in range(SLOTS)]
    deadline = time.monotonic() + RECOVERY_SECONDS
    while (moving := await arm.desk.moving()) and time.monotonic() < deadline:
        for action in moving:
            await arm.desk.settle(action)
        await asyncio.sleep(LOOK_SECONDS)
    for worker in born:
        await worker.kill()
    return len(moving)


async def _slot(arm: Arm) -> None:
    while not arm.over:
        await arm.one_life()


async def _desk(arm: Arm) -> None:
    while not arm.over:
        moving = await arm.desk.moving()
        for action in moving:
            await arm.desk.settle(action)
        for _ in range(UNDER_WAY - len(moving)):
            if made := await arm.desk.approved():
                arm.ids.add(made)
        await asyncio.sleep(LOOK_SECONDS)


async def control(arm: Arm, actions: int) -> None:
    """Kill the control's worker, one at a time, over as many approved actions as there are contracts for."""
    for _ in range(actions):
        if made := await arm.desk.approved(only_orders=True):
            arm.ids.add(made)
    while not arm.over:
        await arm.one_life()


def plan(chance: random.Random, steps: tuple[str, ...] = STEPS) -> Iterator[str]:
    """Every step in turn, in an order by chance, and as often at random."""
    for _ in itertools.count():
        turn = [*steps, *[RANDOM] * (len(steps) // 2)]
        chance.shuffle(turn)
        yield from turn
