"""RulesModel: a deterministic chat model. It reads the same messages and calls the same tools as any other model."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.rules.planning import plan
from agent.rules.reading import read
from agent.rules.speech import speak
from agent.rules.steps import Plan

NOT_OFFERED = "You are not permitted to ask for that, or it is not available here."


class RulesModel(BaseChatModel):
    """No key, no network, no state: everything it knows stands in the messages."""

    name: str | None = "built-in rules"

    @property
    def _llm_type(self) -> str:
        return "countersign-rules"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,  # noqa: ARG002 - the interface's; rules choose by themselves
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with these tools on offer."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 - the interface's
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - the interface's
        **kwargs: Any,
    ) -> ChatResult:
        offered = frozenset(str(tool["function"]["name"]) for tool in kwargs.get("tools", []))
        message = _next(messages, offered)
        message.response_metadata = {"finish_reason": "tool_calls" if message.tool_calls else "stop"}
        return ChatResult(generations=[ChatGeneration(message=message)])


def _next(messages: Sequence[BaseMessage], offered: frozenset[str]) -> AIMessage:
    step = plan(read(messages, offered))
    results = _results(messages)
    if results and (more := _then(step, results)):
        return more
    if results:
        sentences = [step.say, *(speak(name, facts) for name, facts in results)]
        return AIMessage(" ".join(dict.fromkeys(s for s in sentences if s)) or "Here is what the records say.")
    return _first(step, offered)


def _then(step: Plan, results: Sequence[tuple[str, dict[str, Any]]]) -> AIMessage | None:
    """The second step, about the one action that the first found."""
    if not step.then or any(name == step.then for name, _ in results):
        return None
    found = [row["action_id"] for _, facts in results for row in facts.get("actions", ())]
    return _calling([(step.then, {"action": found[0]})], 1) if len(found) == 1 else None


def _first(step: Plan, offered: frozenset[str]) -> AIMessage:
    calls = [(name, args) for name, args in step.calls if name in offered]
    if calls:
        return _calling(calls)
    if step.calls and not step.say:
        return AIMessage(NOT_OFFERED)
    if step.question:
        return _calling([("ask_back", {"question": step.question, "options": list(step.options)})])
    return AIMessage(step.say or NOT_OFFERED)


def _calling(calls: Sequence[tuple[str, dict[str, Any]]], earlier: int = 0) -> AIMessage:
    return AIMessage(
        "",
        tool_calls=[
            {"name": name, "args": args, "id": f"rules{i}", "type": "tool_call"}
            for i, (name, args) in enumerate(calls, earlier)
        ],
    )


def _results(messages: Sequence[BaseMessage]) -> list[tuple[str, dict[str, Any]]]:
    """The results that came after the person's last message."""
    last = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=-1)
    return [(m.name or "", json.loads(str(m.text))) for m in messages[last + 1 :] if isinstance(m, ToolMessage)]
