"""The people of the demo firm at their desks: the agent as the product wires it, and some proposals to ask about."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from actions.decisions import decide
from actions.proposals import propose
from actions.rulebook import Rulebook
from agent.models import ModelSettings, chat_model
from agent.ports import AgentPorts
from agent.turns import answer
from api.passwords import hash_password
from domain.actions import Action, Intent
from domain.actor import Actor, Role
from evals.agent.scoring import Answer
from evals.stand import TENANT, Stand
from policies.guardrails import Guardrails
from store import actions, people, threads
from tools.tool import ToolContext

PEOPLE = Path(__file__).parents[2] / "api" / "demo" / "people.toml"


@dataclass(frozen=True)
class Desk:
    """Who may be asked as, by role, and the agent's ports."""

    ports: AgentPorts
    actors: Mapping[str, Actor]

    async def thread(self, who: str) -> str:
        """A new conversation of this person."""
        async with self.ports.database.tenant(TENANT) as connection:
            return (await threads.create(connection, self.actors[who])).id

    async def ask(self, who: str, thread: str, text: str) -> Answer:
        """One turn: what was called and what was shown."""
        events = [event async for event in answer(self.ports, self.actors[who], thread, text)]
        shown = sorted((e for e in events if e.kind == "block"), key=lambda e: e.position)
        async with self.ports.database.tenant(TENANT) as connection:
            past = await threads.history(connection, thread)
        return Answer(tuple(past[-1].calls) if past else (), tuple(dict(e.data) for e in shown))


async def desk(firm: Stand, model: ModelSettings, today: date) -> Desk:
    """Everyone at work, with three proposals: one approved, one rejected, one that waits."""
    rulebook = Rulebook(firm.database)

    async def context(actor: Actor, thread: str | None) -> ToolContext:
        in_force = await rulebook(actor.tenant)
        return ToolContext(actor, firm.database, firm.mirror.reader, firm.mirror, in_force, today, thread)

    async def action(tenant: str, action_id: str) -> Action:
        async with firm.database.tenant(tenant) as connection:
            return await actions.get(connection, action_id)

    ports = AgentPorts(firm.database, chat_model(model), Guardrails.load(), context, action)
    actors = await _people(firm)
    await _proposals(firm, rulebook, actors)
    return Desk(ports, actors)


async def _people(firm: Stand) -> dict[str, Actor]:
    secret = hash_password("not a password that anyone uses")
    found: dict[str, Actor] = {}
    async with firm.database.tenant(TENANT) as connection:
        for row in tomllib.loads(PEOPLE.read_text("utf-8"))["person"]:
            await people.add(
                connection,
                TENANT,
                email=row["email"],
                name=row["name"],
                password_hash=secret,
                roles=tuple(Role(role) for role in row["roles"]),
                approval_limit=Decimal(row["limit"]) if "limit" in row else None,
            )
        for person in await people.everyone(connection):
            found[person.name.split()[0].lower()] = person.actor(datetime.now(UTC))
    return found


async def _proposals(firm: Stand, rulebook: Rulebook, actors: Mapping[str, Actor]) -> None:
    """Priya proposes three purchase orders; Ada approves the first and rejects the second."""
    wanted = (
        ("CLD-UKI-1001", "PO-77001", "approve"),
        ("CLD-UKI-1010", "PO-77010", "reject"),
        ("CLD-UKI-1003", "PO-77003", ""),
    )
    policies = await rulebook(TENANT)
    for code, number, verdict in wanted:
        made = await propose(
            firm.database,
            firm.mirror.reader,
            policies,
            actors["priya"],
            _order(firm, code, number),
            now=datetime.now(UTC),
        )
        if verdict:
            reason = "The client withdrew it." if verdict == "reject" else ""
            await decide(
                firm.database, policies, actors["ada"], made.id, verdict=verdict, digest=made.digest, reason=reason
            )


def _order(firm: Stand, code: str, number: str) -> Intent:
    project = next(one for one in firm.firm.projects if one.code == code)
    contract = next(one for one in firm.firm.contracts if one.id in project.contract_ids)
    customer = next(one for one in firm.firm.customers if one.id == contract.customer_id)
    arguments: dict[str, Any] = {"contract_id": contract.id, "po_number": number}
    return Intent(
        "contract.set_po_number",
        arguments,
        f"Record the purchase order number {number} ({code})",
        project_code=code,
        customer=customer.name,
        practice=project.practice,
        region=project.region,
    )
