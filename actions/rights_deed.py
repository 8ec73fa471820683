"""`person.set_rights` as a deed of the house: what a person may now, and that they may what people approved."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.actions import Image
from domain.canonical import digest
from domain.errors import ErpStale
from domain.source import Source
from store import rights
from store.database import Connection

SYSTEM, SET_RIGHTS = "countersign", "person.set_rights"


class SetRights:
    """The arguments `roles` and `approval_limit` replace what the person has."""

    async def image(self, connection: Connection, arguments: Mapping[str, Any]) -> Image:
        """The person's roles and limit as they are. Raises NotFound."""
        person = str(arguments["person_id"])
        found = await rights.of(connection, person)
        limit = "" if found.approval_limit is None else f"{found.approval_limit:.2f}"
        fields = {"roles": list(found.roles), "approval_limit": limit}
        return Image(fields, {f"{SYSTEM}.person,{person}": digest(fields)})

    async def write(
        self, connection: Connection, arguments: Mapping[str, Any], *, reference: str, versions: Mapping[str, str]
    ) -> Source:
        """Give the person these rights. Raises ErpStale when they changed since people looked."""
        person, limit = str(arguments["person_id"]), str(arguments["approval_limit"])
        if (await self.image(connection, arguments)).versions != dict(versions):
            raise ErpStale("This person's rights changed meanwhile; look at them again.")
        await rights.change(connection, reference, person, arguments["roles"], Decimal(limit) if limit else None)
        return _record(person, (await rights.of(connection, person)).name)

    async def find(self, connection: Connection, reference: str) -> Source | None:
        """The person whose rights this action changed."""
        found = await rights.changed_by(connection, reference)
        return None if found is None else _record(*found)


RIGHTS = SetRights()


def _record(person: str, name: str) -> Source:
    return Source(SYSTEM, "person", person, "changed", label=name, url="/admin")
