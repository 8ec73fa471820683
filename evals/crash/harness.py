"""Crash harness: `countersign evals run crash [--kills N] [--seed S]`.

Real worker processes carry out approved actions in the real Tryton, through a proxy that delays, cuts, garbles and
refuses. They are killed with SIGKILL at every step and at random, and stopped beyond their lease. Then the network is
calm, and everything must end written once. A control without look-up and stable reference, under the same faults, must
write twice, else the run proves nothing and fails.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from erp.demo import server
from erp.demo.cache import built_firm, copy_firm
from erp.tryton.reader import TrytonReader
from erp.tryton.rpc import TrytonRpc
from evals.crash.desk import Desk, desk
from evals.crash.nursery import Nursery, nursery
from evals.crash.oracle import Truth, truth
from evals.crash.orders import Order
from evals.crash.proxy import Weather, proxy
from evals.crash.run import Arm, control, plan, product
from evals.stand import TENANT, free_port
from store.database import Database
from store.embedded import embedded_postgres
from store.migrate import migrate
from store.tenants import add_tenant, ensure_database

READER, WORKER, ADMINISTRATOR = "countersign_reader", "countersign_worker", "admin"
DATABASE = "countersign"
CONTROL_SPARE = 4  # actions more than kills, so that the last worker has something to do
CONTROL_STEPS = ("write_answered", "write_answered", "write_sent")


def run(argv: list[str]) -> dict[str, Any]:
    """Measure; exits with 1 when something was written twice, lost or left, or when the control shows no duplicate."""
    options = argparse.ArgumentParser("crash")
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--seed", type=int, default=None, help="of the chances of faults and kills")
    asked = options.parse_args(argv)
    today = datetime.now(UTC).date()
    home = built_firm(today, progress=lambda text: print(f"  {text}"), whole_month=True)
    seed = random.SystemRandom().getrandbits(32) if asked.seed is None else asked.seed
    figures = asyncio.run(measure(home, kills=asked.kills, seed=seed))
    if not figures["passed"]:
        print(json.dumps(figures, sort_keys=True))
        sys.exit(1)
    return figures


@dataclass
class Scene:
    """Everything that both arms have in common."""

    desk: Desk
    nursery: Nursery
    weather: Weather
    order: Order
    rpc: TrytonRpc
    database: Database
    chance: random.Random

    def arm(self, steps: Iterator[str], wanted: int, notes: str = "") -> Arm:
        """An arm; with `notes`, the control's."""
        order = dataclasses.replace(self.order, notes=notes)
        return Arm(self.desk, self.nursery, self.weather, order, steps, self.chance, wanted)


async def measure(home: Path, *, kills: int, seed: int) -> dict[str, Any]:
    """The figures of one run over a copy of the firm that was built in `home`."""
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="countersign-crash-")))
        scene = await _scene(stack, home, place, random.Random(seed))  # noqa: S311 - a fault plan, not a secret
        print(f"Killing {kills} workers (seed {seed})")
        main = scene.arm(plan(scene.chance), kills)
        unfinished = await product(main)
        seen = await truth(scene.database, scene.rpc)
        print("Killing the control's worker")
        naive = await _control(scene, place / "notes", kills)
        control_seen = await truth(scene.database, scene.rpc)
    figures = {**_figures(main, seen), "unfinished": unfinished, "unapproved": control_seen.unapproved}
    control_duplicates = control_seen.duplicates(naive.ids)
    return {
        **figures,
        "passed": not any(figures[name] for name in VIOLATIONS) and control_duplicates > 0,
        "control_kills": sum(naive.kills.values()),
        "control_duplicates": control_duplicates,
        "faults": dict(scene.weather.seen),
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
    }


VIOLATIONS = ("duplicates", "lost", "unfinished", "unapproved")


async def _control(scene: Scene, notes: Path, kills: int) -> Arm:
    scene.weather.calm = False
    await asyncio.to_thread(notes.mkdir)
    naive = scene.arm(plan(scene.chance, CONTROL_STEPS), max(8, kills // 6), str(notes))
    await control(naive, naive.wanted + CONTROL_SPARE)
    return naive


def _figures(main: Arm, seen: Truth) -> dict[str, Any]:
    return {
        "kills": sum(main.kills.values()),
        "by_step": dict(main.kills),
        "duplicates": seen.duplicates(main.ids),
        "lost": seen.lost(main.ids),
        "actions": len(main.ids),
        "attempts": sum(action.attempt for action in seen.approved if action.id in main.ids),
    }


async def _scene(stack: AsyncExitStack, home: Path, place: Path, chance: random.Random) -> Scene:
    port = await _erp(stack, home, place)
    postgres = stack.enter_context(embedded_postgres(place / "pg" / "data"))
    ensure_database(postgres.owner_url("postgres"), DATABASE)
    migrate(postgres.owner_url(DATABASE))
    add_tenant(postgres.owner_url(DATABASE), TENANT, name="Northlight Consulting", base_currency="EUR")
    database = await stack.enter_async_context(Database(postgres.app_url(DATABASE)))
    account, worker = server.account(place, port, READER), server.account(place, port, WORKER)
    reader = await stack.enter_async_context(TrytonReader(**vars(account)))
    rpc = TrytonRpc(**vars(server.account(place, port, ADMINISTRATOR)))
    stack.push_async_callback(rpc.close)
    weather = Weather(chance)
    before = await stack.enter_async_context(proxy(port, weather))
    order = Order(
        notes="",
        database=postgres.worker_url(DATABASE),
        erp_url=f"http://127.0.0.1:{before.port}",
        erp_database=account.database,
        reader=(account.user, account.password),
        writer=(worker.user, worker.password),
        die_at="",
        seed=0,
    )
    born = await stack.enter_async_context(nursery())
    return Scene(await desk(database, reader), born, weather, order, rpc, database, chance)


async def _erp(stack: AsyncExitStack, home: Path, place: Path) -> int:
    tryton, port = server.TrytonServer(), free_port()
    copy_firm(home, place)
    tryton.start(place, port)
    stack.callback(tryton.stop)
    await asyncio.to_thread(tryton.wait_ready)
    return port
