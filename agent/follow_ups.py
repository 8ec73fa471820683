"""What one may want to ask next: sentences by the tool of the last answer (`follow_ups.toml`), on the same subject."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

MOST = 3


class Sentence(BaseModel):
    """One question. `leads` is the tool that answers it; `where` a status that the last answer must have had."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: str
    leads: str
    where: str = ""


class After(BaseModel):
    """The questions after answers of one tool, the likeliest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: str
    next: tuple[Sentence, ...]


@cache
def table() -> Mapping[str, tuple[Sentence, ...]]:
    """The questions by tool."""
    read = tomllib.loads(Path(__file__).with_name("follow_ups.toml").read_text("utf-8"))
    return {one.tool: one.next for one in TypeAdapter(tuple[After, ...]).validate_python(read["after"])}


def follow_ups(calls: Iterable[Mapping[str, Any]], offered: frozenset[str]) -> tuple[str, ...]:
    """At most MOST questions after a turn with these calls ({"name", "args", "facts"}), of tools that are offered."""
    last = next(reversed(list(calls)), None)
    if last is None:
        return ()
    about = {name: str(last["args"][name]) for name in ("project", "customer") if last["args"].get(name)}
    status = str(last.get("facts", {}).get("status", ""))
    said = [
        one.say.format_map(about)
        for one in table().get(last["name"], ())
        if one.leads in offered and one.where in ("", status) and _known(one.say, about)
    ]
    return tuple(said[:MOST])


def _known(say: str, about: Mapping[str, str]) -> bool:
    return all(name in about for name in ("project", "customer") if f"{{{name}}}" in say)
