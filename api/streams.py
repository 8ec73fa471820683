"""Streams that refuse before they begin: the first event is awaited, so that its error still has a status."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TypeVar, cast

T = TypeVar("T")


async def opened(events: AsyncIterator[T]) -> AsyncGenerator[T]:
    """The same events once the first one is there. Raises whatever the source raises before it."""
    source = cast("AsyncGenerator[T]", events)
    first = await anext(source)
    return _rest(first, source)


async def _rest(first: T, source: AsyncGenerator[T]) -> AsyncGenerator[T]:
    # A reader who goes away closes this, and this closes the turn.
    async with aclosing(source):
        yield first
        async for event in source:
            yield event
