"""One question to one chat model: streamed, timed, and judged before anything is done with the answer."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from functools import cache
from time import monotonic
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
MOST_TOKENS = 1_500  # of an answer, where the model itself has no limit
MAX_CALLS = 8
TRIES = 3
FIRST_WAIT = 0.2
# What may be right the next time. Nothing was generated, so nothing is paid for twice.
PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
PROTOCOL_ERRORS = (openai.OpenAIError, httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError, AttributeError)


class ModelFailed(CountersignError):
    """The language model did not give a usable answer."""

    code = "model_failed"
    status = 502

    def __init__(self, detail: str, *, tokens: tuple[int, int] | None = None) -> None:
        super().__init__(detail)
        self.tokens = tokens  # in and out; None where nobody knows


class AskBack(BaseModel):
    """Ask the person which of several readings they mean, or for something that is missing."""

    question: str = Field(description="One short question")
    options: list[str] = Field(default_factory=list, max_length=8, description="Sentences that would answer it")


def definitions(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The tools in the form of the OpenAI protocol, with `ask_back`, which is the agent's own."""
    offered = [_definition(tool.name, tool.description, tool.arguments) for tool in tools]
    return [*offered, _definition(ASK_BACK, (AskBack.__doc__ or "").strip(), AskBack)]


def definitions_size(tools: Sequence[Tool]) -> int:
    """How many characters the definitions have as they are sent."""
    return sum(_size(tool.name, tool.description, tool.arguments) for tool in tools)


@cache
def _size(name: str, description: str, arguments: type[BaseModel]) -> int:
    return len(json.dumps(_definition(name, description, arguments)))


@cache
def _definition(name: str, description: str, arguments: type[BaseModel]) -> dict[str, Any]:
    parameters = arguments.model_json_schema()
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


async def consult(
    model: BaseChatModel,
    tools: Sequence[Tool],
    messages: Sequence[AnyMessage],
    *,
    seconds: float = SECONDS,
    patience: float = 0.0,
    waiting: Callable[[float], None] = lambda _: None,
) -> AIMessage:
    """The model's answer: prose or tool calls. Raises ModelFailed with a reason that is safe to show.

    A busy endpoint is asked again, after as long as it says or a little longer each time, while that is within
    `patience` seconds in all; `waiting` is told of each pause. The error's `tokens` are (0, 0) where nothing can
    have been generated.
    """
    until = monotonic() + patience
    for tried in range(1, TRIES + 1):
        try:
            async with asyncio.timeout(seconds):
                merged = await _streamed(model, tools, messages)
        except openai.APIStatusError as error:
            pause = _pause(error, tried)
            if error.status_code not in PASSING or tried == TRIES or monotonic() + pause > until:
                raise ModelFailed(_reason(error), tokens=(0, 0)) from error
        except PROTOCOL_ERRORS as error:
            raise ModelFailed(_reason(error)) from error
        else:
            return _judged(merged)
        waiting(pause)
        await asyncio.sleep(pause)
    raise ModelFailed("it is busy", tokens=(0, 0))


def _pause(error: openai.APIStatusError, tried: int) -> float:
    """What the endpoint asks for, in seconds (RFC 9110, 10.2.3), else twice as long each time, spread by chance."""
    asked = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(asked))
    except ValueError:  # nothing, or a date, which nobody waits for here
        return float("inf") if asked else FIRST_WAIT * 2 ** (tried - 1) * random.uniform(0.5, 1.0)  # noqa: S311


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
    if problem := _problem(merged):
        raise ModelFailed(problem, tokens=taken(merged))
    calls = [*merged.tool_calls, *merged.invalid_tool_calls]
    if len({call.get("id") for call in calls} - {None, ""}) < len(calls):  # an answer must find its call
        for number, call in enumerate(calls):
            call["id"] = f"call_{number}"
    return AIMessage(
        content=str(merged.text),
        tool_calls=merged.tool_calls,
        invalid_tool_calls=merged.invalid_tool_calls,
        usage_metadata=merged.usage_metadata,
    )


def _problem(merged: AIMessageChunk | AIMessage) -> str:
    ended = merged.response_metadata.get("finish_reason")
    if ended is None:
        return "its answer was cut off"
    if ended == "length":
        return "its answer was longer than allowed"
    if not (str(merged.text).strip() or merged.tool_calls or merged.invalid_tool_calls):
        return "its answer was empty"
    if len(merged.tool_calls) + len(merged.invalid_tool_calls) > MAX_CALLS:
        return "it asked for too many tools at once"
    return ""


def taken(answer: AIMessageChunk | AIMessage) -> tuple[int, int] | None:
    """Tokens in and out as the endpoint counts them; None where it did not count."""
    counted = answer.usage_metadata
    return (counted["input_tokens"], counted["output_tokens"]) if counted else None


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
