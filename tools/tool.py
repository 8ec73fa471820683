"""The shape of a tool, and what it is handed: actor and ports come from the session, never from model arguments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from domain.actor import Actor, Operation
from domain.blocks import Block
from erp.mirror import Mirror
from erp.past import PastMirror
from erp.reader import ErpReader
from policies.engine import Policies
from store.database import Database
from store.embedding import Embedded, Embedder


@dataclass(frozen=True)
class ToolContext:
    """Everything a tool may touch during one turn."""

    actor: Actor
    database: Database
    reader: ErpReader
    firm: Mirror
    policies: Policies
    today: date
    thread: str | None = None
    embedder: Embedder = field(default_factory=Embedded)


@dataclass(frozen=True)
class ToolResult:
    """`facts` is what the model may see: typed values and handles, never document text or free ERP text.

    `blocks` are rendered for the person as they are. `handles` maps short names ("P1") to records for later calls.
    """

    facts: dict[str, Any]
    blocks: tuple[Block, ...] = ()
    handles: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Tool:
    """One callable. It is offered only to those whom policy permits its operation."""

    name: str
    description: str
    operation: Operation
    arguments: type[BaseModel]
    run: Callable[[ToolContext, Any], Awaitable[ToolResult]]
    # The same as of a moment, from what is kept of the past; None where what it reads keeps none.
    then: Callable[[ToolContext, Any, datetime], Awaitable[ToolResult]] | None = None


def from_past(
    run: Callable[[ToolContext, Any], Awaitable[ToolResult]],
) -> Callable[[ToolContext, Any, datetime], Awaitable[ToolResult]]:
    """How a tool that reads nothing but the ERP's mirror answers as of a moment."""

    async def then(context: ToolContext, wanted: Any, at: datetime) -> ToolResult:
        return await run(replace(context, firm=PastMirror(context.firm, at), today=at.date()), wanted)

    return then
