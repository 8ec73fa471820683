"""`countersign evals run adversary`: many seeded runs against one PostgreSQL, in one or several processes."""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.adversary import hostile, runs
from evals.adversary.runs import Outcome, Step
from evals.adversary.service import opened
from store.embedded import EmbeddedPostgres, embedded_postgres
from store.migrate import migrate
from store.tenants import ensure_database

DATABASE = "countersign"


@dataclass(frozen=True)
class Plan:
    """What one process does: the runs with these seeds, against the server on this socket."""

    host: str
    seeds: tuple[int, ...]
    steps: int
    texts: tuple[str, ...]
    replay: tuple[Step, ...] = ()
    stop_at_first: bool = False
    shrink: bool = True


@dataclass
class Total:
    """The figures of all runs so far."""

    runs: int = 0
    steps: int = 0
    writes: int = 0
    decisions: int = 0
    refused: int = 0
    violations: int = 0
    kinds: Counter[str] = field(default_factory=Counter[str])

    def add(self, outcome: Outcome) -> None:
        """Count one run."""
        self.runs += 1
        self.steps += len(outcome.steps)
        self.writes += outcome.writes
        self.decisions += outcome.votes
        self.refused += outcome.refused
        self.violations += len(outcome.violations)
        self.kinds.update(one.kind for one in outcome.violations)

    def figures(self) -> dict[str, Any]:
        """As JSON."""
        return {**vars(self), "kinds": dict(self.kinds)}


def options(argv: Sequence[str]) -> argparse.Namespace:
    """The command line of the harness."""
    parser = argparse.ArgumentParser(prog="countersign evals run adversary", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="how many runs (default 200)")
    parser.add_argument("--steps", type=int, default=30, help="moves in each run (default 30)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first run; the others follow (default 1)")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (default 2)")
    parser.add_argument("--strings", type=Path, help="folder of JSON-lines files whose `text` is used as injection too")
    parser.add_argument("--replay", default="", help="moves to run instead of drawn ones, as a violation prints them")
    parser.add_argument("--story", action="store_true", help="tell every run")
    return parser.parse_args(argv)


def run(argv: list[str]) -> dict[str, Any]:
    """Run all, print each violation with its seed and its shortest moves, and return the figures."""
    wanted = options(argv)
    began = time.monotonic()
    texts = hostile.strings(wanted.strings)
    replay = tuple(Step.parse(step) for step in wanted.replay.split(",")) if wanted.replay else ()
    total = Total()
    with database() as server:
        seeds = range(wanted.seed, wanted.seed + wanted.runs)
        parts = [tuple(seeds[job :: wanted.jobs]) for job in range(wanted.jobs)]
        plans = [Plan(server.host, part, wanted.steps, texts, replay) for part in parts if part]
        for outcome in outcomes(plans):
            total.add(outcome)
            _told(outcome, whole=wanted.story)
            if total.runs % 50 == 0:
                print(f"{total.runs} runs, {total.writes} writes, {total.violations} violations", flush=True)
    return {"eval": "adversary", **total.figures(), "seconds": round(time.monotonic() - began, 1)}


@contextmanager
def database() -> Iterator[EmbeddedPostgres]:
    """A migrated database of its own on a server of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="countersign-adversary-") as folder,
        embedded_postgres(Path(folder) / "pg" / "data") as server,
    ):
        ensure_database(server.owner_url("postgres"), DATABASE)
        migrate(server.owner_url(DATABASE))
        yield server


def outcomes(plans: Sequence[Plan]) -> Iterator[Outcome]:
    """The runs of all plans as they end; one plan runs here, several in processes of their own."""
    if len(plans) == 1:
        yield from asyncio.run(played(plans[0]))
        return
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[Outcome | None] = context.Queue()
    processes = [context.Process(target=_process, args=(plan, queue), daemon=True) for plan in plans]
    for process in processes:
        process.start()
    left = len(processes)
    while left:
        outcome = queue.get()
        if outcome is None:
            left -= 1
        else:
            yield outcome
    for process in processes:
        process.join()


def _process(plan: Plan, queue: multiprocessing.Queue[Outcome | None]) -> None:
    try:
        asyncio.run(played(plan, queue))
    finally:
        queue.put(None)


async def played(plan: Plan, queue: multiprocessing.Queue[Outcome | None] | None = None) -> list[Outcome]:
    """All runs of a plan, each handed on as it ends."""
    logging.disable(logging.CRITICAL)  # refusals by the thousand are what this is about
    server = EmbeddedPostgres(plan.host)
    found: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="countersign-adversary-") as home:
        async with opened(
            server.app_url(DATABASE), server.app_url(DATABASE), server.owner_url(DATABASE), Path(home)
        ) as service:
            for seed in plan.seeds:
                steps = plan.replay or runs.drawn(seed, plan.steps)
                outcome = await runs.run(service, seed, steps, plan.texts)
                if outcome.violations and plan.shrink:
                    outcome = await runs.shrunk(service, outcome, plan.texts)
                found.append(outcome)
                if queue is not None:
                    queue.put(outcome)
                if outcome.violations and plan.stop_at_first:
                    break
    logging.disable(logging.NOTSET)
    return found


def _told(outcome: Outcome, *, whole: bool) -> None:
    if not outcome.violations and not whole:
        return
    print(f"seed {outcome.seed}, --replay {','.join(map(str, outcome.steps))}")
    for line in outcome.story:
        print(f"  {line}")
    for violation in outcome.violations:
        print(f"  VIOLATION ({violation.kind}): {violation.text}", flush=True)
