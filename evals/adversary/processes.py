"""Plans of runs in processes of their own, a few at once; a process that dies is an end like any other."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing.connection
import tempfile
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import LiteralString, cast

from evals.adversary import runs
from evals.adversary.runs import Outcome, Step
from evals.adversary.service import Service, opened
from store.database import Database
from store.embedded import EmbeddedPostgres, embedded_postgres
from store.migrate import migrate
from store.tenants import ensure_database

TEMPLATE = "countersign"


@dataclass(frozen=True)
class Plan:
    """What one process does: the runs with these seeds, in a database of this name on the server of this socket.

    `removal` takes something out of the service before the first run.
    """

    host: str
    database: str
    seeds: tuple[int, ...]
    steps: int
    texts: tuple[str, ...]
    replay: tuple[Step, ...] = ()
    removal: Callable[[Service], Awaitable[None]] | None = None
    stop_at_first: bool = False


@contextmanager
def server() -> Generator[EmbeddedPostgres]:
    """A server of its own with a migrated database, which every plan copies."""
    with (
        tempfile.TemporaryDirectory(prefix="countersign-adversary-") as folder,
        embedded_postgres(Path(folder) / "pg" / "data") as found,
    ):
        ensure_database(found.owner_url("postgres"), TEMPLATE)
        migrate(found.owner_url(TEMPLATE))
        yield found


def spread(plans: Mapping[str, Plan], jobs: int) -> Iterator[tuple[str, Outcome | None]]:
    """Each plan's outcomes as they come, by the plan's name, and None when its process is over."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["evals.adversary.warm"])
    waiting = list(plans)
    ends: dict[Connection, str] = {}
    while waiting or ends:
        while waiting and len(ends) < jobs:
            name = waiting.pop(0)
            here, there = cast("tuple[Connection, Connection]", context.Pipe(duplex=False))
            context.Process(target=_process, args=(plans[name], there), daemon=True).start()
            there.close()  # so that its end is seen when the process ends, however it does
            ends[here] = name
        for end in multiprocessing.connection.wait(list(ends)):
            known = cast("Connection", end)
            try:
                yield ends[known], known.recv()
            except EOFError:
                yield ends.pop(known), None


def _process(plan: Plan, there: Connection) -> None:
    asyncio.run(play(plan, there.send))


async def play(plan: Plan, hand_on: Callable[[Outcome], None]) -> None:
    """All runs of a plan, each handed on as it ends, with the shortest moves that still break what it broke."""
    logging.disable(logging.CRITICAL)  # refusals by the thousand are what this is about
    found = EmbeddedPostgres(plan.host)
    await _copied(found, plan.database)
    with tempfile.TemporaryDirectory(prefix="countersign-adversary-") as home:
        urls = (found.app_url(plan.database), found.worker_url(plan.database), found.owner_url(plan.database))
        async with opened(*urls, Path(home)) as service:
            if plan.removal:
                await plan.removal(service)
            for seed in plan.seeds:
                steps = plan.replay or runs.drawn(seed, plan.steps)
                outcome = await runs.run(service, seed, steps, plan.texts)
                if outcome.violations and not plan.stop_at_first:
                    outcome = await runs.shrunk(service, outcome, plan.texts)
                hand_on(outcome)
                if outcome.told_by_deeds and plan.stop_at_first:
                    break
    logging.disable(logging.NOTSET)


async def _copied(found: EmbeddedPostgres, name: str) -> None:
    statement = cast("LiteralString", f"create database {name} template {TEMPLATE}")
    async with (
        Database(found.owner_url("postgres"), max_size=1) as database,
        database.tenant_connection("") as connection,  # outside of any transaction
    ):
        await connection.execute(statement)
        # A power cut is not among what is tried here, and waiting for the disk takes half the time.
        await connection.execute(cast("LiteralString", f"alter database {name} set synchronous_commit = off"))
