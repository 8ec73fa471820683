"""Draws the line between texts that address a machine and texts of a contract, and measures it on what it did not see.

`countersign evals run steering [--write]`: ten-fold cross-validation over `policies/steering_texts.toml`; with
`--write` the line over all examples becomes `policies/steering.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tomllib
from typing import Any

import numpy as np
import numpy.typing as npt

from policies.steering import EXAMPLES, LINE
from store.embedding import embedding

FOLDS = 10
FALSE_ALARMS = {"sure": 0.01, "doubt": 0.03}  # of the contracts' texts in the folds: where the thresholds are set
DECAY, RATE, ROUNDS = 3e-4, 4.0, 3000  # of a logistic regression by gradient descent, both kinds weighing the same
Array = npt.NDArray[np.float64]


def run(argv: list[str]) -> dict[str, Any]:
    """Draw the line; the figures are those of the folds."""
    parser = argparse.ArgumentParser("countersign evals run steering", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the line")
    options = parser.parse_args(argv)
    content = EXAMPLES.read_bytes()
    examples = tomllib.loads(content.decode())
    texts = [*examples["steering"], *examples["contract"]]
    steering = np.array([1.0] * len(examples["steering"]) + [0.0] * len(examples["contract"]))
    vectors = np.array([embedding().encode(text) for text in texts])
    scores = _folded(vectors, steering)
    limits = {name: float(np.quantile(scores[steering == 0], 1 - share)) for name, share in FALSE_ALARMS.items()}
    if options.write:
        weights, bias = drawn(vectors, steering)
        line = {
            "weights": [round(float(weight), 4) for weight in weights],
            **{name: round(limit - bias, 4) for name, limit in limits.items()},
            "examples": hashlib.sha256(content).hexdigest(),
        }
        LINE.write_text(json.dumps(line) + "\n", "utf-8")
    found = {name: round(float((scores[steering == 1] > limit).mean()), 3) for name, limit in limits.items()}
    return {"eval": "steering", "examples": len(texts), "found": found, "false_alarms": FALSE_ALARMS}


def drawn(vectors: Array, steering: Array) -> tuple[Array, float]:
    """Weights and bias of a logistic regression."""
    weights, bias = np.zeros(vectors.shape[1]), 0.0
    share = np.where(steering == 1, 0.5 / steering.sum(), 0.5 / (1 - steering).sum())
    for _ in range(ROUNDS):
        error = (1 / (1 + np.exp(-(vectors @ weights + bias))) - steering) * share
        weights -= RATE * (vectors.T @ error + DECAY * weights)
        bias -= RATE * float(error.sum())
    return weights, bias


def _folded(vectors: Array, steering: Array) -> Array:
    """Each text's score by a line that was drawn without it."""
    scores = np.zeros(len(steering))
    order = np.random.default_rng(0).permutation(len(steering))
    for fold in range(FOLDS):
        left_out = order[fold::FOLDS]
        others = np.setdiff1d(order, left_out)
        weights, bias = drawn(vectors[others], steering[others])
        scores[left_out] = vectors[left_out] @ weights + bias
    return scores
