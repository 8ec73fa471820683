"""Two firms with people in every role, and an ERP over a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

import psycopg
import pytest

from actions.decisions import decide
from actions.execution import Hands, Timing
from actions.proposals import propose
from actions.rulebook import Rulebook
from domain.actions import Action, Intent
from domain.actor import Actor, Role
from domain.money import Money
from policies.engine import Policies
from store.database import Database
from tests.actions.ledger import LedgerErp
from tests.emptying import Emptied

AT_ONCE = Timing(write=timedelta(seconds=5), in_flight=timedelta(0))


@pytest.fixture(scope="session")
def policies() -> Policies:
    return Policies.load()


@dataclass(frozen=True)
class People:
    priya: Actor  # project manager
    finn: Actor  # finance
    ada: Actor  # approver, limit 250,000
    marek: Actor  # approver, limit 10,000
    vera: Actor  # project manager and approver at once, limit 250,000
    ines: Actor  # auditor
    stranger: Actor  # an approver of another firm


def _person(owner: psycopg.Connection, tenant: str, name: str, roles: list[Role], limit: int | None = None) -> Actor:
    row = owner.execute(
        "insert into person (tenant, email, name, password_hash, roles, approval_limit) "
        "values (%s, %s, %s, 'x', %s, %s) returning id",
        [tenant, f"{name.lower()}@{tenant}.example", name, [role.value for role in roles], limit],
    ).fetchone()
    assert row is not None
    money = None if limit is None else Money(Decimal(limit), "EUR")
    return Actor(tenant, str(row[0]), name, frozenset(roles), money)


@pytest.fixture
def people(owner: psycopg.Connection) -> People:
    for tenant in ("northlight", "elsewhere"):
        owner.execute("insert into tenant (id, name, base_currency) values (%s, %s, 'EUR')", [tenant, tenant])
    return People(
        priya=_person(owner, "northlight", "Priya", [Role.PROJECT_MANAGER]),
        finn=_person(owner, "northlight", "Finn", [Role.FINANCE]),
        ada=_person(owner, "northlight", "Ada", [Role.APPROVER], 250_000),
        marek=_person(owner, "northlight", "Marek", [Role.APPROVER], 10_000),
        vera=_person(owner, "northlight", "Vera", [Role.PROJECT_MANAGER, Role.APPROVER], 250_000),
        ines=_person(owner, "northlight", "Ines", [Role.AUDITOR]),
        stranger=_person(owner, "elsewhere", "Stranger", [Role.APPROVER], 250_000),
    )


@pytest.fixture
def ledger(ledgers: Emptied) -> Iterator[LedgerErp]:
    with ledgers.one() as url:
        erp = LedgerErp(url)
        erp.arrange("7", po_number=None, customer="Acme")
        yield erp


def always(policies: Policies) -> Rulebook:
    """A rulebook in which this policy is in force, whatever the database says."""

    async def in_force(_: str) -> Policies:
        return policies

    return cast("Rulebook", in_force)


@pytest.fixture
def hands(worker_database: Database, ledger: LedgerErp) -> Hands:
    return Hands(worker_database, ledger, ledger, Rulebook(worker_database), AT_ONCE)


async def countersigned(hands: Hands, person: Actor, action: Action) -> Action:
    """The action as this person approved it, by the application's role: the worker's cannot decide."""
    url = psycopg.conninfo.make_conninfo(hands.database.url, user="countersign_app")
    policies = await hands.policies(person.tenant)
    async with Database(url, max_size=1) as database:
        return await decide(database, policies, person, action.id, verdict="approve", digest=action.digest)


def po_number(number: str = "PO-4711") -> Intent:
    return Intent("contract.set_po_number", {"contract_id": "7", "po_number": number}, f"Set PO number {number}")


@pytest.fixture
async def proposal(database: Database, ledger: LedgerErp, policies: Policies, people: People) -> Action:
    return await propose(database, ledger, policies, people.priya, po_number(), now=datetime.now(UTC))
