"""Word lists of the agent's grammar, from `rules/words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def words(name: str) -> frozenset[str]:
    """The list of this name. Raises KeyError when there is none."""
    lists = tomllib.loads((Path(__file__).parent / "rules" / "words.toml").read_text("utf-8"))
    return frozenset(lists[name].split())
