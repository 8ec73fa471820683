"""An embeddings endpoint by setting: asked once a text, its answers checked, its failures said."""

from __future__ import annotations

import json
import math

import httpx
import pytest

from domain.errors import ModelUnavailable
from store.embedding import DIMENSIONS
from store.embedding_endpoint import EndpointEmbedder

pytestmark = pytest.mark.anyio


class Endpoint:
    """Answers like OpenAI's, the rows out of order; `spoil` changes the answer."""

    def __init__(self, spoil: object = None, status: int = 200) -> None:
        self.asked: list[dict[str, object]] = []
        self.headers: list[httpx.Headers] = []
        self.spoil, self.status = spoil, status

    def __call__(self, request: httpx.Request) -> httpx.Response:
        wanted = json.loads(request.content)
        self.asked.append(wanted)
        self.headers.append(request.headers)
        rows = [
            {"index": index, "embedding": [float(len(text))] + [1.0] * (DIMENSIONS - 1)}
            for index, text in enumerate(wanted["input"])
        ]
        return httpx.Response(self.status, json=self.spoil or {"data": rows[::-1]})


def embedder(endpoint: Endpoint, key: str = "") -> EndpointEmbedder:
    return EndpointEmbedder("http://models.example/v1", "small", key, httpx.MockTransport(endpoint))


async def test_vectors_come_in_the_texts_order_as_unit_vectors_and_once() -> None:
    endpoint = Endpoint()
    found = embedder(endpoint, key="secret")
    one, other, again = await found(["a", "four", "a"])
    assert one == again
    assert other[0] > one[0]
    assert math.isclose(sum(value * value for value in other), 1.0)
    assert endpoint.asked == [{"model": "small", "input": ["a", "four"], "dimensions": DIMENSIONS}]
    assert endpoint.headers[0]["authorization"] == "Bearer secret"
    await found(["four", ""])
    assert endpoint.asked[1]["input"] == [" "]
    await found.aclose()


@pytest.mark.parametrize(
    "spoil",
    [
        {"data": []},
        {"data": [{"index": 0, "embedding": [1.0, 2.0]}]},
        {"data": [{"index": 0, "embedding": [0.0] * DIMENSIONS}]},
        {"data": [{"index": 0, "embedding": ["x"] * DIMENSIONS}]},
        {"error": "no"},
    ],
)
async def test_an_answer_that_is_no_vector_is_refused(spoil: dict[str, object]) -> None:
    with pytest.raises(ModelUnavailable):
        await embedder(Endpoint(spoil))(["a"])


async def test_an_endpoint_that_fails_is_said_to() -> None:
    with pytest.raises(ModelUnavailable, match="embeddings endpoint"):
        await embedder(Endpoint({"error": "busy"}, 503))(["a"])
