"""Embeddings from an OpenAI-compatible endpoint, for firms that set one: projects' names and titles go there, no more.

Source: https://platform.openai.com/docs/api-reference/embeddings (`input`, `model`, `dimensions`; `data[].embedding`).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence

import httpx

from domain.errors import ModelUnavailable
from store.embedding import DIMENSIONS

BATCH = 256
REMEMBERED = 4096
SECONDS = 20.0


class EndpointEmbedder:
    """`url` is the address before `/embeddings`; the model must give vectors of 384 numbers, or be able to shorten."""

    def __init__(self, url: str, model: str, key: str = "", transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.model = model
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=SECONDS,
            transport=transport,
        )
        self._known: OrderedDict[str, list[float]] = OrderedDict()

    async def aclose(self) -> None:
        """Give the connection back."""
        await self._client.aclose()

    async def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors, in the texts' order. Raises ModelUnavailable when the endpoint gives no usable answer."""
        found = {text: self._known[text] for text in texts if text in self._known}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            found |= dict(zip(batch, await self._ask(batch), strict=True))
        for text, vector in found.items():
            self._known[text] = vector
            self._known.move_to_end(text)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return [found[text] for text in texts]

    async def _ask(self, batch: Sequence[str]) -> list[list[float]]:
        # An empty text is an error at some endpoints.
        wanted = {"model": self.model, "input": [text or " " for text in batch], "dimensions": DIMENSIONS}
        try:
            answer = await self._client.post("embeddings", json=wanted)
            answer.raise_for_status()
            rows = sorted(answer.json()["data"], key=lambda row: row["index"])
            vectors = [[float(value) for value in row["embedding"]] for row in rows]
        except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
            raise ModelUnavailable(f"The embeddings endpoint gave no usable answer: {type(error).__name__}.") from error
        if len(vectors) != len(batch) or any(len(vector) != DIMENSIONS for vector in vectors):
            raise ModelUnavailable(f"The embeddings endpoint must give one vector of {DIMENSIONS} numbers a text.")
        return [_unit(vector) for vector in vectors]


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(sum(value * value for value in vector))
    if not math.isfinite(length) or length == 0:
        raise ModelUnavailable("The embeddings endpoint gave a vector without a direction.")
    return [value / length for value in vector]
