"""What a sentence's wording speaks for, learned from examples: its kind, and the values of the kind's arguments."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from agent.rules.examples import digest
from agent.rules.grammar import Kind
from domain.errors import ConfigurationError
from store.embedding import embedding

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
KIND = "kind"
VALUES = "/values"
Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Judged:
    """The likeliest kinds, best first; `margin` is how far the first is ahead of the second."""

    kind: Kind
    second: Kind
    margin: float


@dataclass(frozen=True)
class Learned:
    """What tells some values apart, one column a value: `shares` of each of the examples `rows` by nearness to its
    meaning, and `columns` of the spelling.
    """

    values: tuple[str, ...]
    rows: Rows
    shares: Array
    columns: Array


@dataclass(frozen=True)
class Weights:
    """The `meaning` of each example, and what was learned from them: of the `KIND`, and of each argument."""

    meaning: Array
    learned: Mapping[str, Learned]


@dataclass(frozen=True)
class Wording:
    """A sentence in numbers: how near it is to each example in meaning, and its spelling."""

    near: Array
    spelling: Array


@cache
def weights() -> Weights:
    """What `countersign evals run examples --write` learned. Raises ConfigurationError."""
    kept = np.load(WEIGHTS)
    if str(kept["digest"]) != digest():
        raise ConfigurationError("agent/rules/examples.npz is stale; run `countersign evals run examples --write`.")
    names = [key.removesuffix(VALUES) for key in kept.files if key.endswith(VALUES)]
    return Weights(kept["meaning"].astype(np.float64), {name: _learned(kept, name) for name in names})


def keep(found: Weights, edition: str) -> None:
    """Write the weights beside the examples that they were learned from."""
    arrays: dict[str, npt.NDArray[Any]] = {"meaning": found.meaning.astype(np.float16), "digest": np.array(edition)}
    for name, one in found.learned.items():
        arrays[name + VALUES] = np.array(one.values)
        arrays[f"{name}/rows"] = one.rows.astype(np.int32)
        arrays[f"{name}/shares"] = one.shares.astype(np.float16)
        arrays[f"{name}/columns"] = one.columns.astype(np.float16)
    np.savez_compressed(WEIGHTS, allow_pickle=False, **arrays)


def _learned(kept: Mapping[str, npt.NDArray[Any]], name: str) -> Learned:
    values = tuple(str(value) for value in kept[name + VALUES])
    shares, columns = (kept[f"{name}/{part}"].astype(np.float64) for part in ("shares", "columns"))
    return Learned(values, kept[f"{name}/rows"], shares, columns)


@lru_cache(maxsize=64)
def heard(text: str) -> Wording:
    """The numbers of a sentence, worked out once for its kind and all its arguments."""
    return wording_of(weights(), features([text])[0])


def wording_of(known: Weights, row: Array) -> Wording:
    """The same of a sentence's features."""
    return Wording(nearness(row[None, :MEANING], known.meaning)[0], row[MEANING:])


def scores(learned: Learned, said: Wording) -> Array:
    """How much the wording speaks for each value: about 1 for one that is said, about 0 for others."""
    return said.near[learned.rows] @ learned.shares + said.spelling @ learned.columns


def judge(text: str, voices: Mapping[Kind, float] | None = None, without: Collection[Kind] = ()) -> Judged:
    """The kinds that the wording speaks for; `voices` add to some, and `without` are those that it cannot be."""
    learned = weights().learned[KIND]
    return judged(learned, scores(learned, heard(text)), voices, without)


def judged(
    learned: Learned, found: Array, voices: Mapping[Kind, float] | None = None, without: Collection[Kind] = ()
) -> Judged:
    """The two likeliest kinds by these scores."""
    kinds = tuple(Kind(value) for value in learned.values)
    added = [-np.inf if kind in without else (voices or {}).get(kind, 0.0) for kind in kinds]
    return best(kinds, found + np.array(added))


def guess(found: Judged) -> Kind | None:
    """The likeliest kind, where it is any likelier than the next."""
    return found.kind if found.margin >= GUESS else None


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
