"""Other agents over the Model Context Protocol: the SDK's own client against the real application."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import httpx2
import psycopg
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from api.app import create_app
from api.cli.protocol import carrier
from domain.actor import Operation
from tests.api.conftest import Door
from tools.registry import TOOLS

pytestmark = pytest.mark.anyio
READS = {operation for operation in Operation if operation.value.endswith(".read") or operation is Operation.THREAD_USE}
URL = "http://test/v1/mcp"


async def token_of(door: Door, name: str) -> str:
    made = await (await door.of(name)).post("/v1/tokens", json={"label": "other agent", "days": 2})
    return made.json()["secret"]


@asynccontextmanager
async def agent(door: Door, token: str, *, mode: str = "auto", app=None) -> AsyncIterator[Client]:
    """An MCP client that comes in with this token."""
    transport = httpx2.ASGITransport(app or create_app(door.services), raise_app_exceptions=False)
    async with (
        httpx2.AsyncClient(transport=transport, headers={"authorization": f"Bearer {token}"}) as http,
        Client(streamable_http_client(URL, http_client=http), mode=mode) as client,
    ):
        yield client


def rows(owner: psycopg.Connection, event: str) -> list[tuple]:
    return owner.execute(
        "select person, agent_run, subject, facts, trace from audit_entry where event = %s order by id", [event]
    ).fetchall()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_agent_lists_and_calls_what_its_person_may(door: Door, owner: psycopg.Connection, mode: str) -> None:
    async with agent(door, await token_of(door, "finn"), mode=mode) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        answer = await client.call_tool("project_readiness", {"project": "CLD-UKI-1001"})
    assert {"project_readiness", "propose_fix", "actions_status"} <= listed.keys()
    assert listed["project_readiness"].annotations.read_only_hint
    assert not listed["propose_fix"].annotations.read_only_hint
    assert not answer.is_error
    assert answer.structured_content["project"] == "CLD-UKI-1001"
    assert json.loads(answer.content[0].text) == answer.structured_content
    ((person, run, subject, facts, trace),) = rows(owner, "tool.called")
    assert (person, run.startswith("mcp:"), facts["tool"]) == (door.ids["finn"], True, "project_readiness")
    assert subject == f"token:{run.removeprefix('mcp:')}"
    assert len(facts["arguments"]) == len(facts["result"]) == 64
    assert trace


async def test_what_is_out_of_scope_is_not_listed_and_not_called(door: Door, owner: psycopg.Connection) -> None:
    async with agent(door, await token_of(door, "ada")) as client:
        assert not {name for name in await names(client) if name.startswith("propose")}
        answer = await client.call_tool("propose_fix", {"project": "CLD-UKI-1001"})
    assert answer.is_error
    assert answer.structured_content["error"]["code"] == "not_offered"
    assert owner.execute("select count(*) from action").fetchone() == (0,)
    ((person, _, _, facts, _),) = rows(owner, "tool.refused")
    assert (person, facts["tool"], facts["refused"]) == (door.ids["ada"], "(no such tool)", "not_offered")


async def names(client: Client) -> set[str]:
    return {tool.name for tool in (await client.list_tools()).tools}


async def test_a_person_who_may_not_use_the_agent_gives_it_to_no_other(door: Door) -> None:
    async with door.nobody() as program:
        token = await token_of(door, "tom")
        answer = await program.post("/v1/mcp", json={}, headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


async def test_a_proposal_waits_for_people_and_no_agent_decides(door: Door, owner: psycopg.Connection) -> None:
    made = (await (await door.of("finn")).post("/v1/actions", json=PO)).json()
    async with agent(door, await token_of(door, "ada")) as client:
        offered = [tool for tool in TOOLS if tool.name in await names(client)]
        assert {tool.operation for tool in offered} <= READS
        for name in ("decide", "approve", "action.decide"):
            refused = await client.call_tool(name, {"action": made["id"], "verdict": "approve"})
            assert refused.is_error
        with pytest.raises(MCPError):
            await client.read_resource(f"action://{made['id']}")
    async with door.nobody() as program:
        program.headers["authorization"] = f"Bearer {await token_of(door, 'ada')}"
        word = {"verdict": "approve", "digest": made["digest"]}
        assert (await program.post(f"/v1/actions/{made['id']}/decisions", json=word)).status_code == 403
    assert owner.execute("select state, count(*) from action group by 1").fetchall() == [("awaiting_approval", 1)]
    assert owner.execute("select count(*) from action_decision").fetchone() == (0,)


async def test_what_it_proposes_says_that_it_came_from_another_agent(door: Door, owner: psycopg.Connection) -> None:
    report = {"kind": "purchase_order", "subject": "S-1001", "value": {"required": True, "number": "PO-4500118"}}
    assert (await (await door.of("finn")).post("/v1/facts/reports", json=report)).status_code == 201
    async with agent(door, await token_of(door, "finn")) as client:
        answer = await client.call_tool("propose_fix", {"project": "CLD-UKI-1001", "rule": "po.missing"})
        again = await client.call_tool("propose_fix", {"project": "CLD-UKI-1001", "rule": "po.missing"})
    facts = answer.structured_content
    assert (facts["proposed"], facts["state"]) == ("contract.set_po_number", "awaiting_approval")
    assert again.structured_content["action_id"] == facts["action_id"]
    ((proposer, run, count),) = owner.execute(
        "select proposer, agent_run, (select count(*) from action_decision) from action"
    ).fetchall()
    assert (proposer, run.startswith("mcp:"), count) == (door.ids["finn"], True, 0)
    page = await (await door.of("ada")).get(f"/actions/{facts['action_id']}")
    assert "through another agent (Model Context Protocol)" in page.text
    own = await (await door.of("finn")).post(
        f"/v1/actions/{facts['action_id']}/decisions", json={"verdict": "approve", "digest": digest_of(owner)}
    )
    assert own.json()["code"] == "segregation_of_duties"


def digest_of(owner: psycopg.Connection) -> str:
    return owner.execute("select digest from action").fetchone()[0]


PO = {
    "action_type": "contract.set_po_number",
    "arguments": {"contract_id": "k1", "po_number": "PO-1"},
    "summary": "Set the purchase order number",
    "project_code": "CLD-UKI-1001",
}


async def test_a_program_has_no_words_of_a_person(door: Door, owner: psycopg.Connection) -> None:
    async with agent(door, await token_of(door, "finn")) as client:
        (tool,) = [one for one in (await client.list_tools()).tools if one.name == "propose_fix"]
        answer = await client.call_tool(
            "propose_fix", {"project": "CLD-UKI-1001", "rule": "po.missing", "po_number": "PO-INVENTED"}
        )
    assert tool.input_schema["properties"].keys() == {"project", "rule"}
    assert answer.structured_content["error"]["code"] == "not_stated"
    assert owner.execute("select count(*) from action").fetchone() == (0,)


async def test_nothing_of_another_firm_is_reached(door: Door) -> None:
    made = (await (await door.of("finn")).post("/v1/actions", json=PO)).json()
    async with agent(door, await token_of(door, "finn")) as client:
        assert (await client.call_tool("actions_status", {})).structured_content["count"] == 1
        assert not (await client.call_tool("explain_policy", {"action": made["id"]})).is_error
    southgate = replace(door.services, agent=replace(door.services.agent, context=borrowed(door)))
    async with agent(door, await token_of(door, "sara"), app=create_app(southgate)) as other:
        assert (await other.call_tool("actions_status", {})).structured_content["count"] == 0
        refused = await other.call_tool("explain_policy", {"action": made["id"]})
    assert refused.structured_content["error"]["code"] == "not_found"


def borrowed(door: Door):
    """The other firm has no ERP of its own here: its people see the database alone."""

    async def context(actor, thread):
        known = await door.services.agent.context(replace(actor, tenant="northlight"), thread)
        return replace(known, actor=actor)

    return context


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer csn_wrong", "Basic Zmlubjpm"])
async def test_without_a_token_in_force_nothing_is_told(door: Door, header: str) -> None:
    async with door.nobody() as program:
        answer = await program.post("/v1/mcp", json={}, headers={"authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_an_ended_token_opens_nothing(door: Door, owner: psycopg.Connection) -> None:
    token = await token_of(door, "finn")
    async with agent(door, token) as client:
        await client.list_tools()
        owner.execute("update credential set expires_at = now() - interval '1 second' where kind = 'token'")
        with pytest.raises((MCPError, httpx2.HTTPError)):
            await client.call_tool("actions_status", {})
    assert rows(owner, "tool.called") == []


async def test_a_blocked_person_is_nobody(door: Door, owner: psycopg.Connection) -> None:
    token = await token_of(door, "finn")
    owner.execute("update person set active = false where name = 'Finn Okafor'")
    async with door.nobody() as program:
        answer = await program.post("/v1/mcp", json={}, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code in (401, 403)


async def test_a_browsers_session_and_another_site_are_refused(door: Door) -> None:
    client = await door.of("finn")
    assert (await client.post("/v1/mcp", json={})).status_code == 403
    headers = {"authorization": f"Bearer {await token_of(door, 'finn')}", "origin": "https://elsewhere.example"}
    async with door.nobody() as program:
        assert (await program.post("/v1/mcp", json={}, headers=headers)).json()["code"] == "forged_request"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"jsonrpc":"2.0"}', b'{"jsonrpc":"2.0","id":1,"method":"x/y"}', b"\xff"]
)
async def test_what_is_malformed_is_an_error_and_no_failure(door: Door, body: bytes) -> None:
    headers = {
        "authorization": f"Bearer {await token_of(door, 'finn')}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
    }
    async with door.nobody() as program:
        answer = await program.post("/v1/mcp", content=body, headers=headers)
        assert answer.status_code < 500
        assert "error" in answer.json()


async def test_wrong_arguments_are_named(door: Door) -> None:
    async with agent(door, await token_of(door, "finn")) as client:
        for arguments in ({}, {"project": 7}, {"project": "x", "tenant": "southgate"}):
            answer = await client.call_tool("project_readiness", arguments)
            assert answer.structured_content["error"]["code"] == "arguments", arguments


async def test_too_much_and_too_often_are_refused(door: Door) -> None:
    headers = {"authorization": f"Bearer {await token_of(door, 'finn')}", "content-type": "application/json"}
    slow = replace(door.services, web=replace(door.services.web, calls_a_minute=3))
    app = httpx.ASGITransport(create_app(slow), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=app, base_url="http://test", headers=headers) as program:
        assert (await program.post("/v1/mcp", content=b" " * 1_000_001)).status_code == 413
        codes = [(await program.post("/v1/mcp", content=b"{}")).status_code for _ in range(4)]
    assert codes[-1] == 429
    assert 429 not in codes[:2]


async def test_a_tool_that_fails_tells_nothing_of_it(door: Door, owner: psycopg.Connection) -> None:
    async def broken(actor, thread):
        known = await door.services.agent.context(actor, thread)
        return replace(known, firm=None)

    services = replace(door.services, agent=replace(door.services.agent, context=broken))
    async with agent(door, await token_of(door, "finn"), app=create_app(services)) as client:
        answer = await client.call_tool("project_readiness", {"project": "CLD-UKI-1001"})
    assert answer.structured_content["error"]["code"] == "internal"
    assert "NoneType" not in answer.content[0].text
    assert rows(owner, "tool.refused")[0][3]["refused"] == "internal"


async def test_stdio_carries_messages_with_the_same_rights(door: Door) -> None:
    async with (
        agent(door, await token_of(door, "ada")) as remote,
        Client(carrier(remote)) as local,
    ):
        assert await names(local) == await names(remote)
        refused = await local.call_tool("propose_fix", {"project": "CLD-UKI-1001"})
        assert refused.structured_content["error"]["code"] == "not_offered"
        assert not (await local.call_tool("actions_status", {})).is_error
