"""The sentences that the rules learn from: each with its kind, and with the values of arguments that it says."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.rules.grammar import Kind

EXAMPLES = Path(__file__).with_name("examples.toml")


@dataclass(frozen=True)
class Example:
    """A sentence as `Reading.neutral` has it; `values` by the argument's name, without those that it leaves out."""

    kind: Kind
    text: str
    values: Mapping[str, str]


def examples(path: Path = EXAMPLES) -> tuple[Example, ...]:
    """All of them, in the order of the file: "who owes us money | invoice_state: unpaid"."""
    data = tomllib.loads(path.read_text("utf-8"))
    return tuple(_example(Kind(kind), line) for kind, lines in data.items() for line in lines)


def _example(kind: Kind, line: str) -> Example:
    text, *said = line.split(" | ")
    pairs = (one.partition(": ") for one in said)
    return Example(kind, text, {name: value for name, _, value in pairs})


def sentences(path: Path = EXAMPLES) -> tuple[tuple[Kind, str], ...]:
    """The kind and the text of each."""
    return tuple((one.kind, one.text) for one in examples(path))


def digest() -> str:
    """Which edition of the examples the weights were learned from."""
    return hashlib.sha256(EXAMPLES.read_bytes()).hexdigest()
