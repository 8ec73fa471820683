"""What the agent is handed by `api/wiring.py`; it makes no connection, loads no setting and finds no tool by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date

from langchain_core.language_models import BaseChatModel

from agent.budgets import Limits, Meter
from agent.register import Register, Registers
from domain.actions import Action
from domain.actor import Actor
from policies.engine import Policies
from policies.guardrails import Guardrails
from store.database import Database
from store.titles import Title
from tools.registry import tools_for
from tools.tool import Tool, ToolContext


@dataclass(frozen=True)
class AgentPorts:
    """One per process.

    `context(actor, thread)` is what tools may touch, under the policy in force at that moment; `action(tenant, id)`
    reads an action's row, the only truth about its state; `tools(policies, actor)` gives only what these policies
    permit this actor.
    """

    database: Database
    model: BaseChatModel
    guardrails: Guardrails
    context: Callable[[Actor, str | None], Awaitable[ToolContext]]
    action: Callable[[str, str], Awaitable[Action]]
    limits: Limits = field(default_factory=Limits)
    tools: Callable[[Policies, Actor], tuple[Tool, ...]] = tools_for
    registers: Registers = field(default_factory=Registers)
    # Whoever tells an outcome holds a connection and asks for a second; several at once could wait for each other.
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class Known:
    """What a turn has found out and no checkpoint needs: the firm's names, which outside models are not told.

    `staff` are the names of those who work with Countersign, `titles` of the documents.
    """

    staff: tuple[str, ...] = ()
    titles: tuple[Title, ...] = ()
    register: Register = field(default_factory=Register)


@dataclass(frozen=True)
class TurnContext:
    """What the nodes of one turn may touch. Tenant and person come from the session, never from a model."""

    ports: AgentPorts
    actor: Actor
    thread: str
    today: date
    tools: tuple[Tool, ...] = ()
    tool_context: ToolContext | None = None
    meter: Meter | None = None  # a turn that is only told an outcome asks no model
    known: Known = field(default_factory=Known)
