"""How a firm's pages look: a row that is replaced as a whole, its version in the address of all that follows."""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Connection
from store.queries import queries

SQL = queries("look")


@dataclass(frozen=True)
class Look:
    """`accent` and `accent_dark` are colours as "#rrggbb"; `logo` an image of `logo_type`; an empty name is the firm's
    own. `version` rises with each change.
    """

    name: str
    accent: str
    accent_dark: str
    logo: bytes | None = None
    logo_type: str | None = None
    version: int = 0


async def get(connection: Connection) -> Look | None:
    """The look of the connection's tenant, None where it has none of its own."""
    row = await (await connection.execute(SQL["get"])).fetchone()
    return None if row is None else Look(**row)


async def named(connection: Connection) -> Look | None:
    """The same with the firm's name where the look has none."""
    row = await (await connection.execute(SQL["named"])).fetchone()
    return None if row is None else Look(**row)


async def put(connection: Connection, tenant: str, look: Look) -> None:
    """Give the tenant this look."""
    await connection.execute(SQL["drop"])
    given = {"name": look.name, "accent": look.accent, "accent_dark": look.accent_dark, "logo": look.logo}
    await connection.execute(SQL["put"], {"tenant": tenant, **given, "logo_type": look.logo_type})


async def drop(connection: Connection) -> None:
    """Go back to Countersign's own."""
    await connection.execute(SQL["drop"])
