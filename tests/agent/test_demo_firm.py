"""The main conversation with the real tools, a real Tryton and a real database; only the worker is not here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg
import pytest

from actions.decisions import decide
from agent.ports import AgentPorts
from agent.rules.model import RulesModel
from agent.turns import answer, resume_after_action
from domain.actions import Action, ActionState
from domain.actor import Actor, Role
from domain.errors import SegregationOfDuties
from domain.money import Money
from erp.demo.server import outside_file
from erp.mirror import Mirror
from policies.engine import Policies
from policies.guardrails import Guardrails
from store import actions, threads
from store.database import Database
from store.facts_file import import_facts
from tests.erp.firm import DemoFirm
from tools.tool import ToolContext

pytestmark = [pytest.mark.anyio, pytest.mark.erp]


async def test_readiness_fix_and_outcome(
    demo_firm: DemoFirm, database: Database, owner: psycopg.Connection, policies: Policies, guardrails: Guardrails
) -> None:
    owner.execute("insert into tenant (id, name, base_currency) values ('northlight', 'Northlight', 'EUR')")
    limit = Money(Decimal(250_000), "EUR")
    finn = Actor("northlight", "11111111-1111-1111-1111-111111111111", "Finn Okafor", frozenset({Role.FINANCE}))
    ada = Actor(
        "northlight", "22222222-2222-2222-2222-222222222222", "Ada Lindqvist", frozenset({Role.APPROVER}), limit
    )
    for person in (finn, ada):
        owner.execute(
            "insert into person (tenant, id, email, name, password_hash, roles, approval_limit) "
            "values (%s, %s, %s, %s, 'x', %s, %s)",
            [
                person.tenant,
                person.person,
                f"{person.name.split()[0].lower()}@northlight.example",
                person.name,
                [role.value for role in person.roles],
                person.approval_limit.amount if person.approval_limit else None,
            ],
        )
    await import_facts(database, finn, outside_file(demo_firm.home).read_text("utf-8"))

    async def row(tenant: str, action_id: str) -> Action:
        async with database.tenant(tenant) as connection:
            return await actions.get(connection, action_id)

    async with demo_firm.reader() as reader:
        snapshot = Mirror(database, "northlight", reader)

        async def context(actor: Actor, thread: str | None) -> ToolContext:
            return ToolContext(actor, database, reader, snapshot, policies, demo_firm.today, thread)

        ports = AgentPorts(database, RulesModel(), guardrails, context, row)
        async with database.tenant("northlight") as connection:
            thread = (await threads.create(connection, finn)).id

        async def say(text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
            events = [event async for event in answer(ports, finn, thread, text)]
            assert [event.data for event in events if event.kind == "error"] == []
            shown = sorted((e for e in events if e.kind == "block"), key=lambda e: e.position)
            return dict(events[-1].data), [dict(e.data) for e in shown]

        _, blocked = await say("Which projects cannot be billed, and why?")
        assert [block["kind"] for block in blocked] == ["text", "table", "table"]
        _, found = await say("is the skellig turbine yield analytics redy to bill?")
        assert [f["rule"] for f in found[1]["findings"] if f["verdict"] == "fail"] == ["customer.tax_id_missing"]
        _, asked = await say("fix it")
        assert asked[-1]["kind"] == "choices"
        done, card = await say("the VAT number is IE6388047V")
        assert done["state"] == "waiting"
        action_id = card[-1]["action_id"]
        await say("I approve it")
        action = await row("northlight", action_id)
        assert action.state is ActionState.AWAITING_APPROVAL
        assert action.intent.arguments["tax_identifier"]["code"] == "IE6388047V"
        with pytest.raises(SegregationOfDuties):
            await decide(database, policies, finn, action_id, verdict="approve", digest=action.digest)
        await decide(database, policies, ada, action_id, verdict="reject", digest=action.digest, reason="Not ours")
        assert await resume_after_action(ports, "northlight", action_id) == 1
        async with database.tenant("northlight") as connection:
            last = (await threads.messages(connection, thread))[-1]
        assert "rejected" in last.blocks[0]["text"]
        assert "Not ours" in last.blocks[0]["text"]
