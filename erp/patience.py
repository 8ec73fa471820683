"""How long a person waits for the ERP where older facts will not do: a proposal, or a project read anew."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from domain.errors import ErpUnavailable

SECONDS = 45.0
T = TypeVar("T")


async def on_demand(reading: Awaitable[T]) -> T:
    """What is read. Raises ErpUnavailable where it takes longer."""
    try:
        async with asyncio.timeout(SECONDS):
            return await reading
    except TimeoutError as error:
        raise ErpUnavailable(f"The ERP did not answer within {SECONDS:.0f} seconds; try again later.") from error
