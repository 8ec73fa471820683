"""`countersign evals run examples [--write] [--list]`: how well the examples tell kinds and arguments.

Kinds are measured twice: each example left out in turn, and on the sentences of `phrases.toml`, which are none of the
examples. Arguments are measured by leaving out alone, and without the patterns that speak beside the wording.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agent.rules.examples import Example, digest, examples
from agent.rules.grammar import Kind
from agent.rules.reading import STANDING, normal
from agent.rules.wording import (
    CLEAR,
    KIND,
    MEANING,
    Array,
    Judged,
    Learned,
    Rows,
    Weights,
    features,
    judged,
    keep,
    nearness,
    scores,
    wording_of,
)

APART = Path(__file__).with_name("phrases.toml")
RIDGE = 0.1
USUAL = 60  # examples of a kind; those of a rarer one count for more, by the root


def run(argv: list[str]) -> dict[str, Any]:
    """Learn the weights and measure them; with --write they are kept for the agent."""
    known, apart = examples(), examples(APART)
    learned, left_out = learn(known, _features(known))
    if "--write" in argv:
        keep(learned, digest())
    kinds = learned.learned[KIND]
    found = [judged(kinds, scores(kinds, wording_of(learned, row))) for row in _features(apart)]
    if "--list" in argv:
        _list(known, left_out, apart, found)
    clear = [(one, said) for one, said in zip(found, apart, strict=True) if one.margin >= CLEAR]
    return {
        "examples": len(known),
        "left_out": _share(known, left_out[KIND], KIND),
        "apart": len(apart),
        "apart_share": _right(apart, found),
        "clear": round(len(clear) / len(found), 3),
        "clear_share": _right([said for _, said in clear], [one for one, _ in clear]),
        "arguments": {name: _share(known, found, name) for name, found in left_out.items() if name != KIND},
    }


def learn(known: Sequence[Example], rows: Array) -> tuple[Weights, dict[str, dict[int, str]]]:
    """What tells kinds and arguments, and what each example would be taken for were it left out, by its position."""
    meaning, spelling = rows[:, :MEANING], rows[:, MEANING:]
    alike = nearness(meaning, meaning) + spelling @ spelling.T
    found = {name: _learned(which, values, alike, spelling) for name, (which, values) in _wanted(known).items()}
    return Weights(meaning, {name: one for name, (one, _) in found.items()}), {n: out for n, (_, out) in found.items()}


def _wanted(known: Sequence[Example]) -> dict[str, tuple[Rows, list[str]]]:
    """The examples that tell something of each argument, and its value in each: those of the kinds that can say it."""
    kinds: dict[str, set[Kind]] = {}
    for one in known:
        for name in one.values:
            kinds.setdefault(name, set()).add(one.kind)
    wanted: dict[str, tuple[Rows, list[str]]] = {KIND: (np.arange(len(known)), [one.kind.value for one in known])}
    for name, of in kinds.items():
        which = [i for i, one in enumerate(known) if one.kind in of]
        wanted[name] = (np.array(which), [known[i].values.get(name, "") for i in which])
    return wanted


def _learned(which: Rows, wanted: list[str], alike: Array, spelling: Array) -> tuple[Learned, dict[int, str]]:
    """Kernel ridge regression in closed form, one column a value."""
    values = tuple(dict.fromkeys(wanted))
    count = Counter(wanted)
    aims = np.array([[float(value == one) for one in values] for value in wanted])
    doubt = np.array([RIDGE * np.sqrt(count[value] / USUAL) for value in wanted])
    own_alike = alike[np.ix_(which, which)]
    inverse = np.linalg.inv(own_alike + np.diag(doubt))
    hat = own_alike @ inverse
    own = np.diag(hat)[:, None]
    without = (hat @ aims - own * aims) / (1 - own)
    shares = np.asarray(inverse @ aims, np.float64)
    left_out = {int(row): values[int(best)] for row, best in zip(which, without.argmax(1), strict=True)}
    return Learned(values, which, shares, spelling[which].T @ shares), left_out


def _features(known: Sequence[Example]) -> Array:
    return features([normal(one.text, STANDING) for one in known])


def _list(known: Sequence[Example], left_out: dict[str, dict[int, str]], apart: Any, found: list[Judged]) -> None:
    for said, one in zip(apart, found, strict=True):
        if one.kind is not said.kind:
            print(f"{said.text}: {one.kind}, not {said.kind} ({one.margin:.2f})", file=sys.stderr)
    for name, taken in left_out.items():
        for row, value in taken.items():
            if value != _value(known[row], name):
                print(f"{name}: {known[row].text}: {value}, not {_value(known[row], name)}", file=sys.stderr)


def _value(one: Example, name: str) -> str:
    return one.kind.value if name == KIND else one.values.get(name, "")


def _share(known: Sequence[Example], taken: dict[int, str], name: str) -> float:
    right = sum(value == _value(known[row], name) for row, value in taken.items())
    return round(right / max(len(taken), 1), 3)


def _right(known: Sequence[Example], found: Sequence[Judged]) -> float:
    right = sum(one.kind is said.kind for one, said in zip(found, known, strict=True))
    return round(right / max(len(found), 1), 3)
