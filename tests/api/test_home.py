"""Home: each role finds what waits for them, what changed, and what it is worth."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.api.conftest import Door
from tests.api.test_work import PO

pytestmark = pytest.mark.anyio


async def test_a_reviewer_sees_what_waits_with_its_reason_and_the_proposer_what_came_back(door: Door) -> None:
    finn, ada = await door.of("finn"), await door.of("ada")
    assert "Nothing waits for you" in (await ada.get("/")).text
    made = (await finn.post("/v1/actions", json=PO)).json()
    page = (await ada.get("/")).text
    assert "Waiting for your decision" in page
    assert f"/actions/{made['id']}" in page
    assert "Proposed by Finn Okafor" in page
    assert "Nothing waits for you" in (await finn.get("/")).text
    said = {"verdict": "reject", "digest": made["digest"], "reason": "Wrong number"}
    assert (await ada.post(f"/v1/actions/{made['id']}/decisions", json=said)).status_code == 201
    assert "Your proposal came back" in (await finn.get("/")).text
    assert "Rejected" in (await ada.get("/")).text


async def test_a_firm_without_an_erp_is_told_so_and_not_of_a_failure(door: Door) -> None:
    sara = await door.of("sara")
    assert "No ERP is connected yet" in (await sara.get("/")).text
    for path in ("/readiness", "/operations", "/readiness/clearing"):
        answer = await sara.get(path, headers={"accept": "text/html"})
        assert (answer.status_code, "No ERP is connected for your firm yet." in answer.text) == (404, True), path


async def test_a_proposal_that_soon_expires_says_so(door: Door, owner: psycopg.Connection) -> None:
    finn, ada = await door.of("finn"), await door.of("ada")
    made = (await finn.post("/v1/actions", json=PO)).json()
    owner.execute("set session_replication_role = replica")
    owner.execute("update action set expires_at = now() + interval '2 hours' where id = %s", [made["id"]])
    owner.execute("set session_replication_role = origin")
    assert "Expires within a day" in (await ada.get("/")).text


async def test_money_that_moved_and_what_holds_it_are_told_with_their_project(
    door: Door, owner: psycopg.Connection
) -> None:
    finn = await door.of("finn")
    assert "Nothing has moved" in (await finn.get("/")).text
    (body,) = owner.execute("select body from readiness where project = 'w1' and month = ''").fetchone() or ({},)
    was = {**body, "ready": {"amount": "100.00", "currency": "EUR"}, "blocked": {"amount": "1.00", "currency": "EUR"}}
    owner.execute(
        "insert into readiness_past (tenant, project, month, body, since, until)"
        " select tenant, project, month, %s, %s, since from readiness where project = 'w1' and month = ''",
        [json.dumps(was), datetime.now(UTC) - timedelta(days=9)],
    )
    finding = {"rule": "po.missing", "title": "Purchase order number missing", "verdict": "fail", "severity": "blocks",
               "owner": "Finance", "amount": "700.00", "currency": "EUR"}  # fmt: skip
    owner.execute(
        "update readiness set open = %s where project = 'w1' and month = ''",
        [json.dumps([finding, {**finding, "owner": "Project manager"}])],
    )
    page = (await finn.get("/")).text
    assert "1 to clear" in page
    assert "#po.missing" in page
    assert "to clear" not in (await (await door.of("ada")).get("/")).text
    assert "in the last week" in page
    assert "Nothing has moved" not in page
    assert re.search(
        r'− <span class="money"><span class="currency">EUR</span> <data value="100">100</data></span> ready', page
    )
    listed = (await finn.get("/readiness")).text
    assert 'class="spark"' in listed
    assert "Held back since" in listed
    assert 'class="spark"' in (await finn.get("/readiness?group=practice")).text
    assert 'class="spark"' not in (await finn.get("/readiness?month=2026-10")).text


async def test_an_administrator_finds_what_to_look_after_and_no_money(door: Door) -> None:
    tom = await door.of("tom")
    page = (await tom.get("/")).text
    assert "/admin/sources" in page
    assert "Unbilled work" not in page
    await tom.post("/v1/freezes", json={"reason": "Month end is being checked"})
    assert "Month end is being checked" in (await tom.get("/")).text
