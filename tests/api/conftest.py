"""The web application over a real database, with the demo firm's people and one stranger from another firm."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import psycopg
import pytest
from argon2 import PasswordHasher

from actions.rulebook import Rulebook
from agent.models import chat_model
from agent.ports import AgentPorts
from api.app import create_app
from api.services import Erp, Services, WebSettings
from api.sessions import COOKIE, csrf_token
from domain.actions import Action
from domain.actor import Actor, Role
from erp.mirror import Mirror
from policies.guardrails import Guardrails
from store import actions, people
from store.database import Database
from tests.api.small_erp import SmallErp, small_erp
from tests.emptying import Emptied
from tools.tool import ToolContext

PASSWORD = "correct horse battery staple"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PEOPLE = {
    "priya": ("northlight", "Priya Nair", Role.PROJECT_MANAGER, None),
    "finn": ("northlight", "Finn Okafor", Role.FINANCE, None),
    "ada": ("northlight", "Ada Lindqvist", Role.APPROVER, Decimal(250_000)),
    "marek": ("northlight", "Marek Novak", Role.APPROVER, Decimal(10_000)),
    "ines": ("northlight", "Ines Duarte", Role.AUDITOR, None),
    "tom": ("northlight", "Tom Becker", Role.ADMINISTRATOR, None),
    "sara": ("southgate", "Sara Vance", Role.FINANCE, None),
    "otto": ("southgate", "Otto Blum", Role.APPROVER, Decimal(1_000_000)),
}


def made(database: Database, erps: dict[str, Erp]) -> Services:
    """Services over this database and these firms' ERPs, with the built-in model and no network."""
    policies = Rulebook(database)

    async def context(actor: Actor, thread: str | None) -> ToolContext:
        erp, today = erps[actor.tenant], datetime.now(UTC).date()
        return ToolContext(actor, database, erp.reader, erp.firm, await policies(actor.tenant), today, thread)

    async def action(tenant: str, action_id: str) -> Action:
        async with database.tenant(tenant) as connection:
            return await actions.get(connection, action_id)

    ports = AgentPorts(database, chat_model(), Guardrails.load(), context, action)
    web = WebSettings(firm="northlight")
    return Services(database=database, erps=erps, policies=policies, agent=ports, web=web)


@dataclass
class Door:
    """Clients by person; `nobody` has no session."""

    services: Services
    transport: httpx.ASGITransport
    ids: dict[str, str]

    def nobody(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self.transport, base_url="http://test")

    async def of(self, name: str) -> httpx.AsyncClient:
        """A client in a session of this person, sending their CSRF token."""
        tenant = PEOPLE[name][0]
        secret = secrets.token_urlsafe(32)
        async with self.services.database.tenant(tenant) as connection:
            person = await people.get(connection, self.ids[name])
            assert person
            expires = datetime.now(UTC) + timedelta(hours=1)
            await people.add_credential(connection, person.actor(), kind="session", secret=secret, expires_at=expires)
        client = self.nobody()
        client.cookies.set(COOKIE, secret)
        client.headers["x-csrf-token"] = csrf_token(secret)
        return client


@pytest.fixture
async def ids(database: Database, owner: psycopg.Connection) -> dict[str, str]:
    return await settle(database, owner)


async def settle(database: Database, owner: psycopg.Connection) -> dict[str, str]:
    """Two firms with their people; their ids by first name."""
    for tenant in ("northlight", "southgate"):
        owner.execute("insert into tenant (id, name, base_currency) values (%s, %s, 'EUR')", [tenant, tenant.title()])
    found: dict[str, str] = {}
    for key, (tenant, name, role, limit) in PEOPLE.items():
        email = f"{name.lower().replace(' ', '.')}@{tenant}.example"
        async with database.tenant(tenant) as connection:
            found[key] = await people.add(
                connection,
                tenant,
                email=email,
                name=name,
                password_hash=QUICK.hash(PASSWORD),
                roles=(role,),
                approval_limit=limit,
            )
    return found


@pytest.fixture
def erp(ledgers: Emptied) -> Iterator[SmallErp]:
    """Northlight's ERP; the other firm has none."""
    with small_erp(ledgers) as small:
        yield small


@pytest.fixture
def services(database: Database, ids: dict[str, str], erp: SmallErp) -> Services:
    return made(database, {"northlight": Erp(erp, Mirror(database, "northlight", erp))})


@pytest.fixture
def door(services: Services, ids: dict[str, str]) -> Door:
    return Door(services, httpx.ASGITransport(create_app(services), raise_app_exceptions=False), ids)
