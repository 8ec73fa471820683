"""`countersign evals run examples [--write]`: how well the examples tell each other's kind, each left out in turn."""

from __future__ import annotations

from typing import Any

import numpy as np

from agent.rules.nearest import VECTORS, among, digest, sentences
from store.embedding import embedding


def run(argv: list[str]) -> dict[str, Any]:
    """Leave-one-out; with --write the vectors are kept for the agent."""
    known = sentences()
    vectors = np.array([embedding().encode(text) for _, text in known], np.float32)
    if "--write" in argv:
        np.savez_compressed(VECTORS, vectors=vectors.astype(np.float16), digest=np.array(digest()))
    right = 0
    for index, (kind, _) in enumerate(known):
        others = np.delete(vectors, index, axis=0)
        kinds = tuple(one for at, (one, _) in enumerate(known) if at != index)
        right += among(kinds, others, vectors[index]).kind is kind
    return {"examples": len(known), "right": right, "share": round(right / len(known), 3)}
