"""Measures the generated firm on a PostgreSQL of its own: sync, all rules, pages, one change; each at one or two sizes.

Sync means reading everything into an empty mirror; the incremental figure is from the ERP's change to the kept answer.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.billing import Shown, laid_out
from domain.actor import Actor, Role
from domain.records import Customer, Project
from erp.mirror import Mirror
from evals.scale.firm import LargeFirm, renamed
from store import facts, mirror, results
from store.database import Database
from store.embedded import embedded_postgres
from store.migrate import migrate
from store.tenants import add_tenant, ensure_database
from tools import passing
from tools.evaluating import evaluate
from tools.evaluating_many import evaluate_many
from tools.time_to_bill import GroupBy, TimeToBill, durations

TENANT = "large"
CLERK = Actor(TENANT, "00000000-0000-0000-0000-000000000000", "Evaluation", frozenset({Role.FINANCE}))
PAGES = 60
CHANGES = 12
REPORTS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Measured:
    """What one size took; seconds, milliseconds and megabytes."""

    projects: int
    entries: int
    sync_s: float
    requests: int
    all_rules_s: float
    all_rules_cpu_s: float
    incremental_ms: float
    incremental_customer_ms: float
    page_p95_ms: float
    time_to_bill_s: float
    time_to_bill_p95_ms: float
    peak_mb: int


def run(argv: list[str]) -> dict[str, Any]:
    """Measure, telling what is done; the figures are returned."""
    parser = argparse.ArgumentParser("countersign evals run scale", description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=2_000_000)
    parser.add_argument("--steps", action="store_true", help="a tenth of the size first, to tell the growth")
    parser.add_argument("--processes", type=int, default=2, help="that judge (2)")
    wanted = parser.parse_args(argv)
    before = None
    if wanted.steps:
        before = asyncio.run(_measured(wanted.projects // 10, wanted.entries // 10, wanted.processes))
    found = asyncio.run(_measured(wanted.projects, wanted.entries, wanted.processes))
    growth = {} if before is None else {"tenth": vars(before), "growth": _growth(before, found)}
    return {"eval": "scale", **vars(found), "sync_rows_per_s": round(found.entries / found.sync_s), **growth}


def _growth(before: Measured, after: Measured) -> dict[str, float]:
    """How many times longer ten times as much took; 10 is linear."""
    names = ("sync_s", "all_rules_s", "incremental_ms", "page_p95_ms")
    return {name: round(getattr(after, name) / getattr(before, name), 1) for name in names}


async def _measured(projects: int, entries: int, processes: int) -> Measured:
    today = datetime.now(UTC).date()
    firm = LargeFirm(projects, entries, today)
    async with AsyncExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="countersign-scale-")))
        postgres = stack.enter_context(embedded_postgres(place / "pg" / "data"))
        ensure_database(postgres.owner_url("postgres"), "countersign")
        migrate(postgres.owner_url("countersign"))
        add_tenant(postgres.owner_url("countersign"), TENANT, name="Large", base_currency="EUR")
        database = await stack.enter_async_context(Database(postgres.app_url("countersign")))
        return await _figures(database, firm, processes)


async def _figures(database: Database, firm: LargeFirm, processes: int) -> Measured:
    held = Mirror(database, TENANT, firm, seconds=3600)
    print(f"Reading {firm.projects:,} projects with {firm.entries:,} time entries")
    sync = await _seconds(held.sync)
    requests = firm.pages
    await _report(database, firm)
    print(f"  {sync:.1f} s, {requests} pages; judging all")
    before = _cpu()
    rules = await _seconds(lambda: evaluate_many(database, TENANT, firm.today, processes=processes))
    cpu = _cpu() - before
    print(f"  {rules:.1f} s; one change after the other")
    one = await _incremental(held, firm, "project")
    many = await _incremental(held, firm, "customer")
    print(f"  {one:.0f} ms, of a customer {many:.0f} ms; pages")
    pages = await _pages(held, firm)
    print(f"  {pages:.0f} ms; time to bill")
    passing_s = await _seconds(lambda: passing.keep_up(database, TENANT, firm.today))
    billed = await _time_to_bill(held, firm)
    print(f"  {passing_s:.1f} s to work out, {billed:.0f} ms to show")
    await _checked(database, firm)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return Measured(
        projects=firm.projects,
        entries=firm.entries,
        sync_s=round(sync, 2),
        requests=requests,
        all_rules_s=round(rules, 2),
        all_rules_cpu_s=round(cpu, 2),
        incremental_ms=round(one, 1),
        incremental_customer_ms=round(many, 1),
        page_p95_ms=round(pages, 1),
        time_to_bill_s=round(passing_s, 2),
        time_to_bill_p95_ms=round(billed, 1),
        peak_mb=peak // (1024 if sys.platform == "linux" else 1024 * 1024),
    )


def _cpu() -> float:
    """What this process and those it started have computed, PostgreSQL apart: a figure that other work leaves alone."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.monotonic()
    await work()
    return time.monotonic() - began


async def _report(database: Database, firm: LargeFirm) -> None:
    reports = firm.reports()
    while some := list(itertools.islice(reports, REPORTS_AT_ONCE)):
        async with database.tenant(TENANT) as connection:
            await facts.record(connection, CLERK, some)


async def _incremental(held: Mirror, firm: LargeFirm, kind: str) -> float:
    """The median time from a change in the ERP to the kept answer of whoever it touches."""
    took: list[float] = []
    for number in range(CHANGES):
        async with held.database.tenant(TENANT) as connection:
            (record,) = await mirror.chosen(connection, kind, [str(number * 7 % max(1, firm.projects // 10))])
        firm.changed.append(_changed(record))
        began = time.monotonic()
        await held.sync()
        done = await evaluate(held.database, TENANT, firm.today)
        took.append((time.monotonic() - began) * 1000)
        if not done.judged:
            raise AssertionError(f"A changed {kind} touched nobody.")
    return statistics.median(took)


def _changed(record: Project | Customer) -> Project | Customer:
    if isinstance(record, Project):
        return renamed(record)
    return replace(record, billing_emails=(), source=replace(record.source, version="2"))


async def _pages(held: Mirror, firm: LargeFirm) -> float:
    """The 95th percentile in milliseconds of a page's data, over the ways in which people look at the portfolio."""
    ways = (
        Shown(),
        Shown(sort="blocked", page=2),
        Shown(status="blocked", practice="CLD"),
        Shown(region="DACH", sort="ready"),
        Shown(search="Customer 0001"),
        Shown(group="customer"),
    )

    async def one(number: int) -> float:
        return await _seconds(lambda: laid_out(held, firm.today, ways[number % len(ways)])) * 1000

    took = [await one(number) for number in range(PAGES)]
    return statistics.quantiles(took, n=20)[-1]


async def _time_to_bill(held: Mirror, firm: LargeFirm) -> float:
    """The 95th percentile in milliseconds of what the page about time to bill shows, by four groupings."""
    groups: tuple[GroupBy, ...] = ("practice", "customer", "region", "month")

    async def one(number: int) -> float:
        wanted = TimeToBill.model_validate({"group_by": groups[number % len(groups)], "months": 6 + number % 7})
        return await _seconds(lambda: durations(held, wanted, firm.today)) * 1000

    return statistics.quantiles([await one(number) for number in range(PAGES)], n=20)[-1]


async def _checked(database: Database, firm: LargeFirm) -> None:
    """What was kept is what was generated, to the last record and with an answer for each."""
    async with database.tenant(TENANT) as connection:
        counts = await mirror.counts(connection)
        answered = sum((await results.statuses(connection, "")).values())
    if (counts.get("project"), counts.get("time"), answered) != (firm.projects, firm.entries, firm.projects):
        raise AssertionError(f"The mirror holds {counts}, with answers for {answered} projects.")
