"""A small firm, real PostgreSQL, and small real tools: what the agent needs around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel

from agent.budgets import Limits
from agent.ports import AgentPorts
from agent.rules.model import RulesModel
from domain.actions import Action, ActionState, Decision, Image, Intent, PolicyVerdict
from domain.actor import Actor, Operation, Role
from domain.blocks import ActionCard, Cell, Table
from domain.errors import NotFound
from domain.money import Money
from domain.records import Customer, Firm, Project
from domain.source import Source
from erp.mirror import Mirror
from erp.reader import ReadsWhole
from policies.engine import Policies
from policies.guardrails import Guardrails
from store import threads
from store.database import Database
from tools.tool import Tool, ToolContext, ToolResult

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def _source(model: str, number: int) -> Source:
    return Source("test", model, str(number), "1", NOW)


def _customer(number: int, name: str) -> Customer:
    return Customer(str(number), f"C{number}", name, "GB", (), None, (), 30, _source("party", number))


def _project(number: int, code: str | None, name: str, customer: int) -> Project:
    practice, region = (code.split("-")[:2]) if code else (None, None)
    return Project(
        str(number),
        code,
        name,
        str(customer),
        (),
        "open",
        "timesheet",
        None,
        practice,
        region,
        None,
        (),
        _source("work", number),
    )


FIRM = Firm(
    "test",
    "Northlight Consulting",
    "EUR",
    NOW,
    customers=(
        _customer(1, "Halden Rail Group plc"),
        _customer(2, "Nordhafen Logistik SE"),
        _customer(3, "Cedar Point Logistics LLC"),
        _customer(4, "Morrow & Finch Retail Ltd"),
    ),
    projects=(
        _project(1, "CLD-UKI-1004", "Cloud landing zone", 1),
        _project(2, "DAT-DACH-2001", "Warehouse analytics", 2),
        _project(3, "ADV-UKI-3007", "Operating model review", 1),
        _project(4, "CLD-DACH-1010", "Container platform", 4),
    ),
)


class FirmReader(ReadsWhole):
    system = "test"

    async def firm(self) -> Firm:
        return FIRM

    async def image(self, action_type: str, arguments: Any) -> Image:
        return Image({})

    async def attachment(self, attachment_id: str) -> bytes:
        raise NotFound


class ProjectArguments(BaseModel):
    project: str
    month: str | None = None
    po_number: str | None = None


class NoArguments(BaseModel):
    pass


@dataclass
class World:
    """The agent's ports over a real database, and the actions that its test tool proposed."""

    database: Database
    guardrails: Guardrails
    policies: Policies
    actor: Actor
    model: BaseChatModel = field(default_factory=RulesModel)
    limits: Limits = field(default_factory=Limits)
    actions: dict[str, Action] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def ports(self) -> AgentPorts:
        return AgentPorts(
            self.database, self.model, self.guardrails, self.context, self.action, self.limits, self.tools
        )

    async def context(self, actor: Actor, thread: str | None) -> ToolContext:
        reader = FirmReader()
        return ToolContext(
            actor,
            self.database,
            reader,
            Mirror(self.database, actor.tenant, reader),
            self.policies,
            date(2026, 11, 23),
            thread,
        )

    def tools(self, policies: Policies, actor: Actor) -> tuple[Tool, ...]:
        every = (
            Tool(
                "project_readiness",
                "Is a project ready to bill?",
                Operation.READINESS_READ,
                ProjectArguments,
                self._readiness,
            ),
            Tool(
                "propose_fix",
                "Propose what clears a finding.",
                Operation.ACTION_PROPOSE,
                ProjectArguments,
                self._propose,
            ),
            Tool("actions_status", "What became of proposals.", Operation.ACTION_READ, NoArguments, self._status),
        )
        return tuple(tool for tool in every if policies.authorize(actor, tool.operation).allowed)

    async def action(self, tenant: str, action_id: str) -> Action:
        return self.actions[action_id]

    async def _readiness(self, context: ToolContext, arguments: ProjectArguments) -> ToolResult:
        self.seen.append(("project_readiness", arguments.model_dump(exclude_none=True)))
        known = {p.code: p for p in (await context.firm.get()).projects}
        if arguments.project not in known:
            raise NotFound(f"There is no project {arguments.project}.")
        facts = {
            "project": arguments.project,
            "blocked": {"amount": "12300.00", "currency": "EUR"},
            "month": arguments.month,
        }
        table = Table(
            "Findings", ("Rule", "Amount"), ((Cell("po.missing"), Cell({"amount": "12300.00", "currency": "EUR"})),)
        )
        return ToolResult(facts, (table,))

    async def _propose(self, context: ToolContext, arguments: ProjectArguments) -> ToolResult:
        action = make_action(f"a{len(self.actions) + 1}", context.actor)
        self.actions[action.id] = action
        return ToolResult(
            {"action_id": action.id, "state": action.state.value}, (ActionCard(action.id, action.intent.summary),)
        )

    async def _status(self, context: ToolContext, arguments: NoArguments) -> ToolResult:
        rows = [{"action_id": a.id, "state": a.state.value} for a in self.actions.values()]
        return ToolResult({"actions": rows}, tuple(ActionCard(a.id, a.intent.summary) for a in self.actions.values()))

    def move(self, action_id: str, state: ActionState, verdict: str = "approve", reason: str = "") -> None:
        decision = Decision("d1", "p2", "Ada Lindqvist", verdict, reason, "x", 0, NOW)
        self.actions[action_id] = replace(self.actions[action_id], state=state, decisions=(decision,))

    async def thread(self, actor: Actor | None = None) -> str:
        async with self.database.tenant(self.actor.tenant) as connection:
            return (await threads.create(connection, actor or self.actor)).id


def make_action(action_id: str, actor: Actor) -> Action:
    intent = Intent(
        "contract.set_po_number",
        {"contract_id": "1", "po_number": "PO-1"},
        "Set the purchase order number",
        amount=Money(Decimal(100), "EUR"),
    )
    verdict = PolicyVerdict(True, (), (), (), "x")
    return Action(
        action_id, actor.tenant, intent.action_type, ActionState.AWAITING_APPROVAL, intent, "x", Image({}), verdict,
        actor.person, actor.name, actor.agent_run, NOW, NOW + timedelta(days=7), (),
    )  # fmt: skip


@pytest.fixture(scope="session")
def guardrails() -> Guardrails:
    return Guardrails.load()


@pytest.fixture(scope="session")
def policies() -> Policies:
    return Policies.load()


@pytest.fixture
def priya() -> Actor:
    return Actor("northlight", "11111111-1111-1111-1111-111111111111", "Priya Nair", frozenset({Role.PROJECT_MANAGER}))


@pytest.fixture
def world(
    database: Database, owner: psycopg.Connection, guardrails: Guardrails, policies: Policies, priya: Actor
) -> World:
    for tenant in ("northlight", "elsewhere"):
        owner.execute("insert into tenant (id, name, base_currency) values (%s, %s, 'EUR')", [tenant, tenant])
    return World(database, guardrails, policies, priya)


Say = Callable[..., Any]


@pytest.fixture
def say(world: World) -> Say:
    from agent.turns import answer

    async def talk(text: str, thread: str | None = None, actor: Actor | None = None) -> list[Any]:
        thread = thread or await world.thread(actor)
        return [event async for event in answer(world.ports, actor or world.actor, thread, text)]

    return talk
