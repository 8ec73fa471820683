"""Thaw: what ends a freeze. An action like any other: one administrator proposes it, another person approves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.actions import Image
from domain.errors import ErpStale
from domain.source import Source
from store import freezes
from store.database import Connection
from store.freezes import Freeze

SYSTEM = "countersign"


class Thaw:
    """`execution.thaw`: the argument `freeze` names the freeze that ends."""

    async def image(self, connection: Connection, arguments: Mapping[str, Any]) -> Image:
        """Whether the freeze is in force; a freeze never changes otherwise."""
        found = await freezes.get(connection, str(arguments["freeze"]))
        state = "frozen" if found.thawed_at is None else "thawed"
        return Image({"state": state}, {f"{SYSTEM}.freeze,{found.id}": state})

    async def write(
        self, connection: Connection, arguments: Mapping[str, Any], *, reference: str, versions: Mapping[str, str]
    ) -> Source:
        """End the freeze. Raises ErpStale when another thaw came first."""
        del versions  # a freeze has two states, and leaves the first only once
        if not await freezes.thaw(connection, str(arguments["freeze"]), reference):
            raise ErpStale("This was thawed already.")
        return _record(await freezes.get(connection, str(arguments["freeze"])))

    async def find(self, connection: Connection, reference: str) -> Source | None:
        """The freeze that this action ended."""
        found = await freezes.thawed_by(connection, reference)
        return None if found is None else _record(found)


THAW = Thaw()


def _record(freeze: Freeze) -> Source:
    return Source(SYSTEM, "freeze", freeze.id, "thawed", label="Freeze", url="/freezes")
