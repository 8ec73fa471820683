"""Invented statements of work in the styles of many countries and trades: whether their wording is understood.

Each file of `styles/` holds a text and all terms that it states, in the scorer's normal forms. Rules were mended after
looking at them: the figure tells what still holds, not how texts of other writers fare.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from evals.reading.papers import Paper, Read, read_all
from evals.reading.scorer import Labels, figures, scored, script

FOLDER = Path(__file__).parent / "styles"


def measure(data: Path) -> dict[str, Any]:
    """Micro precision, recall and F1 of all values."""
    if not script(data).is_file():
        return {"skipped": "no scorer beside the data"}
    return figures(scored(data, readings(), answers()))


@cache
def readings() -> tuple[Read, ...]:
    """What is read of each."""
    return read_all([Paper(key, f"{key}.txt", told["text"].strip().encode()) for key, told in _files().items()])


@cache
def answers() -> Labels:
    """What each states, in the form of the labelled collection."""
    return {key: {field: _entry(value) for field, value in told["terms"].items()} for key, told in _files().items()}


def _entry(value: Any) -> dict[str, Any]:
    return {"values": [{"value": item} for item in (value if isinstance(value, list) else [value])]}


@cache
def _files() -> dict[str, dict[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
