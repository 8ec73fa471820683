"""`countersign evals run examples [--write]`: how well the examples tell the kind of a sentence.

Measured twice: each example left out in turn, and on the sentences of `phrases.toml`, which are none of the examples.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from agent.rules.grammar import Kind
from agent.rules.reading import STANDING, normal
from agent.rules.wording import (
    CLEAR,
    MEANING,
    WEIGHTS,
    Array,
    Judged,
    Weights,
    best,
    digest,
    features,
    judged,
    nearness,
    sentences,
)

APART = Path(__file__).with_name("phrases.toml")
RIDGE = 0.1
USUAL = 60  # examples of a kind; those of a rarer one count for more, by the root


def run(argv: list[str]) -> dict[str, Any]:
    """Learn the weights and measure them; with --write they are kept for the agent."""
    known, apart = sentences(), sentences(APART)
    learned, left_out = learn(known, features([normal(text, STANDING) for _, text in known]))
    if "--write" in argv:
        numbers = {name: getattr(learned, name).astype(np.float16) for name in ("meaning", "shares", "columns")}
        np.savez_compressed(WEIGHTS, kinds=np.array(learned.kinds), digest=np.array(digest()), **numbers)
    found = [judged(learned, row) for row in features([normal(text, STANDING) for _, text in apart])]
    if "--list" in argv:
        for (kind, text), one in zip(apart, found, strict=True):
            if one.kind is not kind:
                print(f"{text}: {one.kind}, not {kind} ({one.margin:.2f})", file=sys.stderr)
    return {
        "examples": len(known),
        "left_out": _share(known, left_out),
        "apart": len(apart),
        "apart_share": _share(apart, found),
        "clear": round(sum(one.margin >= CLEAR for one in found) / len(found), 3),
        "clear_share": _share(*_clear(apart, found)),
    }


def learn(known: tuple[tuple[Kind, str], ...], rows: Array) -> tuple[Weights, list[Judged]]:
    """Kernel ridge regression in closed form, one column a kind, and what each example would be were it left out."""
    kinds = tuple(dict.fromkeys(kind for kind, _ in known))
    count = Counter(kind for kind, _ in known)
    wanted = np.array([[float(kind is one) for one in kinds] for kind, _ in known])
    doubt = np.array([RIDGE * np.sqrt(count[kind] / USUAL) for kind, _ in known])
    meaning, spelling = rows[:, :MEANING], rows[:, MEANING:]
    alike = nearness(meaning, meaning) + spelling @ spelling.T
    inverse = np.linalg.inv(alike + np.diag(doubt))
    hat = alike @ inverse
    own = np.diag(hat)[:, None]
    without = (hat @ wanted - own * wanted) / (1 - own)
    shares = np.asarray(inverse @ wanted, np.float64)
    return Weights(kinds, meaning, shares, spelling.T @ shares), [best(kinds, row) for row in without]


def _clear(known: tuple[tuple[Kind, str], ...], found: list[Judged]) -> tuple[list[tuple[Kind, str]], list[Judged]]:
    kept = [(one, said) for one, said in zip(found, known, strict=True) if one.margin >= CLEAR]
    return [said for _, said in kept], [one for one, _ in kept]


def _share(known: Any, found: list[Judged]) -> float:
    right = sum(one.kind is kind for one, (kind, _) in zip(found, known, strict=True))
    return round(right / max(len(found), 1), 3)
