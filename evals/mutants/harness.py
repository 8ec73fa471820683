"""`countersign evals run mutants`: with each guard removed in turn, a few runs of the adversary find a violation."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

from evals.adversary import hostile, processes
from evals.adversary.processes import Plan
from evals.adversary.runs import Outcome
from evals.mutants.guards import GUARDS


def options(argv: Sequence[str]) -> argparse.Namespace:
    """The command line of the harness."""
    parser = argparse.ArgumentParser(prog="countersign evals run mutants", description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(GUARDS), help="this guard alone (may be repeated)")
    parser.add_argument("--runs", type=int, default=60, help="runs for each mutant at most (default 60)")
    parser.add_argument("--steps", type=int, default=30, help="moves in each run (default 30)")
    parser.add_argument("--seed", type=int, default=1, help="seed of each mutant's first run (default 1)")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (default 2)")
    return parser.parse_args(argv)


def run(argv: list[str]) -> dict[str, Any]:
    """Hunt every mutant, tell what was found, and return the figures; `missed` are those without a violation."""
    wanted = options(argv)
    began = time.monotonic()
    names: list[str] = wanted.only or list(GUARDS)
    missed: list[str] = []
    tried: dict[str, list[Outcome]] = {name: [] for name in names}
    with processes.server() as server:
        for name, outcome in processes.spread(_plans(wanted, names, server.host), wanted.jobs):
            if outcome:
                tried[name].append(outcome)
            elif not _caught(name, tried[name]):
                missed.append(name)
    figures = {"eval": "mutants", "mutants": len(names), "caught": len(names) - len(missed), "missed": missed}
    return {**figures, "seconds": round(time.monotonic() - began, 1)}


def _plans(wanted: argparse.Namespace, names: Sequence[str], host: str) -> dict[str, Plan]:
    seeds = tuple(range(wanted.seed, wanted.seed + wanted.runs))
    return {
        name: Plan(
            host,
            f"mutant_{number}",
            seeds,
            wanted.steps,
            hostile.INSTRUCTIONS,
            removal=GUARDS[name],
            stop_at_first=True,
        )
        for number, name in enumerate(names)
    }


def _caught(name: str, outcomes: Sequence[Outcome]) -> bool:
    found = [violation for outcome in outcomes for violation in outcome.told_by_deeds]
    told = f"({found[0].kind}) {found[0].text}" if found else "NOTHING FOUND"
    print(f"{name}: after {len(outcomes)} runs {told}", flush=True)
    return bool(found)
