"""What a sentence most resembles, of examples whose kind is known: for wording that the grammar has not foreseen."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from agent.rules.grammar import Kind
from domain.errors import ConfigurationError
from store.embedding import embedding

EXAMPLES = Path(__file__).with_name("examples.toml")
VECTORS = Path(__file__).with_name("examples.npz")
NEIGHBOURS = 5
SHARPNESS = 4  # a neighbour counts by its cosine to this power, so that one close example outweighs several far ones
Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Near:
    """The kind of the nearest examples; `likeness` is the cosine of the nearest of them."""

    kind: Kind
    likeness: float


@dataclass(frozen=True)
class Examples:
    """Sentences with their kinds, and a unit vector of each."""

    kinds: tuple[Kind, ...]
    vectors: Array


def sentences() -> tuple[tuple[Kind, str], ...]:
    """All examples, as the grammar reads them: names of ours stand as "acme" and "cld-uki-1001"."""
    data = tomllib.loads(EXAMPLES.read_text("utf-8"))
    return tuple((Kind(kind), text) for kind, texts in data.items() for text in texts)


def digest() -> str:
    """Which edition of the examples the vectors were made of."""
    return hashlib.sha256(EXAMPLES.read_bytes()).hexdigest()


@cache
def examples() -> Examples:
    """The examples with the vectors that `countersign evals run examples --write` made. Raises ConfigurationError."""
    kept = np.load(VECTORS)
    if str(kept["digest"]) != digest():
        raise ConfigurationError("agent/rules/examples.npz is stale; run `countersign evals run examples --write`.")
    return Examples(tuple(kind for kind, _ in sentences()), kept["vectors"].astype(np.float32))


def nearest(text: str) -> Near:
    """The kind that the nearest examples speak for."""
    known = examples()
    return among(known.kinds, known.vectors, np.array(embedding().encode(text), np.float32))


def among(kinds: tuple[Kind, ...], vectors: Array, vector: Array) -> Near:
    """The kind with the most weight among the nearest."""
    likeness = vectors @ vector
    weights: dict[Kind, float] = {}
    closest: dict[Kind, float] = {}
    for index in np.argsort(-likeness)[:NEIGHBOURS]:
        kind, value = kinds[int(index)], max(float(likeness[index]), 0.0)
        weights[kind] = weights.get(kind, 0.0) + value**SHARPNESS
        closest.setdefault(kind, value)
    best = max(weights, key=lambda kind: weights[kind])
    return Near(best, closest[best])
