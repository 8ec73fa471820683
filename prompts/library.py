"""Hands out prompts by name with the SHA-256 of their text, so that a trace can say what a model was told."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Prompt:
    """A template's text and digest (lower-case hexadecimal SHA-256 of its bytes)."""

    name: str
    text: str
    digest: str


@cache
def prompt(name: str) -> Prompt:
    """The prompt in `prompts/<name>.md`. Raises FileNotFoundError when there is none."""
    data = (Path(__file__).parent / f"{name}.md").read_bytes()
    return Prompt(name, data.decode().strip(), hashlib.sha256(data).hexdigest())
