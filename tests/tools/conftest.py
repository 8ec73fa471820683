"""Tools over a real PostgreSQL and the small firm of the readiness tests behind the reader port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from pydantic import BaseModel

from domain.actions import Image
from domain.actor import Actor, Role
from domain.errors import NotFound
from domain.records import Firm
from erp.mirror import Mirror
from erp.reader import ReadsWhole
from policies.engine import Policies
from store import facts
from store.database import Database
from tests.unit.prerequisites.records import TODAY, Small
from tools.registry import TOOLS
from tools.tool import ToolContext, ToolResult


class SmallReader(ReadsWhole):
    """A system of record that holds one small firm: its reading, and the before-image of two kinds of action."""

    system = "tryton"

    def __init__(self, firm: Firm) -> None:
        self._firm = firm

    async def firm(self) -> Firm:
        return self._firm

    async def image(self, action_type: str, arguments: Mapping[str, Any]) -> Image:
        if action_type == "contract.set_po_number":
            found = next(c for c in self._firm.contracts if c.id == arguments["contract_id"])
            return Image({"po_number": found.po_number}, {f"sale.sale,{found.id}": "1"})
        names = {"invoice.create_draft": "project_id", "customer.set_billing_identity": "customer_id"}
        return Image({}, {f"{action_type},{arguments[names[action_type]]}": "1"})

    async def attachment(self, attachment_id: str) -> bytes:
        raise NotFound


@dataclass
class Desk:
    """Someone at the firm with the tools at hand."""

    database: Database
    policies: Policies
    actor: Actor

    async def ask(self, small: Small, tool: str, **arguments: Any) -> ToolResult:
        async with self.database.tenant(self.actor.tenant) as connection:
            await facts.record(connection, self.actor, small.facts)
        found = next(t for t in TOOLS if t.name == tool)
        model: BaseModel = found.arguments.model_validate(arguments)
        return await found.run(self.context(small), model)

    def context(self, small: Small) -> ToolContext:
        reader = SmallReader(small.firm())
        mirror = Mirror(self.database, self.actor.tenant, reader, seconds=0)
        return ToolContext(self.actor, self.database, reader, mirror, self.policies, TODAY, thread=None)


@pytest.fixture(scope="session")
def policies() -> Policies:
    return Policies.load()


@pytest.fixture
def desk(owner: psycopg.Connection, database: Database, policies: Policies) -> Desk:
    owner.execute("insert into tenant (id, name, base_currency) values ('northlight', 'Northlight', 'EUR')")
    row = owner.execute(
        "insert into person (tenant, email, name, password_hash, roles) values "
        "('northlight', 'priya@northlight.example', 'Priya Nair', 'x', '{project_manager}') returning id"
    ).fetchone()
    assert row is not None
    priya = Actor("northlight", str(row[0]), "Priya Nair", frozenset({Role.PROJECT_MANAGER}))
    return Desk(database, policies, priya.through_agent("run-1"))
