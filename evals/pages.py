"""`countersign evals run pages [--rounds N]`: what each page costs on the demo firm, in time and in bytes.

A fresh demonstration is made and worked in (`evals.rounds`), then each page is asked for N times in a row by the person
whose page it is. The time is that from asking to the whole answer, the processor time that of the API's process alone,
so that a machine that does other things can be told from a page that is slow. A page's files are its own HTML and the
style sheets and scripts that it names, as a browser without a cache asks for them; pictures are not counted.
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
import psutil

from api.demo.console import Progress
from api.demo.preflight import any_port
from api.demo.stack import Plan, Running, running
from evals.rounds import Shot, prepared

ASSET = re.compile(r'(?:<link rel="stylesheet" href|<script type="module" src)="([^"]+)"')
IMPORT = re.compile(r'^import (?:[^"\n]+ from )?"\./([^"]+)";', re.MULTILINE)
WARM = 3
MOST_BYTES, MOST_MS = 150_000, 100


@dataclass(frozen=True)
class Cost:
    """One page: milliseconds from asking to the whole answer, processor milliseconds of the API, files and bytes."""

    page: str
    p50: float
    p95: float
    cpu: float
    requests: int
    bytes: int


def run(argv: list[str]) -> dict[str, Any]:
    """Measure every page, by default 20 times; the table goes to standard error."""
    rounds = int(argv[argv.index("--rounds") + 1]) if "--rounds" in argv else 20
    home = Path(tempfile.mkdtemp(prefix="countersign-pages-"))
    plan = Plan(home, "127.0.0.1", any_port(), any_port(), datetime.now(UTC).date())
    try:
        with running(plan, Progress()) as stack:
            costs = _measured(stack, prepared(stack), rounds)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for cost in costs:
        print(_line(cost), file=sys.stderr)
    return {
        "rounds": rounds,
        "pages": {cost.page: asdict(cost) for cost in costs},
        "over_150_kb": [cost.page for cost in costs if cost.bytes > MOST_BYTES],
        "p95_over_100_ms": [cost.page for cost in costs if cost.p95 > MOST_MS],
    }


def _line(cost: Cost) -> str:
    return (
        f"{cost.page:16} p50 {cost.p50:6.1f} ms  p95 {cost.p95:6.1f} ms  processor {cost.cpu:6.1f} ms  "
        f"{cost.requests:2} files  {cost.bytes / 1000:6.1f} kB"
    )


def _measured(stack: Running, shots: list[Shot], rounds: int) -> list[Cost]:
    api = psutil.Process(_process(stack.plan.home))
    costs: list[Cost] = []
    for role in dict.fromkeys(shot.role for shot in shots):
        with httpx.Client(base_url=stack.address, timeout=60, follow_redirects=True, trust_env=False) as client:
            if role:
                email = next(email for known, email in stack.people if known == role)
                client.post("/signin", data={"email": email, "password": stack.password}).raise_for_status()
            costs += [_cost(client, api, shot, rounds) for shot in shots if shot.role == role]
    return costs


def _process(home: Path) -> int:
    """The number of the API's process, as the demonstration remembers it."""
    kept: Mapping[str, Any] = json.loads((home / "children.json").read_text("utf-8"))
    return int(kept["api"][0])


def _cost(client: httpx.Client, api: psutil.Process, shot: Shot, rounds: int) -> Cost:
    for _ in range(WARM):
        client.get(shot.path).raise_for_status()
    before, times = _spent(api), list[float]()
    for _ in range(rounds):
        begun = perf_counter()
        client.get(shot.path)
        times.append((perf_counter() - begun) * 1000)
    spent = (_spent(api) - before) * 1000 / rounds
    answer = client.get(shot.path)
    files = _files(client, answer.text)
    p95 = statistics.quantiles(times, n=20)[-1]
    size = len(answer.content) + sum(files.values())
    return Cost(shot.name, round(statistics.median(times), 1), round(p95, 1), round(spent, 1), 1 + len(files), size)


def _spent(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system


def _files(client: httpx.Client, html: str) -> dict[str, int]:
    """The style sheets and scripts of a page, with those that scripts import, and their bytes."""
    found: dict[str, int] = {}
    waiting = [address.partition("?")[0] for address in ASSET.findall(html)]
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        text = client.get(address).raise_for_status().text
        found[address] = len(text.encode())
        if address.endswith(".js"):
            waiting += [f"{address.rpartition('/')[0]}/{name}" for name in IMPORT.findall(text)]
    return found
