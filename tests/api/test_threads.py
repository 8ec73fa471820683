"""Conversations as pages: found again, shown to a colleague under their own permissions, their tables taken along."""

from __future__ import annotations

import re

import httpx
import psycopg
import pytest

from tests.api.conftest import Door

pytestmark = pytest.mark.anyio
LOG, OWN = "audit log of today", "how much approved unbilled time is there by practice?"


async def asked(client: httpx.AsyncClient, *questions: str) -> str:
    """The path of a new conversation with these questions."""
    path = "/threads"
    for question in questions:
        answer = await client.post(f"{path}/messages", data={"text": question})
        assert answer.status_code == 303, answer.text
        path = answer.headers["location"].partition("#")[0]
    return path


async def test_a_colleague_sees_what_their_own_permissions_cover(door: Door, owner: psycopg.Connection) -> None:
    ada, priya, finn = await door.of("ada"), await door.of("priya"), await door.of("finn")
    path = await asked(ada, OWN, LOG)  # approvers may read the audit log, project managers may not
    own = (await ada.get(path)).text
    assert "Audit entries" in own or "audit" in own.casefold()
    assert (await priya.get(path)).status_code == 404
    assert (await ada.post(f"{path}/shares", data={"person": door.ids["priya"]})).status_code == 303
    assert [one["person"] for one in (await ada.get(f"/v1{path}/shares")).json()] == [door.ids["priya"]]
    assert [f"/threads/{one['id']}" for one in (await priya.get("/v1/threads/shown/to-me")).json()] == [path]
    told = (await priya.get(f"/v1{path}/shown")).json()["messages"]
    assert [one.get("withheld", False) for one in told] == [False, False, False, True]
    assert (await priya.get(f"/v1{path}/shares")).status_code == 404
    seen = (await priya.get(path)).text
    assert seen.count("<strong>Withheld.</strong>") == 1
    assert "Approved unbilled time" in seen
    assert path in (await priya.get("/threads")).text
    for refused in (
        priya.post(f"{path}/messages", data={"text": OWN}),
        priya.post(f"{path}/shares", data={"person": door.ids["finn"]}),
        finn.get(path),
    ):
        assert (await refused).status_code == 404
    for nobody, status in (("ines", 403), ("ada", 422), ("sara", 404)):  # no conversations, herself, another firm
        assert (await ada.post(f"{path}/shares", data={"person": door.ids[nobody]})).status_code == status
    owner.execute('update turn set calls = \'[{"name": "a_tool_that_was"}]\'')
    assert (await priya.get(path)).text.count("<strong>Withheld.</strong>") == 2
    owner.execute("update turn set calls = '[]', state = 'cancelled'")  # as it was once kept of what broke off
    assert (await priya.get(path)).text.count("<strong>Withheld.</strong>") == 2
    assert (await ada.post(f"{path}/shares/{door.ids['priya']}/end")).status_code == 303
    assert (await priya.get(path)).status_code == 404
    told = [row[0] for row in owner.execute("select event from audit_entry where event like 'thread.%' order by id")]
    assert told[1:] == ["thread.shared", *["thread.read"] * 4, "thread.share_ended"]


async def test_a_conversation_is_found_by_what_was_said_and_its_table_is_taken_along(door: Door) -> None:
    finn = await door.of("finn")
    path = await asked(finn, "Who are the approvers?")
    for text, there in (("the APPROVERS", True), ("Ada Lindqvist", True), ("Approval limit", True), ("50%", False)):
        assert (path in (await finn.get("/threads", params={"find": text})).text) is there, text
    (file,) = re.findall(r'href="([^"]+\.csv)"', (await finn.get(path)).text)
    table = await finn.get(file)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text.lstrip("\ufeff").splitlines()[:2] == [
        'Name,Roles,Approval limit,"Approval limit, currency"',
        "Ada Lindqvist,approver,250000.00,EUR",
    ]
    assert (await finn.get(file.replace("/1.csv", "/2.csv"))).status_code == 404
    assert (await (await door.of("ada")).get(file)).status_code == 404


async def test_a_source_opens_its_record(door: Door) -> None:
    finn, tom = await door.of("finn"), await door.of("tom")
    chips = re.findall(r'href="(/records/[^"]+)"', (await finn.get("/projects/CLD-UKI-1001")).text)
    assert chips
    opened = [(await finn.get(chip)).status_code for chip in chips[:3]]
    assert 200 in opened
    assert set(opened) <= {200, 404}
    assert (await finn.get("/records/project.work/999999")).status_code == 404
    assert (await tom.get(chips[0])).status_code == 403  # administrators read no readiness
