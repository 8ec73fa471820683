"""What the audit log costs: audited changes against plain inserts, policy decisions, sealing, and checking all of it.

`countersign evals run ledger [--entries N] [--writers N] [--seconds S] [--decisions N]` on a PostgreSQL of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from domain.actions import Intent
from domain.actor import Actor, Role
from domain.money import Money
from evals.log import LogStand, log_stand
from policies.engine import Policies
from store import threads
from store.database import Connection, Database
from store.receipts import Receipts

SLICES = 6  # the two arms take turns, so that a busy moment of the machine falls on both
CLERK = Actor("northlight", "00000000-0000-0000-0000-000000000000", "Evaluation", frozenset({Role.FINANCE}))
Change = Callable[[Connection], Awaitable[object]]


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    entries: int
    writers: int
    seconds: float
    decisions: int


def run(argv: list[str]) -> dict[str, Any]:
    """Measure, telling what is done; the figures are returned."""
    parser = argparse.ArgumentParser("countersign evals run ledger", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries that are sealed and verified (1000000)")
    parser.add_argument("--writers", type=int, default=16, help="writers at once (16)")
    parser.add_argument("--seconds", type=float, default=24, help="how long both arms of writers run together (24)")
    parser.add_argument("--decisions", type=int, default=2_000, help="policy decisions that are timed (2000)")
    sizes = Sizes(**vars(parser.parse_args(argv)))
    return asyncio.run(_measured(sizes))


async def _measured(sizes: Sizes) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="countersign-ledger-")))
        stand = await stack.enter_async_context(log_stand(place))
        receipts = Receipts(place / "log" / "receipts")
        database = Database(stand.app_url, max_size=sizes.writers, receipts=receipts)
        writers = await stack.enter_async_context(database)
        print(f"{sizes.writers} writers, audited and plain in turns")
        plain, audited = await _rates(writers, sizes)
        print(f"  plain {plain:,.0f}/s, audited {audited:,.0f}/s")
        decisions = _decisions(sizes.decisions)
        print(f"{decisions:,.0f} policy decisions/s")
        sealed, verified = await _log(stand, sizes.entries)
    return {
        "eval": "ledger",
        "writers": sizes.writers,
        "plain_per_s": round(plain),
        "audited_per_s": round(audited),
        "ratio": round(audited / plain, 3),
        "decisions_per_s": round(decisions),
        "entries": sizes.entries,
        "sealed_per_s": round(sealed),
        "verify_s": round(verified, 2),
        "verify_1m_s": round(verified * 1_000_000 / sizes.entries, 2),
    }


async def _rates(database: Database, sizes: Sizes) -> tuple[float, float]:
    """Transactions a second: the state change alone, and with its audit entry."""
    done = {_plain: 0, _audited: 0}
    spent = {_plain: 0.0, _audited: 0.0}
    for number in range(-1, SLICES):
        for change in (_plain, _audited) if number % 2 else (_audited, _plain):
            count, seconds = await _slice(database, change, sizes.writers, sizes.seconds / SLICES / 2)
            if number >= 0:  # the first slice of each only warms up
                done[change] += count
                spent[change] += seconds
    return done[_plain] / spent[_plain], done[_audited] / spent[_audited]


async def _slice(database: Database, change: Change, writers: int, seconds: float) -> tuple[int, float]:
    began = time.monotonic()
    until = began + seconds

    async def write() -> int:
        count = 0
        while time.monotonic() < until:
            async with database.tenant(CLERK.tenant) as connection:
                await change(connection)
            count += 1
        return count

    counts = await asyncio.gather(*(write() for _ in range(writers)))
    return sum(counts), time.monotonic() - began


async def _plain(connection: Connection) -> None:
    facts = {"tenant": CLERK.tenant, "person": CLERK.person, "title": "What waits for approval?"}
    await (await connection.execute(threads.SQL["create"], facts)).fetchone()


async def _audited(connection: Connection) -> None:
    await threads.create(connection, CLERK, "What waits for approval?")


def _decisions(count: int) -> float:
    policies = Policies.load()
    intent = Intent("contract.set_po_number", {"po_number": "PO-1"}, "", amount=Money(Decimal(12_500), "EUR"))
    began = time.monotonic()
    for _ in range(count):
        policies.judge(intent, CLERK)
    return count / (time.monotonic() - began)


async def _log(stand: LogStand, entries: int) -> tuple[float, float]:
    """Entries sealed a second, and the seconds that checking all of them takes."""
    before = await stand.seal()
    known = before.size if before else 0
    stand = replace(stand, receipts=None)  # no writer of ours has written the crowd
    stand.crowd(entries)
    began = time.monotonic()
    checkpoint = await stand.seal()
    sealed = (checkpoint.size if checkpoint else known) - known
    rate = sealed / (time.monotonic() - began)
    print(f"Sealed {sealed:,} entries at {rate:,.0f}/s")
    began = time.monotonic()
    seen = await stand.verify()
    if not seen.sound or seen.waiting:
        raise AssertionError(f"The untouched log does not verify: {seen.problems[:3]}")
    seconds = time.monotonic() - began
    print(f"Verified {seen.entries:,} entries in {seconds:.1f} s")
    return rate, seconds * entries / seen.entries
