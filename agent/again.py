"""An earlier answer asked again: the same tools with the same arguments, as of its time or as of now.

No model is asked, so nothing can be put differently: what differs are the records, or what is kept of them. A source
that keeps no history is read as it is now, and the answer says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from agent.ports import AgentPorts
from domain.actor import Actor, Operation
from domain.canonical import plain
from domain.errors import CountersignError
from store import audit
from store.threads import PastAnswer
from tools.tool import Tool, ToolContext, ToolResult

NO_HISTORY = "This source keeps no history: it is shown as it is now."
GONE = "This part cannot be asked again: the tool or its arguments are not what they were, or it is not yours to ask."
PROPOSED = "This part was a proposal; it is not made again."


@dataclass(frozen=True)
class Part:
    """One call asked again. `as_of` is None where its source keeps no history; `same` compares with what was told."""

    tool: str
    arguments: dict[str, Any]
    as_of: datetime | None
    blocks: tuple[dict[str, Any], ...]
    note: str
    same: bool


async def again(ports: AgentPorts, actor: Actor, answer: PastAnswer) -> list[Part]:
    """The answer's calls once more, with the actor's present rights, as of when it was given."""
    context = await ports.context(actor, answer.thread)
    offered = {tool.name: tool for tool in ports.tools(context.policies, actor)}
    parts = [await _part(context, offered.get(call["name"]), call, answer.at) for call in answer.calls]
    async with ports.database.tenant(actor.tenant) as connection:
        facts = {"turn": answer.turn, "tools": [part.tool for part in parts], "as_of": answer.at.isoformat()}
        await audit.append(connection, actor, "answer.asked_again", f"thread:{answer.thread}", facts)
    return parts


async def _part(context: ToolContext, tool: Tool | None, call: dict[str, Any], at: datetime) -> Part:
    name, given = str(call["name"]), dict(call["args"])
    if tool is None:
        return Part(name, given, None, (), GONE, same=False)
    if tool.operation is Operation.ACTION_PROPOSE:
        return Part(name, given, None, (), PROPOSED, same=False)
    try:
        result = await _ran(context, tool, tool.arguments.model_validate(given), at)
    except ValidationError:
        return Part(name, given, None, (), GONE, same=False)
    except CountersignError as error:
        return Part(name, given, at if tool.then else None, (), error.detail, same=False)
    return Part(
        name,
        given,
        at if tool.then else None,
        tuple(plain(block) for block in result.blocks),
        "" if tool.then else NO_HISTORY,
        same=_told(plain(result.facts)) == _told(call["facts"]),
    )


async def _ran(context: ToolContext, tool: Tool, arguments: Any, at: datetime) -> ToolResult:
    if tool.then is not None:
        return await tool.then(context, arguments, at)
    return await tool.run(replace(context, today=at.date()), arguments)


def _told(facts: Any) -> Any:
    """Facts without the times of reading and the handles, which differ between any two readings."""
    match facts:
        case dict():
            return {key: _told(one) for key, one in facts.items() if key not in {"as_of", "handles"}}
        case list() | tuple():
            return [_told(one) for one in facts]
        case _:
            return facts
