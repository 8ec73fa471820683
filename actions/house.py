"""Countersign as a system of record of its own: what policy governs here goes the same way as a write to the ERP.

Each kind of deed reads, writes and finds its rows in one transaction; a write is unique by the action's id, refuses if
what it was approved over moved on, and is allowed by the database only while that very action is being carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from actions.deeds import POLICY_CHANGE
from actions.rights_deed import RIGHTS, SET_RIGHTS
from actions.thawing import THAW
from actions.waiving import END, ENDING, WAIVE, WAIVING
from domain.actions import Image
from domain.errors import NotFound
from domain.source import Source
from store import rulebook
from store.database import Connection, Database


class Deed(Protocol):
    """One action type of this system."""

    async def image(self, connection: Connection, arguments: Mapping[str, Any]) -> Image:
        """As `erp.reader.Images`."""
        ...

    async def write(
        self, connection: Connection, arguments: Mapping[str, Any], *, reference: str, versions: Mapping[str, str]
    ) -> Source:
        """Carry it out, once for each reference. Raises ErpStale when what it was approved over moved on."""
        ...

    async def find(self, connection: Connection, reference: str) -> Source | None:
        """What an attempt with this reference wrote."""
        ...


DEEDS: Mapping[str, Deed] = {
    "policy.change": POLICY_CHANGE,
    "execution.thaw": THAW,
    WAIVE: WAIVING,
    END: ENDING,
    SET_RIGHTS: RIGHTS,
}


class House:
    """Reader and writer of one firm's own records. The API's database role can read through it; only the worker's can
    write.
    """

    system = "countersign"

    def __init__(self, database: Database, tenant: str) -> None:
        self._database, self._tenant = database, tenant

    async def image(self, action_type: str, arguments: Mapping[str, Any]) -> Image:
        """The present state of what this action would change. Raises NotFound for an action type of another system."""
        if action_type not in DEEDS:
            raise NotFound(f"{action_type} is not carried out in Countersign itself.")
        async with self._database.tenant(self._tenant) as connection:
            return await DEEDS[action_type].image(connection, arguments)

    async def write(
        self,
        action_type: str,
        arguments: Mapping[str, Any],
        *,
        reference: str,
        versions: Mapping[str, str],
        attempt: int,  # noqa: ARG002 - the database refuses a write whose action is not being carried out
        deadline: datetime,  # noqa: ARG002 - as above
    ) -> Source:
        """As `erp.writer.ErpWriter`; a second write with the same reference is answered with the first."""
        async with self._database.tenant(self._tenant) as connection:
            deed = DEEDS[action_type]
            # Before looking: an earlier attempt of this action may be about to commit.
            await rulebook.one_at_a_time(connection, action_type)
            if there := await deed.find(connection, reference):
                return there
            return await deed.write(connection, arguments, reference=reference, versions=versions)

    async def settle(self, reference: str, *, attempt: int) -> Source | None:  # noqa: ARG002 - as above
        """What an attempt with this reference wrote, or None."""
        async with self._database.tenant(self._tenant) as connection:
            for deed in DEEDS.values():
                if found := await deed.find(connection, reference):
                    return found
        return None
