"""What is watched and from when on it is too much, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

MOST = 10_000  # a threshold above this would never be met


class Watched(BaseModel):
    """One thing that is watched. `alert` says when a record is over the threshold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    says: str
    alert: str
    owner: str
    thresholds: Mapping[str, int]


@cache
def watched() -> Mapping[str, Watched]:
    """All that is watched by name, in the order in which it is shown."""
    text = Path(__file__).with_name("watched.toml").read_text("utf-8")
    return TypeAdapter(dict[str, Watched]).validate_python(tomllib.loads(text))
