"""People of a tenant, and the digests of the secrets with which they come in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg

from domain.actor import Actor, Role
from domain.errors import InvalidInput
from domain.money import Money
from store import audit
from store.database import Connection
from store.queries import queries

SQL = queries("people")
REFUSALS = {  # what each constraint of the table would say
    "person_tenant_fkey": "There is no firm of this short name. Make it first: countersign person add --tenant-name.",
    "person_email_key": "Somebody has this e-mail address already. Each person needs an address of their own.",
    "person_email_check": "That is no e-mail address. Give one such as ada@example.com.",
    "person_name_check": "A person needs a name.",
    "person_approval_limit_check": "An approval limit cannot be negative.",
}


class PersonRefused(InvalidInput):
    """This person cannot be added."""

    code = "person_refused"


@dataclass(frozen=True)
class Person:
    """A person as the firm knows them; `approval_limit` is in the firm's base currency, None without a limit set."""

    tenant: str
    id: str
    email: str
    name: str
    roles: tuple[Role, ...]
    approval_limit: Money | None
    active: bool
    firm: str
    look: str = ""  # the version of the firm's own look, empty where it has none
    logo: bool = False

    def actor(self, authenticated_at: datetime | None = None) -> Actor:
        """This person as the one behind a request."""
        return Actor(
            self.tenant, self.id, self.name, frozenset(self.roles), self.approval_limit, None, authenticated_at
        )


@dataclass(frozen=True)
class Credential:
    """A session or a personal access token that is in force."""

    tenant: str
    id: str
    person: str
    kind: str
    authenticated_at: datetime


@dataclass(frozen=True)
class PasswordRow:
    """What signing in needs to know before any tenant is known."""

    tenant: str
    id: str
    password_hash: str
    active: bool


@dataclass(frozen=True)
class TokenRow:
    """A personal access token as its owner sees it: never its secret."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime


def secret_digest(secret: str) -> bytes:
    """SHA-256 of a random secret; secrets of 256 bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


async def add(
    connection: Connection,
    tenant: str,
    *,
    email: str,
    name: str,
    password_hash: str,
    roles: tuple[Role, ...],
    approval_limit: Decimal | None = None,
) -> str:
    """Add a person and return their id: a deed of the installation's administrator, who is no person of the firm.

    Raises PersonRefused, which says what is wrong.
    """
    values = {
        "tenant": tenant,
        "email": email.strip().lower(),
        "name": name.strip(),
        "password_hash": password_hash,
        "roles": [role.value for role in roles],
        "approval_limit": approval_limit,
    }
    try:
        row = await _one(connection, "add", values)
    except psycopg.IntegrityError as error:
        raise PersonRefused(REFUSALS.get(error.diag.constraint_name or "")) from error
    person = str(row["id"]) if row else ""
    facts = {"roles": roles, "limit": approval_limit}
    await audit.append(connection, installation(tenant), "person.added", f"person:{person}", facts)
    return person


def installation(tenant: str) -> Actor:
    """Whoever runs Countersign's own commands on the server."""
    return Actor(tenant, "installation", "Administrator of the installation", frozenset(), service=True)


async def get(connection: Connection, person: str) -> Person | None:
    """One person of the connection's tenant."""
    row = await _one(connection, "one", {"id": person})
    return _person(row) if row else None


async def everyone(connection: Connection) -> tuple[Person, ...]:
    """All people of the connection's tenant, by name."""
    return tuple(_person(row) for row in await (await connection.execute(SQL["everyone"])).fetchall())


@dataclass(frozen=True)
class Member:
    """A person as an administrator sees them: when they last signed in, and how many access tokens they hold."""

    id: str
    email: str
    name: str
    roles: tuple[Role, ...]
    approval_limit: Money | None
    active: bool
    last_seen: datetime | None
    tokens: int


async def members(connection: Connection) -> tuple[Member, ...]:
    """All people of the connection's tenant, those who may sign in first."""
    rows = await (await connection.execute(SQL["known_people"])).fetchall()
    return tuple(_member(dict(row)) for row in rows)


def _member(row: dict[str, Any]) -> Member:
    currency, limit = row.pop("base_currency"), row.pop("approval_limit")
    roles = tuple(Role(role) for role in row.pop("roles"))
    return Member(**row, roles=roles, approval_limit=None if limit is None else Money(limit, currency))


async def hold(connection: Connection, *ids: str) -> None:
    """Let nobody else change these people until the transaction ends."""
    await connection.execute(SQL["hold"], {"ids": list(ids)})


async def set_active(connection: Connection, person: str, *, active: bool) -> bool:
    """Let a person in, or shut them out and end all their sessions and tokens; False where nothing changed by that.

    Nothing that was ended comes back: whoever is let in again signs in, and makes new tokens.
    """
    if await _one(connection, "set_active", {"id": person, "active": active}) is None:
        return False
    if not active:
        await connection.execute(SQL["revoke_all"], {"person": person})
    return True


async def by_email(connection: Connection, email: str) -> PasswordRow | None:
    """Across tenants, by exact key: only for signing in."""
    row = await _one(connection, "by_email", {"email": email})
    return PasswordRow(**row) if row else None


async def add_credential(
    connection: Connection, actor: Actor, *, kind: str, secret: str, expires_at: datetime, label: str = ""
) -> str:
    """Remember a session or token by the digest of its secret; returns its id."""
    row = await _one(
        connection,
        "add_credential",
        {
            "tenant": actor.tenant,
            "person": actor.person,
            "kind": kind,
            "label": label,
            "secret_digest": secret_digest(secret),
            "expires_at": expires_at,
        },
    )
    return str(row["id"]) if row else ""


async def credential(connection: Connection, secret: str) -> Credential | None:
    """The credential in force that this secret opens, across tenants: only for signing in."""
    row = await _one(connection, "credential", {"secret_digest": secret_digest(secret)})
    return Credential(**row) if row else None


async def revoke(connection: Connection, person: str, credential_id: str, kind: str) -> bool:
    """End one session or token of this person; False when there is none in force."""
    values = {"id": credential_id, "person": person, "kind": kind}
    return await _one(connection, "revoke", values) is not None


async def tokens(connection: Connection, person: str) -> tuple[TokenRow, ...]:
    """A person's tokens in force, newest first."""
    rows = await (await connection.execute(SQL["tokens"], {"person": person})).fetchall()
    return tuple(TokenRow(**row) for row in rows)


async def tried(connection: Connection, key: str, within: timedelta) -> int:
    """Count one more try for this key and return how many there were within the time."""
    row = await _one(connection, "tried", {"key": secret_digest(key), "within": within})
    return int(row["tries"]) if row else 0


async def known(connection: Connection, pair: str) -> bool:
    """Whether the person signed in from this address before, within three months."""
    row = await _one(connection, "known", {"pair": secret_digest(pair)})
    return bool(row and row["known"])


async def succeeded(connection: Connection, *, pair: str, person: str, address: str) -> None:
    """The password was right: forget the pair's failed tries, and remember that they belong together."""
    values = {"pair": secret_digest(pair), "person": secret_digest(person), "address": secret_digest(address)}
    await connection.execute(SQL["succeeded"], values)


async def password_hash(connection: Connection, person: str) -> str | None:
    """The hash that a person of this tenant must answer again; None for one who is no longer active."""
    row = await _one(connection, "password", {"id": person})
    return str(row["password_hash"]) if row else None


async def authenticated(connection: Connection, person: str, credential_id: str) -> datetime | None:
    """The person gave their password in this session just now; None when it has ended meanwhile."""
    row = await _one(connection, "authenticated", {"id": credential_id, "person": person})
    return row["authenticated_at"] if row else None


async def _one(connection: Connection, name: str, values: dict[str, Any]) -> dict[str, Any] | None:
    return await (await connection.execute(SQL[name], values)).fetchone()


def _person(row: dict[str, Any]) -> Person:
    limit = row["approval_limit"]
    return Person(
        tenant=row["tenant"],
        id=row["id"],
        email=row["email"],
        name=row["name"],
        roles=tuple(Role(role) for role in row["roles"]),
        approval_limit=None if limit is None else Money(limit, row["base_currency"]),
        active=row["active"],
        firm=row["firm"],
        look=row["look"],
        logo=row["logo"],
    )
