"""`countersign evals run codes`: the right code first, on the demo firm and on a firm that grew; the index at size.

`--codes N`, `--cases N`, `--vectors N` set the sizes; `--no-demo` leaves the demo firm out, `--list` prints what came
first instead of the right code. `--fit` fits confidence anew on firms of other seeds (`--fit-cases N` questions of each
kind and firm) and writes `policies/confidence.toml` and the table in `docs/codes.md`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles
from typing import Any

from domain.actor import Actor, Role
from evals.codes import fitting, nearness, ranking
from evals.codes.calibrating import Answer, answers
from evals.codes.cases import LINES, PAPERS, STATED, Question, questions
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

SEED = 20261123
FITTING_SEEDS = (7, 11, 13, 17, 19, 23)
FITTING_CODES = 1_000
TENANT, LARGE = "grown", "large"
CLERK = Actor(TENANT, "00000000-0000-0000-0000-000000000000", "Evaluation", frozenset({Role.FINANCE}))


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    codes: int = 5_000
    cases: int = 320
    vectors: int = 100_000
    fit_cases: int = 72
    fit_codes: int = FITTING_CODES

    @classmethod
    def of(cls, argv: list[str]) -> Size:
        """From the command line."""
        given = {name: f"--{name.replace('_', '-')}" for name in vars(cls())}
        return cls(**{name: int(argv[argv.index(flag) + 1]) for name, flag in given.items() if flag in argv})


def run(argv: list[str]) -> dict[str, Any]:
    """Measure, telling what is done; the figures are returned."""
    size = Size.of(argv)
    with (
        tempfile.TemporaryDirectory(prefix="countersign-codes-") as place,
        embedded_postgres(Path(place) / "data") as pg,
    ):
        ensure_database(pg.owner_url("postgres"), "countersign")
        migrate(pg.owner_url("countersign"))
        for tenant in (TENANT, LARGE, *map(_tenant, FITTING_SEEDS)):
            add_tenant(pg.owner_url("countersign"), tenant, name=tenant, base_currency="EUR")
        result = asyncio.run(_measure(pg, size, argv))
    if "--no-demo" not in argv:
        _tell("Proposing codes for the demo firm's documents")
        result["demo"] = demo_shares(argv)
    return {"eval": "codes", **result}


async def _measure(pg: EmbeddedPostgres, size: Size, argv: list[str]) -> dict[str, Any]:
    async with Database(pg.app_url("countersign")) as database:
        _tell(f"Asking {size.cases} questions of {size.codes} codes")
        generated = generate(size.codes, SEED)
        learned = await _learn(database, TENANT, generated)
        asked, p95 = await _ask(database, TENANT, generated, questions(generated, size.cases, SEED))
        result = _figures(asked, {"catalogue_s": learned, "propose_p95_ms": p95})
        if "--list" in argv:
            _list(asked)
        papers, _ = await _ask(database, TENANT, generated, _papers(generated, size.cases // 2, SEED))
        if "--fit" in argv:
            result["fitted"] = fitting.record(await _other_firms(database, size))
        result["calibration"] = fitting.figures([*answers(asked), *answers(papers)])
        _tell(f"Looking among {size.vectors} codes")
        large = await nearness.measure(pg.owner_url("countersign"), database, LARGE, size.vectors, SEED)
    first = {"top1": result["generated"]["top1"], "top3": result["generated"]["top3"]}
    error = {"calibration_error": result["calibration"]["error"]}
    return {
        **first,
        "recall_at_10": large["recall_at_10"],
        "p95_ms": large["p95_ms"],
        **error,
        **result,
        "index": large,
    }


async def _other_firms(database: Database, size: Size) -> dict[int, tuple[Answer, ...]]:
    """The answers to fit on, by the seed of their firm."""
    found: dict[int, tuple[Answer, ...]] = {}
    for seed in FITTING_SEEDS:
        _tell(f"Fitting confidence: the firm of seed {seed}")
        generated = generate(size.fit_codes, seed)
        await _learn(database, _tenant(seed), generated)
        wanted = (*questions(generated, size.fit_cases, seed, LINES), *_papers(generated, size.fit_cases, seed))
        asked, _ = await _ask(database, _tenant(seed), generated, wanted)
        found[seed] = answers(asked)
    return found


def _papers(generated: Generated, count: int, seed: int) -> tuple[Question, ...]:
    return (*questions(generated, count, seed, PAPERS), *questions(generated, count, seed + 1, STATED))


def _tenant(seed: int) -> str:
    return f"grown-{seed}"


async def _learn(database: Database, tenant: str, generated: Generated) -> float:
    """The seconds that it took to take the firm's codes over."""
    began = time.monotonic()
    async with database.tenant(tenant) as connection:
        await keep_up(connection, generated.firm, Embedded())
        while await codes.catalogue.embed_some(connection, Embedded(), limit=2_000):
            pass
    return round(time.monotonic() - began, 1)


async def _ask(
    database: Database, tenant: str, generated: Generated, asked: tuple[Question, ...]
) -> tuple[list[Asked], float]:
    """What was gathered for each, and the 95th percentile of the milliseconds that one took."""
    async with database.tenant(tenant) as connection:
        await _remember(connection, replace(CLERK, tenant=tenant), generated, asked)
    found: list[Asked] = []
    took: list[float] = []
    for question in asked:
        async with database.tenant(tenant) as connection:
            start = time.perf_counter()
            gathered = await codes.gather(connection, generated.firm, question.asked, today=TODAY)
            gathered.ranked()
            took.append((time.perf_counter() - start) * 1000)
        found.append(Asked(question, gathered))
    return found, round(quantiles(took, n=20)[18], 1)


async def _remember(connection: Connection, clerk: Actor, generated: Generated, asked: tuple[Question, ...]) -> None:
    for question in asked:
        for earlier in question.earlier:
            await codes.choose(connection, clerk, generated.firm, earlier.asked, code=earlier.code, today=TODAY)


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
