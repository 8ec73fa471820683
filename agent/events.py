"""What a turn streams to whoever asked, in order, ending with exactly one `done`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Event:
    """`status`: {"text"} of what is being done; `block`: a block of domain/blocks.py as JSON, with its `position`
    in the answer; `error`: {"code", "detail"}; `done`: {"turn", "thread", "state", "engine", "actions"}.
    """

    kind: Literal["status", "block", "error", "done"]
    data: Mapping[str, Any]
    position: int = field(default=0)


def status(text: str) -> dict[str, Any]:
    """What a node writes to the stream to say what it is doing."""
    return {"kind": "status", "data": {"text": text}}


def called(calls: list[dict[str, Any]]) -> dict[str, Any]:
    """What a node writes before it shows what came of these calls. It is for the turn's record and is not streamed: a
    turn that breaks off there still says where its answer came from.
    """
    return {"kind": "called", "data": calls}


def block(data: Mapping[str, Any], position: int) -> dict[str, Any]:
    """What a node writes to the stream when a part of the answer is ready; prose has position 0."""
    return {"kind": "block", "data": dict(data), "position": position}
