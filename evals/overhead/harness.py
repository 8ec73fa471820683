"""`countersign evals run overhead`: our turn against a bare ReAct agent.

Both have the same scripted model over HTTP, the same tools and the same PostgreSQL. Turns are taken in turns, so that
what else the machine does weighs on both alike; only the ratios mean something.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from pydantic import SecretStr

from agent.budgets import Limits
from agent.models import ModelSettings, chat_model
from agent.ports import AgentPorts
from agent.turns import answer
from domain.actor import Actor
from erp.demo import server
from erp.demo.cache import built_firm
from evals.agent.desk import Desk, desk
from evals.overhead.bare import Bare, bare
from evals.scripted import Reply, serve
from evals.stand import TENANT, Stand, stand
from store import threads
from store.tenants import ensure_database

QUESTION = "Is CLD-UKI-1001 ready to bill?"
CALL = Reply(calls=(("project_readiness", '{"project": "CLD-UKI-1001"}'),))
SAID = Reply("The findings below say why.")
WARM = 5
LIMITS = Limits(turn_tokens=200_000, person_tokens=2_000_000, tenant_tokens=200_000_000)
Ask = Callable[[], Awaitable[tuple[float, float]]]


def run(argv: list[str]) -> dict[str, Any]:
    """Measure turns of both kinds, one after the other and many at once."""
    parser = argparse.ArgumentParser("countersign evals run overhead", description=__doc__)
    parser.add_argument("--turns", type=int, default=100, help="turns of each kind, one after the other (100)")
    parser.add_argument("--threads", type=int, default=200, help="conversations at once (200)")
    parser.add_argument("--home", type=Path, help="a built demo firm (built where there is none)")
    wanted = parser.parse_args(argv)
    return asyncio.run(_measure(wanted.home or _firm(), wanted.turns, wanted.threads))


def _firm() -> Path:
    today = datetime.now(UTC).date()
    return built_firm(today, progress=lambda text: print(f"  {text}", file=sys.stderr), whole_month=True)


async def _measure(home: Path, turns: int, at_once: int) -> dict[str, Any]:
    async with stand({}, home) as firm:
        return await measured(firm, await desk(firm, ModelSettings(), server.seeded_on(home)), turns, at_once)


async def measured(firm: Stand, at: Desk, turns: int, at_once: int) -> dict[str, Any]:
    """The figures, on a firm that stands."""
    with serve(answer=_scripted) as script:
        model = chat_model(ModelSettings(script.url, "scripted", SecretStr("k"), seconds=120))
        ports = replace(at.ports, model=model, limits=LIMITS)
        context = await ports.context(at.actors["finn"], None)
        tools = ports.tools(context.policies, context.actor)
        async with bare(_bare_database(firm), model, tools, context) as other:
            return await _compared(at, ports, other, turns, at_once)


def _scripted(request: dict[str, Any]) -> Reply:
    return SAID if request["messages"][-1]["role"] == "tool" else CALL


def _bare_database(firm: Stand) -> str:
    """A database of its own on the same server, as the server's owner."""
    ensure_database(firm.owner_url, "bare")
    return firm.owner_url.replace("/postgres", "/bare")


async def _compared(at: Desk, ports: AgentPorts, other: Bare, turns: int, at_once: int) -> dict[str, Any]:
    finn = at.actors["finn"]
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for number in range(turns + WARM):
        pair = (await _governed(ports, finn), await other.ask(QUESTION))
        if number >= WARM:
            ours.append(pair[0])
            theirs.append(pair[1])
    crowd = [replace(finn, person=f"person-{number}") for number in range(at_once)]
    governed = await _together([lambda one=one: _governed(ports, one) for one in crowd])
    unruled = await _together([lambda: other.ask(QUESTION) for _ in crowd])
    return {
        "median_ratio": _ratio(ours, theirs, 1, 0.5),
        "p95_ratio": _ratio(ours, theirs, 1, 0.95),
        "first_block_ratio": _ratio(ours, theirs, 0, 0.5),
        "median_ms": round(1000 * _quantile([total for _, total in ours], 0.5), 1),
        "bare_median_ms": round(1000 * _quantile([total for _, total in theirs], 0.5), 1),
        "first_block_ms": round(1000 * _quantile([first for first, _ in ours], 0.5), 1),
        "turns": turns,
        "threads": at_once,
        "threads_ratio": round(governed[1] / unruled[1], 2),
        "errors": governed[0],
        "bare_errors": unruled[0],
    }


async def _governed(ports: AgentPorts, actor: Actor) -> tuple[float, float]:
    """One turn in a thread of its own: seconds until the first block, and until everything is stored."""
    async with ports.database.tenant(TENANT) as connection:
        thread = (await threads.create(connection, actor)).id  # a conversation is there before anyone asks in it
    began, first = monotonic(), 0.0
    async for event in answer(ports, actor, thread, QUESTION):
        if event.kind == "block":
            first = first or monotonic() - began
        if event.kind == "error" or (event.kind == "done" and event.data["engine"] != "scripted"):
            raise ValueError(f"the turn failed: {event.data}")
    return first, monotonic() - began


async def _together(asks: list[Ask]) -> tuple[int, float]:
    """How many failed, and the seconds for all."""
    began = monotonic()
    ended = await asyncio.gather(*(ask() for ask in asks), return_exceptions=True)
    failed = [one for one in ended if isinstance(one, BaseException)]
    for one in failed[:5]:
        print(f"failed: {one!r}", file=sys.stderr)
    return len(failed), monotonic() - began


def _ratio(ours: list[tuple[float, float]], theirs: list[tuple[float, float]], part: int, share: float) -> float:
    return round(_quantile([o[part] for o in ours], share) / _quantile([t[part] for t in theirs], share), 2)


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]
