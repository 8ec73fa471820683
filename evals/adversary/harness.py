"""`countersign evals run adversary`: many seeded runs of a powerful attacker against the real service."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.adversary import hostile, processes
from evals.adversary.processes import Plan
from evals.adversary.runs import Outcome, Step


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
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (default 2; 1 runs in this one)")
    parser.add_argument("--strings", type=Path, help="folder of JSON-lines files whose `text` is used as injection too")
    parser.add_argument("--replay", default="", help="moves to run instead of drawn ones, as a violation prints them")
    parser.add_argument("--story", action="store_true", help="tell every run")
    return parser.parse_args(argv)


def run(argv: list[str]) -> dict[str, Any]:
    """Run all, print each violation with its seed and its shortest moves, and return the figures."""
    wanted = options(argv)
    began = time.monotonic()
    total = Total()
    with processes.server() as server:
        for outcome in _outcomes(_plans(wanted, server.host), wanted.jobs):
            total.add(outcome)
            _tell(outcome, whole=wanted.story)
            if total.runs % 50 == 0:
                print(f"{total.runs} runs, {total.writes} writes, {total.violations} violations", flush=True)
    if total.runs < wanted.runs:
        raise RuntimeError(f"A process of the harness died: {total.runs} of {wanted.runs} runs ended.")
    return {"eval": "adversary", **total.figures(), "seconds": round(time.monotonic() - began, 1)}


def _plans(wanted: argparse.Namespace, host: str) -> dict[str, Plan]:
    texts = hostile.strings(wanted.strings)
    replay = tuple(Step.parse(step) for step in wanted.replay.split(",")) if wanted.replay else ()
    seeds = range(wanted.seed, wanted.seed + wanted.runs)
    parts = [tuple(seeds[job :: wanted.jobs]) for job in range(wanted.jobs)]
    return {
        f"job_{job}": Plan(host, f"job_{job}", part, wanted.steps, texts, replay)
        for job, part in enumerate(parts)
        if part
    }


def _outcomes(plans: dict[str, Plan], jobs: int) -> Iterator[Outcome]:
    if jobs > 1:
        yield from (outcome for _, outcome in processes.spread(plans, jobs) if outcome)
        return
    for plan in plans.values():
        found: list[Outcome] = []
        asyncio.run(processes.play(plan, found.append))
        yield from found


def _tell(outcome: Outcome, *, whole: bool) -> None:
    if not outcome.violations and not whole:
        return
    print(f"seed {outcome.seed}, --replay {','.join(map(str, outcome.steps))}")
    for line in outcome.story:
        print(f"  {line}")
    for violation in outcome.violations:
        print(f"  VIOLATION ({violation.kind}): {violation.text}", flush=True)
