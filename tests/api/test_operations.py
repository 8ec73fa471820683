"""Operations as people and programs see them: measures with records and trends, the agent's work, and who may look."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import psycopg
import pytest

from tests.api.conftest import Door
from tests.api.test_work import PO

pytestmark = pytest.mark.anyio
NAMES = ("unbilled", "activations", "changes", "utilisation", "invoices")


async def test_page_and_route_tell_the_same_of_every_measure(door: Door) -> None:
    client = await door.of("finn")
    answer = (await client.get("/v1/operations")).json()
    assert [one["name"] for one in answer["measures"]] == list(NAMES)
    overview = (await client.get("/operations")).text
    for one in answer["measures"]:
        assert one["count"] == len(one["records"]) == sum(group["count"] for group in one["by_practice"])
        page = (await client.get(f"/operations/{one['name']}")).text
        assert one["title"] in overview
        assert one["alert"] in page
        for record in one["records"]:
            assert record["title"] in page
    beyond = (await client.get("/operations/beyond")).text  # a part of home
    assert {one["title"] for one in answer["measures"] if one["over"]} == set(
        re.findall(r'title"[^>]*>([^<]+)</a>', beyond)
    )
    assert "<style" not in overview
    assert " style=" not in overview


async def test_a_trend_is_an_image_under_a_policy_of_its_own(door: Door) -> None:
    client = await door.of("finn")
    answer = await client.get("/v1/operations/utilisation/trend.svg?practice=CLD")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["cache-control"] == "no-store"
    assert ET.fromstring(answer.content).tag.endswith("svg")  # noqa: S314 - our own


async def test_a_part_of_the_firm_and_a_kind_of_record_can_be_asked_for(door: Door) -> None:
    client = await door.of("finn")
    nothing = (await client.get("/v1/operations?practice=DAT")).json()
    assert {one["name"]: one["count"] for one in nothing["measures"]} == dict.fromkeys(NAMES, 0)
    assert "Nothing to look at" in (await client.get("/operations/unbilled?practice=DAT")).text
    assert "Show the whole firm" in (await client.get("/operations/unbilled?practice=DAT")).text
    assert (await client.get("/operations/weather")).status_code == 422


async def test_who_may_not_see_readiness_sees_no_operations(door: Door) -> None:
    client = await door.of("tom")
    for path in ("/operations", "/operations/unbilled", "/v1/operations", "/v1/operations/unbilled/trend.svg"):
        assert (await client.get(path)).status_code == 403
    assert (await client.get("/operations/agent")).status_code == 200
    assert (await (await door.of("sara")).get("/v1/operations")).status_code == 404  # another firm, without an ERP


async def test_the_agents_work_is_counted_beside_peoples(door: Door, owner: psycopg.Connection) -> None:
    finn, ada = await door.of("finn"), await door.of("ada")
    made = []
    for number in (1, 2):
        wanted = PO | {"arguments": {"contract_id": "k1", "po_number": f"PO-{number}"}}
        made.append((await finn.post("/v1/actions", json=wanted)).json())
        if number == 1:
            said = {"verdict": "reject", "digest": made[0]["digest"], "reason": "Wrong number"}
            assert (await ada.post(f"/v1/actions/{made[0]['id']}/decisions", json=said)).status_code == 201
            _through_agent(owner, made[0]["id"])
    totals = (await finn.get("/v1/operations/agent")).json()["totals"]
    agent, people = totals
    assert (agent["agent"], agent["proposals"], agent["rejected"], agent["approval_rate"]) == (True, 1, 1, "0.0")
    assert agent["seconds"] >= 0
    assert (people["agent"], people["waiting"], people["approval_rate"]) == (False, 1, None)
    page = (await finn.get("/operations/agent")).text
    assert "Through the agent" in page
    assert f"/actions/{made[0]['id']}" in page
    assert f"/actions/{made[1]['id']}" not in page


def _through_agent(owner: psycopg.Connection, action: str) -> None:
    """As if the agent had made it: what was proposed never changes, so the guard is lifted for this one row."""
    owner.execute("set session_replication_role = replica")
    owner.execute("update action set agent_run = 'run-1' where id = %s", [action])
    owner.execute("set session_replication_role = origin")


async def test_what_was_held_back_is_shown_from_day_to_day(door: Door, owner: psycopg.Connection) -> None:
    client = await door.of("finn")
    await client.get("/v1/operations")
    before = datetime.now(UTC) - timedelta(days=3)
    body = owner.execute("select body from readiness where project = 'w1' and month = ''").fetchone()
    assert body
    past = {**body[0], "blocked": {"amount": "77.00", "currency": "EUR"}}
    owner.execute(
        "insert into readiness_past (tenant, project, month, body, since, until)"
        " select tenant, project, month, %s, %s, since from readiness where project = 'w1' and month = ''",
        [json.dumps(past), before],
    )
    held = (await client.get("/v1/operations")).json()["held_back"]
    assert len(held["labels"]) == 4
    assert held["series"][0]["values"][0] == "77.00"
    assert "Held back from day to day" in (await client.get("/operations")).text
