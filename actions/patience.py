"""Asking again what is safe to ask again: after waits that grow, each shortened by chance."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
CHANCE = random.SystemRandom()


@dataclass(frozen=True)
class Patience:
    """How often in all, and how long to wait between: seconds, exponential up to `longest`, with full jitter.

    Full jitter (a wait anywhere between nothing and the bound) spreads the load best: AWS Architecture Blog,
    "Exponential Backoff and Jitter", 2015.
    """

    tries: int = 3
    first: float = 0.2
    longest: float = 5.0

    def wait(self, failed: int) -> float:
        """Seconds to wait after `failed` failures."""
        return CHANCE.uniform(0, min(self.longest, self.first * 2.0 ** (failed - 1)))


async def patiently(
    call: Callable[[], Awaitable[T]], patience: Patience, *, after: type[Exception], never: type[Exception]
) -> T:
    """The call's result, asked again after an error `after`, unless it is one of `never`. The last error is raised."""
    for failed in range(1, patience.tries):
        try:
            return await call()
        except never:
            raise
        except after:
            await asyncio.sleep(patience.wait(failed))
    return await call()
