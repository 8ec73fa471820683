"""Runs the tools that a model asked for: only those offered to this person, only with arguments that validate."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.messages import AIMessage, ToolMessage
from pydantic import ValidationError

from agent.ports import TurnContext
from agent.stating import not_stated, spoken
from domain.actor import Operation
from domain.blocks import ActionCard
from domain.canonical import plain
from domain.errors import CountersignError
from store import audit
from tools.tool import Tool, ToolResult

CALL_SECONDS = 60.0
UNKNOWN_TOOL = "(no such tool)"
WORD = re.compile(r"[\w/.-]{1,40}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Called:
    """What became of one call. `facts` is all that the model learns; `refused` names why nothing ran."""

    id: str
    name: str
    arguments: dict[str, Any]
    facts: dict[str, Any]
    blocks: tuple[dict[str, Any], ...] = ()
    proposed: tuple[str, ...] = ()
    refused: str = ""

    def message(self) -> ToolMessage:
        """The answer to the model, as JSON."""
        state = "error" if self.refused else "success"
        return ToolMessage(
            json.dumps(self.facts, ensure_ascii=False), tool_call_id=self.id, name=self.name, status=state
        )

    def record(self) -> dict[str, Any]:
        """What the turn remembers of it."""
        name = UNKNOWN_TOOL if self.refused == "not_offered" else self.name
        return {"name": name, "args": self.arguments, "facts": self.facts, "refused": self.refused}


@dataclass(frozen=True)
class _Wanted:
    id: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])


async def call_all(context: TurnContext, message: AIMessage, said: Sequence[str]) -> list[Called]:
    """All calls of one message, side by side; each proposal alone, so that they are made in the model's order.

    `said` are the messages that the person wrote in this conversation.
    """
    wanted = [_Wanted(call["id"] or "", call["name"], call["args"]) for call in message.tool_calls]
    unreadable = [
        _refused(
            _Wanted(call.get("id") or "", call.get("name") or ""), "arguments", "The arguments are not valid JSON."
        )
        for call in message.invalid_tool_calls
    ]
    offered = {tool.name: tool for tool in context.tools}
    writes = [w for w in wanted if w.name in offered and offered[w.name].operation is Operation.ACTION_PROPOSE]
    reads = [w for w in wanted if w not in writes]
    done = list(await asyncio.gather(*(_call(context, offered, w, said) for w in reads)))
    for one in writes:
        done.append(await _call(context, offered, one, said))  # noqa: PERF401 - one after the other is the point
    order = {w.id: i for i, w in enumerate(wanted)}
    called = [*_warned(context, offered, sorted(done, key=lambda called: order[called.id])), *unreadable]
    await _recorded(context, offered, called, f"thread:{context.thread}")
    return called


def _warned(context: TurnContext, offered: dict[str, Tool], done: list[Called]) -> list[Called]:
    """The calls, the last that rests on the ERP's facts saying what is wrong with these, if anything is."""
    told = context.tool_context.firm.told if context.tool_context else ()
    resting = [i for i, one in enumerate(done) if not one.refused and _rests_on_erp(offered[one.name])]
    if not told or not resting:
        return done
    notes = tuple({"kind": "text", "text": said} for said in told)
    return [replace(one, blocks=(*one.blocks, *notes)) if i == resting[-1] else one for i, one in enumerate(done)]


def _rests_on_erp(tool: Tool) -> bool:
    return tool.operation is Operation.READINESS_READ


async def call_one(context: TurnContext, name: str, arguments: dict[str, Any], subject: str) -> Called:
    """One call of a program outside any conversation (`subject` says which): nobody said anything, so nothing that it
    sends counts as a person's word. Whatever goes wrong is a refusal, and recorded.
    """
    offered = {tool.name: tool for tool in context.tools}
    wanted = _Wanted(subject, name, arguments)
    try:
        async with asyncio.timeout(CALL_SECONDS):
            called = await _call(context, offered, wanted, ())
    except TimeoutError:
        called = _refused(wanted, "timeout", "The call took too long and was stopped.")
    except Exception:
        log.exception("a call of %s failed", name if name in offered else UNKNOWN_TOOL)
        called = _refused(wanted, "internal", "Something went wrong here; nothing was changed.")
    await _recorded(context, offered, [called], subject)
    return called


async def _recorded(context: TurnContext, offered: dict[str, Tool], called: list[Called], subject: str) -> None:
    """Into the audit log before anyone learns a result. A model's own inventions stand there by their digest alone."""
    async with context.ports.database.tenant(context.actor.tenant) as connection:
        for one in called:
            facts = {
                "tool": one.name if one.name in offered else UNKNOWN_TOOL,
                "arguments": _digest(one.arguments),
                "result": _digest(one.facts),
                "refused": one.refused,
            }
            event = "tool.refused" if one.refused else "tool.called"
            await audit.append(connection, context.actor, event, subject, facts)


def _digest(value: Any) -> str:
    """SHA-256 of JSON with sorted keys; what a model sends may be no canonical JSON."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def _call(context: TurnContext, offered: dict[str, Tool], wanted: _Wanted, said: Sequence[str]) -> Called:
    tool = offered.get(wanted.name)
    if tool is None or context.tool_context is None:
        return _refused(wanted, "not_offered", "There is no such tool for this person.")
    try:
        arguments = tool.arguments.model_validate(wanted.arguments)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, e["loc"])) or "(all)" for e in error.errors()}))
        return _refused(wanted, "arguments", f"These arguments are missing or not valid: {fields}.")
    if invented := not_stated(wanted.arguments, said):
        return _refused(wanted, "not_stated", f"The person stated no such value: {', '.join(invented)}. Ask for it.")
    try:
        result = await tool.run(context.tool_context, arguments)
    except CountersignError as error:
        return _failed(wanted, error, said)
    return _answered(wanted, tool, result)


def _answered(wanted: _Wanted, tool: Tool, result: ToolResult) -> Called:
    facts = plain(result.facts) | ({"handles": dict(result.handles)} if result.handles else {})
    proposes = tool.operation is Operation.ACTION_PROPOSE
    proposed = tuple(b.action_id for b in result.blocks if isinstance(b, ActionCard)) if proposes else ()
    return Called(wanted.id, wanted.name, wanted.arguments, facts, tuple(plain(b) for b in result.blocks), proposed)


def _refused(wanted: _Wanted, code: str, detail: str) -> Called:
    return Called(wanted.id, wanted.name, wanted.arguments, {"error": {"code": code, "detail": detail}}, refused=code)


def _failed(wanted: _Wanted, error: CountersignError, said: Sequence[str]) -> Called:
    """A tool's own error is an answer to the person: "not permitted" and "not there" are shown as they are.

    What it repeats of a model's argument is shown only where it is a word or the person's own: arguments can lie.
    """
    facts = {"error": {"code": error.code, "detail": error.detail}}
    detail = error.detail
    for value in filter(None, map(str, wanted.arguments.values())):
        if not WORD.fullmatch(value) and not spoken(said, value):
            detail = detail.replace(value, "that")
    shown = {"kind": "text", "text": detail}
    return Called(wanted.id, wanted.name, wanted.arguments, facts, (shown,), refused=error.code)
