"""The two firms of one run with their people, and the way in: every request is asked in someone's name and examined."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any, Literal

import httpx
from argon2 import PasswordHasher

from api.sessions import COOKIE, csrf_token
from domain.actor import Actor, Role
from domain.money import Money
from evals.adversary import firm, house, watch
from evals.adversary.asking import Asker, asking
from evals.adversary.ledger import Ledger
from evals.adversary.record import Record, Shown, Standing
from evals.adversary.service import Service

PASSWORD = secrets.token_urlsafe(12)
# The cost of a real hash protects stolen tables, which nobody steals here.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
STAFF: tuple[tuple[str, tuple[str, ...], int | None], ...] = (
    ("Priya", ("project_manager",), None),
    ("Pavel", ("project_manager",), None),
    ("Finn", ("finance",), None),
    ("Ada", ("approver",), 250_000),
    ("Marek", ("approver",), 10_000),
    ("Olga", ("approver",), 1_000_000),
    ("Vera", ("project_manager", "approver"), 250_000),
    ("Ines", ("auditor",), None),
    ("Tom", ("administrator",), None),
)
Via = Literal["session", "token", "nothing"]


@dataclass
class Person:
    """Someone of a firm, with the secrets of their session and token once they have them."""

    tenant: str
    id: str
    name: str
    email: str
    session: str = ""
    token: str = ""
    fresh: bool = True  # their session is younger than policy asks for when deciding


@dataclass
class Tab:
    """A page that a person has open, with what it showed."""

    person: Person
    shown: Shown


@dataclass
class World:
    """One run's firms. `near` is the attacker's own firm, `far` the other."""

    service: Service
    record: Record
    near: str
    far: str
    today: date
    texts: tuple[str, ...]
    people: dict[str, list[Person]] = field(default_factory=dict[str, list[Person]])
    canaries: dict[str, watch.Canaries] = field(default_factory=dict[str, watch.Canaries])
    tabs: list[Tab] = field(default_factory=list[Tab])
    threads: list[tuple[Person, str]] = field(default_factory=list[tuple[Person, str]])
    documents: list[tuple[Person, str]] = field(default_factory=list[tuple[Person, str]])
    address: str = "10.0.0.1"

    def ledger(self, tenant: str) -> Ledger:
        """A firm's ERP."""
        return self.service.ledgers[tenant]

    def named(self, tenant: str, name: str) -> Person:
        """A firm's person by first name."""
        return next(person for person in self.people[tenant] if person.name.startswith(name))

    def having(self, tenant: str, *roles: str) -> list[Person]:
        """A firm's people who have one of these roles now."""
        return [p for p in self.people[tenant] if self.record.standing(p.id).roles & set(roles)]

    def everyone(self) -> list[Person]:
        """All people of both firms."""
        return [*self.people[self.near], *self.people[self.far]]

    def actions(self, tenant: str) -> list[str]:
        """The proposals of a firm that the harness knows of, oldest first."""
        return [action for action, firm_ in self.record.firms.items() if firm_ == tenant]

    def actor(self, person: Person, **changes: Any) -> Actor:
        """The person as the rooms below HTTP know them: for tries from inside the process."""
        standing = self.record.standing(person.id)
        limit = None if standing.limit is None else Money(standing.limit, "EUR")
        roles = frozenset(Role(role) for role in standing.roles)
        return Actor(person.tenant, person.id, person.name, roles, limit, **changes)

    async def work(self, tenant: str) -> None:
        """The firm's worker does what waits; what that changed of people's rights is known from then on."""
        await self.service.work(tenant)
        await house.learn(self.service.owner, self.record, tenant, self.service.moments)

    async def call(
        self,
        person: Person | None,
        method: str,
        path: str,
        *,
        via: Via = "session",
        headers: dict[str, str] | None = None,
        own_csrf: bool = True,
        **content: Any,
    ) -> httpx.Response:
        """One request with this person's credential; the answer is examined before anyone uses it."""
        credential: dict[str, str] = {}
        if person is not None and via == "session":
            secret = await self.signed_in(person)
            credential = {"cookie": f"{COOKIE}={secret}"}
            if own_csrf:
                credential["x-csrf-token"] = csrf_token(secret)
        elif person is not None and via == "token":
            credential = {"authorization": f"Bearer {await self.token(person)}"}
        known = person if credential else None
        asker = Asker(known.tenant if known else "", known.id if known else "", f"{method} {path}")
        with asking(asker):
            response = await self._sent(method, path, {**credential, **(headers or {})}, **content)
        watch.examine(self, known, asker, response.text)
        return response

    async def _sent(self, method: str, path: str, headers: dict[str, str], **content: Any) -> httpx.Response:
        client = self.service.client
        client.cookies.clear()
        response = await client.request(method, path, headers=headers, **content)
        client.cookies.clear()
        return response

    async def signed_in(self, person: Person) -> str:
        """The secret of the person's session, opened with their password on first use."""
        if not person.session:
            form = {"email": person.email, "password": PASSWORD}
            response = await self._sent("POST", "/signin", {}, data=form)
            person.session = response.cookies.get(COOKIE) or ""
            person.fresh = True
        return person.session

    async def token(self, person: Person) -> str:
        """The secret of the person's access token, made in their session on first use; empty where they may not."""
        if not person.token:
            wanted = {"label": "for scripts", "days": 30}
            response = await self.call(person, "POST", "/v1/tokens", json=wanted)
            person.token = response.json().get("secret", "none") if response.is_success else "none"
        return person.token


@asynccontextmanager
async def world(service: Service, seed: int, texts: tuple[str, ...]) -> AsyncGenerator[World]:
    """Two new firms, gone from memory afterwards; their rows stay, where later runs' people must not see them."""
    random = Random(seed)  # noqa: S311 - a run must be the same again
    record = Record()
    unique = secrets.token_hex(4)
    made = World(service, record, f"near-{unique}", f"far-{unique}", datetime.now(UTC).date(), texts)
    for tenant in (made.near, made.far):
        canaries = watch.Canaries.new()
        made.canaries[tenant] = canaries
        ledger = Ledger(tenant, record.tick, firm.compose(canaries.erp))
        firm.arrange(ledger, random, canaries.erp, made.today)
        service.connect(tenant, ledger)
        made.people[tenant] = await _hired(service, record, tenant)
    try:
        yield made
    finally:
        service.clock.back *= 0
        for tenant in (made.near, made.far):
            service.disconnect(tenant)


async def _hired(service: Service, record: Record, tenant: str) -> list[Person]:
    found: list[Person] = []
    async with service.owner.nobody() as connection:
        await connection.execute(
            "insert into tenant (id, name, base_currency) values (%s, %s, 'EUR')", [tenant, tenant]
        )
        for name, roles, limit in STAFF:
            row = await connection.execute(
                "insert into person (tenant, email, name, password_hash, roles, approval_limit) "
                "values (%s, %s, %s, %s, %s, %s) returning id::text",
                [tenant, f"{name.lower()}@{tenant}.example", f"{name} {tenant}", HASH, list(roles), limit],
            )
            person = await row.fetchone()
            id_ = str(person["id"]) if person else ""
            standing = Standing(0, frozenset(roles), None if limit is None else Decimal(limit))
            record.standings[id_] = [standing]
            found.append(Person(tenant, id_, f"{name} {tenant}", f"{name.lower()}@{tenant}.example"))
    return found
