"""What a person of the firm may: read now, and changed in the name of an approved action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import NotFound
from store.database import Connection
from store.queries import queries

SQL = queries("rights")


@dataclass(frozen=True)
class Rights:
    """A person's roles, sorted, and approval limit in the firm's base currency."""

    name: str
    roles: tuple[str, ...]
    approval_limit: Decimal | None
    base_currency: str
    active: bool


async def of(connection: Connection, person: str) -> Rights:
    """The rights of a person of the connection's tenant. Raises NotFound."""
    row = await (await connection.execute(SQL["now"], {"person": person})).fetchone()
    if row is None:
        raise NotFound("There is no such person in your firm.")
    return Rights(
        row["name"], tuple(sorted(row["roles"])), row["approval_limit"], row["base_currency"], bool(row["active"])
    )


async def change(
    connection: Connection, action: str, person: str, roles: Sequence[str], approval_limit: Decimal | None
) -> None:
    """Give a person these rights by the action that is being carried out. For the worker's role alone."""
    given = {"action": action, "person": person, "roles": list(roles), "approval_limit": approval_limit}
    await connection.execute(SQL["change"], given)


async def changed_by(connection: Connection, action: str) -> tuple[str, str] | None:
    """The person (id and name) whose rights this action changed."""
    row = await (await connection.execute(SQL["changed_by"], {"action": action})).fetchone()
    return None if row is None else (row["person"], row["name"])
