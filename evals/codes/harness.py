"""`countersign evals run codes`: the right code first, on the demo firm and on a firm that grew; the index at size.

`--codes N`, `--cases N`, `--vectors N` set the sizes; `--no-demo` leaves the demo firm out, `--fit` fits the
temperature of confidence on questions of another seed, `--list` prints what came first instead of the right code.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from domain.actor import Actor, Role
from evals.codes import nearness, ranking
from evals.codes.cases import Question, questions
from evals.codes.demo import demo_shares
from evals.codes.firm import TODAY, Generated, generate
from evals.codes.ranking import Asked
from store.database import Connection, Database
from store.embedded import EmbeddedPostgres, embedded_postgres
from store.embedding import Embedded
from store.migrate import migrate
from store.tenants import add_tenant, ensure_database
from tools import codes
from tools.catalogue import keep_up

SEED, FITTING_SEED = 20261123, 7
TENANT, LARGE = "grown", "large"
CLERK = Actor(TENANT, "00000000-0000-0000-0000-000000000000", "Evaluation", frozenset({Role.FINANCE}))


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    codes: int = 5_000
    cases: int = 320
    vectors: int = 100_000

    @classmethod
    def of(cls, argv: list[str]) -> Size:
        """From the command line."""
        sizes = {name: int(argv[argv.index(f"--{name}") + 1]) for name in vars(cls()) if f"--{name}" in argv}
        return cls(**sizes)


def run(argv: list[str]) -> dict[str, Any]:
    """Measure, telling what is done; the figures are returned."""
    size = Size.of(argv)
    with (
        tempfile.TemporaryDirectory(prefix="countersign-codes-") as place,
        embedded_postgres(Path(place) / "data") as pg,
    ):
        ensure_database(pg.owner_url("postgres"), "countersign")
        migrate(pg.owner_url("countersign"))
        for tenant in (TENANT, LARGE):
            add_tenant(pg.owner_url("countersign"), tenant, name=tenant, base_currency="EUR")
        result = asyncio.run(_measure(pg, size, argv))
    if "--no-demo" not in argv:
        _tell("Proposing codes for the demo firm's documents")
        result["demo"] = demo_shares(argv)
    return {"eval": "codes", **result}


async def _measure(pg: EmbeddedPostgres, size: Size, argv: list[str]) -> dict[str, Any]:
    async with Database(pg.app_url("countersign")) as database:
        _tell(f"Asking {size.cases} questions of {size.codes} codes")
        asked, speed = await _ask(database, generate(size.codes, SEED), size.cases, SEED)
        result = _figures(asked, speed)
        if "--list" in argv:
            _list(asked)
        if "--fit" in argv:
            other, _ = await _ask(database, generate(size.codes, SEED), size.cases, FITTING_SEED)
            result["fitted_temperature"] = ranking.fit(other)
        _tell(f"Looking among {size.vectors} codes")
        large = await nearness.measure(pg.owner_url("countersign"), database, LARGE, size.vectors, SEED)
    first = {"top1": result["generated"]["top1"], "top3": result["generated"]["top3"]}
    return {**first, "recall_at_10": large["recall_at_10"], "p95_ms": large["p95_ms"], **result, "index": large}


async def _ask(database: Database, generated: Generated, count: int, seed: int) -> tuple[list[Asked], dict[str, float]]:
    asked = questions(generated, count, seed)
    began = time.monotonic()
    async with database.tenant(TENANT) as connection:
        await keep_up(connection, generated.firm, Embedded())
        while await codes.catalogue.embed_some(connection, Embedded(), limit=2_000):
            pass
        learned = time.monotonic() - began
        await _remember(connection, generated, asked)
    found: list[Asked] = []
    took: list[float] = []
    for question in asked:
        async with database.tenant(TENANT) as connection:
            start = time.perf_counter()
            gathered = await codes.gather(connection, generated.firm, question.asked, today=TODAY)
            gathered.ranked()
            took.append((time.perf_counter() - start) * 1000)
        found.append(Asked(question, gathered))
    return found, {"catalogue_s": round(learned, 1), "propose_p95_ms": round(quantiles(took, n=20)[18], 1)}


async def _remember(connection: Connection, generated: Generated, asked: tuple[Question, ...]) -> None:
    for question in asked:
        for earlier in question.earlier:
            await codes.choose(connection, CLERK, generated.firm, earlier.asked, code=earlier.code, today=TODAY)


def _figures(asked: list[Asked], speed: dict[str, float]) -> dict[str, Any]:
    bookable = frozenset(
        candidate.code
        for one in asked
        for candidate in one.found.candidates
        if candidate.status not in ("done", "cancelled") and (candidate.opened is None or candidate.opened <= TODAY)
    )
    return {
        "generated": {
            "questions": len(asked),
            **ranking.shares(asked),
            "top1_by_kind": ranking.by_kind(asked),
            "calibration_error": ranking.calibration(asked),
            "not_bookable_proposed": ranking.safe(asked, bookable),
            **speed,
        },
        "ablation": {name: ranking.shares(asked, way) for name, way in ranking.WAYS.items()},
    }


def _list(asked: list[Asked]) -> None:
    for one in asked:
        ranked = one.found.ranked()
        if ranking.place(ranked, one.question) != 0:
            first, question = ranked[0], one.question
            said = question.asked.work.subject[:70]
            at = ranking.place(ranked, question)
            name = next((c.name for c in one.found.candidates if c.code == question.wanted), "not found")
            _tell(
                f"{question.kind}: {said!r}: {first.code} {first.name!r} ({first.confidence}) "
                f"instead of {question.wanted} {name!r} (place {at})"
            )


def _tell(text: str) -> None:
    print(text, file=sys.stderr)
