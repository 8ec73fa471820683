"""Which kind of question a sentence's wording speaks for, learned from sentences whose kind is known."""

from __future__ import annotations

import hashlib
import tomllib
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from agent.rules.grammar import Kind
from domain.errors import ConfigurationError
from store.embedding import embedding

EXAMPLES = Path(__file__).with_name("examples.toml")
WEIGHTS = Path(__file__).with_name("examples.npz")
BUCKETS = 2048  # that pieces of words, words and pairs of words are counted in
PIECES = (3, 4, 5)  # letters
WHOLE = 2  # a word counts as two of its pieces
SPELLING = 0.7  # how long the vector of the spelling is beside that of the meaning
CONSTANT = 0.3
MEANING = 384  # numbers of an embedding
NEAR = 2.0  # how fast an example's say fades with its distance in meaning
# How far the best kind is ahead: from CLEAR on 99 of 100 sentences that are no examples are read rightly (`countersign
# evals run examples`); below GUESS one asks back.
CLEAR, GUESS = 0.18, 0.03
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """The likeliest kinds, best first; `margin` is how far the first is ahead of the second."""

    kind: Kind
    second: Kind
    margin: float


@dataclass(frozen=True)
class Weights:
    """One column a kind: `shares` of each example by nearness to its `meaning`, and `columns` of the spelling."""

    kinds: tuple[Kind, ...]
    meaning: Array
    shares: Array
    columns: Array


def sentences(path: Path = EXAMPLES) -> tuple[tuple[Kind, str], ...]:
    """All examples, with names of ours as `Reading.neutral` has them."""
    data = tomllib.loads(path.read_text("utf-8"))
    return tuple((Kind(kind), text) for kind, texts in data.items() for text in texts)


def digest() -> str:
    """Which edition of the examples the weights were learned from."""
    return hashlib.sha256(EXAMPLES.read_bytes()).hexdigest()


@cache
def weights() -> Weights:
    """What `countersign evals run examples --write` learned. Raises ConfigurationError."""
    kept = np.load(WEIGHTS)
    if str(kept["digest"]) != digest():
        raise ConfigurationError("agent/rules/examples.npz is stale; run `countersign evals run examples --write`.")
    numbers = (kept[name].astype(np.float64) for name in ("meaning", "shares", "columns"))
    return Weights(tuple(Kind(kind) for kind in kept["kinds"]), *numbers)


def judge(text: str, voices: Mapping[Kind, float] | None = None, without: Collection[Kind] = ()) -> Judged:
    """The kinds that the wording speaks for; `voices` add to some, and `without` are those that it cannot be."""
    return judged(weights(), features([text])[0], voices, without)


def guess(found: Judged) -> Kind | None:
    """The likeliest kind, where it is any likelier than the next."""
    return found.kind if found.margin >= GUESS else None


def judged(
    known: Weights, row: Array, voices: Mapping[Kind, float] | None = None, without: Collection[Kind] = ()
) -> Judged:
    """The same of a sentence's features."""
    near = nearness(row[None, :MEANING], known.meaning)[0]
    added = [-np.inf if kind in without else (voices or {}).get(kind, 0.0) for kind in known.kinds]
    return best(known.kinds, near @ known.shares + row[MEANING:] @ known.columns + np.array(added))


def nearness(some: Array, others: Array) -> Array:
    """(some, others): 1 for the same meaning, towards 0 for another one; a Gaussian of the distance."""
    squared = (some**2).sum(1)[:, None] + (others**2).sum(1)[None] - 2 * some @ others.T
    return np.exp(-NEAR * squared / 2)


def best(kinds: tuple[Kind, ...], scores: Array) -> Judged:
    """The two kinds with the highest scores."""
    second, first = (int(index) for index in np.argsort(scores, kind="stable")[-2:])
    return Judged(kinds[first], kinds[second], float(scores[first] - scores[second]))


def features(texts: list[str]) -> Array:
    """(texts, meaning and spelling): the embedding beside what it is written of, for slips and short forms."""
    meaning = np.array(embedding().encode_many(texts), np.float64)
    spelling = np.array([_spelling(text) for text in texts])
    return np.hstack([meaning, SPELLING * spelling, np.full((len(texts), 1), CONSTANT)])


def _spelling(text: str) -> Array:
    counts = np.zeros(BUCKETS)
    padded, said = f" {text} ", ["^", *text.split(), "$"]
    for size in PIECES:
        for start in range(len(padded) - size + 1):
            counts[_bucket(padded[start : start + size])] += 1
    for word in said:
        counts[_bucket(f"w{word}")] += WHOLE
    for first, second in pairwise(said):
        counts[_bucket(f"b{first} {second}")] += WHOLE
    roots = np.sqrt(counts)
    return roots / np.linalg.norm(roots)


def _bucket(piece: str) -> int:
    return zlib.crc32(piece.encode()) % BUCKETS
