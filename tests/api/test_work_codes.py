"""Codes for time and expenses without one, over HTTP: proposed with reasons, and a choice binds the same case."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio
LINE = {"description": "Firewall change at the quay", "day": "2026-11-20", "customer": "Fenwick Ports plc"}


async def proposals(client, line: dict) -> list[dict]:
    answer = await client.post("/v1/codes/proposals", json=[line])
    assert answer.status_code == 200, answer.text
    return answer.json()[0]["proposals"]


@pytest.mark.parametrize("kind", ["time", "expense"])
async def test_a_choice_binds_the_next_proposal_for_the_same_work_and_no_other(door, kind: str) -> None:
    client = await door.of("priya")
    line = LINE | {"kind": kind}
    first = await proposals(client, line)
    assert not any(one["binding"] for one in first)
    other = next(one["code"] for one in first if one["code"] != first[0]["code"])
    chosen = await client.post("/v1/codes/choices", json={"line": line, "code": other, "reason": "Agreed"})
    assert chosen.status_code == 201
    again = await proposals(client, line)
    assert (again[0]["code"], again[0]["binding"], again[0]["confidence"]) == (other, True, 1.0)
    assert "Priya Nair" in again[0]["reasons"][0]
    elsewhere = await proposals(client, line | {"description": "Payroll ledger reconciliation"})
    assert not any(one["binding"] for one in elsewhere)


async def test_work_before_a_project_opened_is_not_booked_on_it(door) -> None:
    client = await door.of("priya")
    late = await proposals(client, LINE)
    early = await proposals(client, LINE | {"day": "2026-06-02"})  # the project opened on the third
    assert "CLD-UKI-1001" in {one["code"] for one in late}
    assert "CLD-UKI-1001" not in {one["code"] for one in early}


async def test_a_foreign_customer_s_code_is_never_proposed(door) -> None:
    found = await proposals(await door.of("priya"), LINE | {"customer": "Somebody Else GmbH"})
    assert {one["kind"] for one in found} == {"new"}
    assert "not found in the ERP" in str(found[0]["against"])


async def test_nothing_is_left_without_a_code_here(door) -> None:
    client = await door.of("priya")
    assert (await client.get("/v1/codes/uncoded")).json() == []
    assert (await client.get("/codes")).status_code == 200
