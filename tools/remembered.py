"""What was worked out of a whole firm, kept in this process until something changes that it rests on.

The key is a stamp that rises with every evaluated change (`store.due`), and the generation of the mirror. It is read
before the facts are, and what is due is evaluated again after it: so what is kept is never older than its stamp says.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar, cast

from erp.mirror import Mirror
from store import due
from store.mirror import State
from tools import evaluating

T = TypeVar("T")
MOST = 32


@dataclass
class Remembered:
    """The latest results of one process, the one asked for last at the end."""

    kept: OrderedDict[tuple[Any, ...], Any] = field(default_factory=OrderedDict[tuple[Any, ...], Any])

    async def of(self, firm: Mirror, today: date, what: str, make: Callable[[], Awaitable[T]]) -> tuple[T, State]:
        """What `make` gives for this firm, made again once something changed, and how far the facts are by now.

        `what` names it with all that it depends on besides. Raises as `evaluating.up_to_date` and `make` do.
        """
        state = await evaluating.up_to_date(firm, today)
        async with firm.database.tenant(firm.tenant) as connection:
            key = (firm.tenant, what, today, state.generation, await due.stamp(connection))
        if key not in self.kept:
            await evaluating.up_to_date(firm, today)
            self.kept[key] = await make()
            while len(self.kept) > MOST:
                self.kept.popitem(last=False)
        self.kept.move_to_end(key)
        return cast("T", self.kept[key]), state
