"""One question to one chat model: streamed, timed, and judged before anything is done with the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import openai
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage
from pydantic import BaseModel, Field

from domain.errors import CountersignError
from tools.tool import Tool

ASK_BACK = "ask_back"
SECONDS = 60.0
MAX_CALLS = 8
PROTOCOL_ERRORS = (openai.OpenAIError, httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError, AttributeError)


class ModelFailed(CountersignError):
    """The language model did not give a usable answer."""

    code = "model_failed"
    status = 502


class AskBack(BaseModel):
    """Ask the person which of several readings they mean, or for something that is missing."""

    question: str = Field(description="One short question")
    options: list[str] = Field(default_factory=list, max_length=8, description="Sentences that would answer it")


def definitions(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The tools in the form of the OpenAI protocol, with `ask_back`, which is the agent's own."""
    offered = [_definition(tool.name, tool.description, tool.arguments) for tool in tools]
    return [*offered, _definition(ASK_BACK, (AskBack.__doc__ or "").strip(), AskBack)]


def _definition(name: str, description: str, arguments: type[BaseModel]) -> dict[str, Any]:
    parameters = arguments.model_json_schema()
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


async def consult(
    model: BaseChatModel, tools: Sequence[Tool], messages: Sequence[AnyMessage], *, seconds: float = SECONDS
) -> AIMessage:
    """The model's answer: prose or tool calls. Raises ModelFailed with a reason that is safe to show."""
    try:
        async with asyncio.timeout(seconds):
            merged = await _streamed(model, tools, messages)
    except PROTOCOL_ERRORS as error:
        raise ModelFailed(_reason(error)) from error
    return _judged(merged)


async def _streamed(
    model: BaseChatModel, tools: Sequence[Tool], messages: Sequence[AnyMessage]
) -> AIMessageChunk | AIMessage:
    merged: AIMessageChunk | None = None
    async for chunk in model.bind_tools(definitions(tools)).astream(list(messages)):
        if not isinstance(chunk, AIMessageChunk):  # a model that does not stream yields its message whole
            return chunk
        merged = chunk if merged is None else merged + chunk
    if merged is None:
        raise ModelFailed("it sent an empty stream")
    return merged


def _judged(merged: AIMessageChunk | AIMessage) -> AIMessage:
    ended = merged.response_metadata.get("finish_reason")
    if ended is None:
        raise ModelFailed("its answer was cut off")
    if ended == "length":
        raise ModelFailed("its answer was longer than allowed")
    text = str(merged.text)
    if not (text.strip() or merged.tool_calls or merged.invalid_tool_calls):
        raise ModelFailed("its answer was empty")
    if len(merged.tool_calls) + len(merged.invalid_tool_calls) > MAX_CALLS:
        raise ModelFailed("it asked for too many tools at once")
    return AIMessage(
        content=text,
        tool_calls=merged.tool_calls,
        invalid_tool_calls=merged.invalid_tool_calls,
        usage_metadata=merged.usage_metadata,
    )


def _reason(error: Exception) -> str:
    """What happened in a few words, without what the endpoint said: that text is not ours."""
    match error:
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return "it refused our key"
        case openai.RateLimitError():
            return "it is over its rate limit"
        case openai.APITimeoutError() | TimeoutError():
            return "it took too long"
        case openai.APIConnectionError():
            return "it cannot be reached"
        case openai.InternalServerError():
            return "it reported an internal error"
        case openai.APIStatusError():
            return "it refused the request"
        case httpx.HTTPError():
            return "its answer was cut off"
        case _:
            return "its answer made no sense"
