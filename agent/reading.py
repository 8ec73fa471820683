"""The endpoint through which documents are read: OpenAI's chat protocol, without tools, one question at a time.

What endpoints refuse differs: a JSON schema, then JSON mode, then plain words are tried, and what worked is kept.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any, Self

import httpx
import openai

from agent.models import ModelSettings
from domain.errors import ModelUnavailable
from sow.second_reading import Said

TRIES = 4
FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
FORM_REFUSED = frozenset({400, 415, 422, 501})
MOST_TOKENS = 4_000
# An answer that breaks off or is no answer of the protocol may be right the next time.
BROKEN = (openai.APIConnectionError, httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError, IndexError)


class ReadingModel:
    """A model that reads documents. Raises ModelUnavailable where an answer cannot be had."""

    def __init__(self, settings: ModelSettings, *, first_wait: float = FIRST_WAIT) -> None:
        self.name = settings.name
        self._wait = first_wait
        self._form = 0
        self._client = openai.AsyncOpenAI(
            base_url=settings.url or None,
            api_key=settings.key.get_secret_value() or "none",
            timeout=settings.seconds,
            max_retries=0,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def ask(self, system: str, text: str, schema: dict[str, Any]) -> Said:
        """One answer, after retries with growing waits where the endpoint is busy or breaks off."""
        tries = 0
        while True:
            try:
                return await self._once(system, text, schema)
            except openai.APIStatusError as error:
                if error.status_code in FORM_REFUSED and self._form < len(_forms(schema)) - 1:
                    self._form += 1
                    continue
                if error.status_code not in PASSING:
                    raise ModelUnavailable(
                        f"The model's endpoint refused the request ({error.status_code})."
                    ) from error
                asked = error.response.headers.get("retry-after", "")
            except BROKEN:
                asked = ""
            tries += 1
            if tries >= TRIES:
                raise ModelUnavailable
            await asyncio.sleep(self._pause(tries, asked))

    async def _once(self, system: str, text: str, schema: dict[str, Any]) -> Said:
        answer = await self._client.chat.completions.create(
            model=self.name,
            messages=[{"role": "system", "content": system}, {"role": "user", "content": text}],
            temperature=0,
            max_completion_tokens=MOST_TOKENS,
            **_forms(schema)[self._form],
        )
        said = answer.choices[0].message.content or ""
        counted = answer.usage
        if counted is None:  # then both are guessed, and rather too high
            return Said(said, (len(system) + len(text)) // 3, len(said) // 3)
        return Said(said, counted.prompt_tokens, counted.completion_tokens)

    def _pause(self, tries: int, asked: str) -> float:
        """What the endpoint asks for, else twice as long each time, by chance between half and all of it."""
        if asked.isdecimal():
            return min(float(asked), LONGEST_WAIT)
        longest = min(self._wait * 2 ** (tries - 1), LONGEST_WAIT)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads requests, guards nothing


def _forms(schema: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    named = {"name": "candidates", "strict": True, "schema": schema}
    return (
        {"response_format": {"type": "json_schema", "json_schema": named}},
        {"response_format": {"type": "json_object"}},
        {},
    )
