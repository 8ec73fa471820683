"""The typed state of one turn. It holds plain JSON and LangChain messages only, so that checkpoints stay strict.

A turn is one LangGraph thread of its own: several turns of a conversation can wait for decisions at the same time, and
a checkpoint that no longer fits (after a deployment) can be thrown away without losing the conversation.
"""

from __future__ import annotations

import operator
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages


class TurnState(TypedDict):
    """`calls` are {"name", "args", "facts"} in order; `waiting` the ids of proposals that no outcome is told of."""

    text: str
    history: list[dict[str, Any]]
    messages: Annotated[list[AnyMessage], add_messages]
    consultations: int
    engine: str
    calls: Annotated[list[dict[str, Any]], operator.add]
    blocks: Annotated[list[dict[str, Any]], operator.add]
    flags: Annotated[list[str], operator.add]
    prose: str
    waiting: list[str]
    told: dict[str, str]


Update = dict[str, Any]  # what a node returns: some of the keys above


def opening(text: str, history: list[dict[str, Any]]) -> TurnState:
    """The state that a turn starts with; `text` is the message as masked for models."""
    return TurnState(
        text=text,
        history=history,
        messages=[],
        consultations=0,
        engine="",
        calls=[],
        blocks=[],
        flags=[],
        prose="",
        waiting=[],
        told={},
    )
