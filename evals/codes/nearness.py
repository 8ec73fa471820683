"""The HNSW index at 100,000 codes: how many of the ten nearest it finds, and how long a look-up takes."""

from __future__ import annotations

import random
import time
from statistics import mean, quantiles

import numpy as np
import numpy.typing as npt

from evals.codes.firm import TODAY, generate
from store import catalogue
from store.database import Database
from store.embedding import Embedded, embedding
from store.superuser import fill_catalogue

Array = npt.NDArray[np.float32]
NAMES = 4000  # embedded, a tenth at most; the rest is made of them
QUERIES = 200
NEAREST = 10


def vectors(count: int, seed: int) -> Array:
    """(count, 384) unit vectors: embedded names, then names moved by the difference of two others, as `king - man` is.

    Embedding all 100,000 would take a quarter of an hour. What is made like this lies where names lie: near others of
    its kind, and no two in the same place.
    """
    names = [one.project.name for one in generate(min(count // 10, NAMES), seed).made]
    real = np.asarray(embedding().encode_many(names), np.float32)
    chance = np.random.default_rng(seed)
    rest = count - len(real)
    one, two, three = (real[chance.integers(0, len(real), rest)] for _ in range(3))
    mixed = one + 0.5 * (two - three)
    made = np.concatenate([real, mixed / np.linalg.norm(mixed, axis=1, keepdims=True)])
    return made[chance.permutation(count)]


async def measure(owner_url: str, database: Database, tenant: str, count: int, seed: int) -> dict[str, float]:
    """{recall_at_10, p95_ms, median_ms, built_s} of the product's own query, over a tenant's catalogue of this size."""
    held = vectors(count, seed)
    began = time.monotonic()
    fill_catalogue(owner_url, tenant, held.tolist(), Embedded.model)
    built = time.monotonic() - began
    asked = _queries(held, seed)
    recalls: list[float] = []
    took: list[float] = []
    for vector in asked:
        exact = set(np.argpartition(-(held @ vector), NEAREST)[:NEAREST].tolist())
        async with database.tenant(tenant) as connection:
            start = time.perf_counter()
            hits = await catalogue.by_meaning(connection, vector.tolist(), Embedded.model, TODAY, limit=NEAREST)
            took.append((time.perf_counter() - start) * 1000)
        recalls.append(len(exact & {int(hit.project) for hit in hits}) / NEAREST)
    cut = quantiles(took, n=20)
    return {
        "recall_at_10": round(mean(recalls), 4),
        "p95_ms": round(cut[18], 1),
        "median_ms": round(cut[9], 1),
        "built_s": round(built, 1),
    }


def _queries(held: Array, seed: int) -> list[Array]:
    """Other firms' names: none of them is in the catalogue."""
    names = [one.project.name for one in generate(min(QUERIES, len(held) // 20), seed + 1).made]
    random.Random(seed).shuffle(names)  # noqa: S311 - repeatable
    found = np.asarray(embedding().encode_many(names), np.float32)
    return list(found)
