"""The pages of reviewing, as a person without a script uses them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.api.test_freshness import PASSWORD, an_hour_ago

pytestmark = pytest.mark.anyio


async def proposed(door, number: str = "PO-1", by: str = "priya") -> dict:
    client = await door.of(by)
    body = {
        "action_type": "contract.set_po_number",
        "arguments": {"contract_id": "k1", "po_number": number},
        "summary": f"Set the PO number {number}",
    }
    answer = await client.post("/v1/actions", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def page_of(client, path: str) -> str:
    answer = await client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text[:400]
    return answer.text


async def test_an_edit_by_form_keeps_the_record_and_makes_a_version(door) -> None:
    action, ada = await proposed(door), await door.of("ada")
    text = await page_of(ada, f"/actions/{action['id']}")
    assert 'name="arg.po_number" value="PO-1"' in text
    assert "arg.contract_id" not in text
    form = {"digest": action["digest"], "arg.po_number": "PO-2", "arg.contract_id": "k2", "reason": "As on the letter"}
    sent = await ada.post(
        f"/actions/{action['id']}/edits", data={**form, "approve": "true"}, headers={"accept": "text/html"}
    )
    assert sent.status_code == 200
    assert "The new version waits" in sent.text
    versions = (await ada.get(f"/v1/actions/{action['id']}/versions")).json()
    assert [v["state"] for v in versions] == ["superseded", "awaiting_approval"]
    assert versions[1]["intent"]["arguments"] == {"contract_id": "k1", "po_number": "PO-2"}
    marek = await door.of("marek")
    text = await page_of(marek, f"/actions/{versions[1]['id']}")
    assert "<del>PO-1</del> → <ins>PO-2</ins>" in text
    assert "edited by Ada Lindqvist" in text
    old = await page_of(marek, f"/actions/{action['id']}")
    assert f'href="/actions/{versions[1]["id"]}"' in old
    word = {"verdict": "approve", "digest": versions[1]["digest"]}
    assert (await marek.post(f"/actions/{versions[1]['id']}/decisions", data=word)).status_code == 303
    assert (await ada.get(f"/v1/actions/{versions[1]['id']}")).json()["state"] == "approved"


async def test_several_are_decided_from_the_inbox_each_on_what_was_shown(door) -> None:
    first, second = await proposed(door), await proposed(door, "PO-2", "finn")
    ada = await door.of("ada")
    boxes = re.findall(r'name="chosen" value="([^"]+)"', await page_of(ada, "/actions"))
    assert len(boxes) == 2
    finn = await door.of("finn")
    edited = {"digest": second["digest"], "arguments": {"contract_id": "k1", "po_number": "PO-3"}, "reason": "x"}
    assert (await finn.post(f"/v1/actions/{second['id']}/edits", json=edited)).status_code == 201
    answer = await ada.post("/actions/decisions", data={"chosen": boxes, "verdict": "approve"})
    assert answer.status_code == 200
    assert "1 of 2 decided" in answer.text
    assert "wrong_state" in answer.text
    assert (await ada.get(f"/v1/actions/{first['id']}")).json()["state"] == "approved"
    none = await ada.post("/actions/decisions", data={"verdict": "approve"})
    assert (none.status_code, none.json()["code"]) == (422, "invalid_input")
    batch = [{"action": first["id"], "digest": first["digest"], "verdict": "approve"}]
    again = await ada.post("/v1/actions/decisions", json=batch)
    assert again.json() == [{"action": first["id"], "ok": True, "state": "approved", "code": "", "detail": ""}]
    assert (await ada.post("/v1/actions/decisions", json=batch * 101)).status_code == 422


async def test_a_question_is_asked_shown_and_answered(door) -> None:
    action, ada, priya = await proposed(door), await door.of("ada"), await door.of("priya")
    path = f"/actions/{action['id']}/notes"
    asked = await ada.post(path, data={"kind": "question", "text": "<b>Which letter?</b>"})
    assert asked.status_code == 303
    assert "A question is open" in await page_of(priya, "/actions")
    text = await page_of(priya, f"/actions/{action['id']}")
    assert "&lt;b&gt;Which letter?&lt;/b&gt;" in text
    (number,) = re.findall(r'name="answers" value="(\d+)"', text)
    answered = await priya.post(path, data={"kind": "answer", "answers": number, "text": "Of 3 November"})
    assert answered.status_code == 303
    assert "A question is open" not in await page_of(priya, "/actions")
    notes = (await priya.get(f"/v1{path}")).json()
    assert [(n["kind"], n["person_name"]) for n in notes] == [("question", "Ada Lindqvist"), ("answer", "Priya Nair")]


async def test_someone_stands_in_by_pages(door, ids) -> None:
    action, ada, finn = await proposed(door), await door.of("ada"), await door.of("finn")
    today = datetime.now(UTC).date()
    form = {"delegate": ids["finn"], "first": today.isoformat(), "last": (today + timedelta(7)).isoformat()}
    refused = await ada.post("/delegations", data={**form, "limit": "250000.01", "reason": "Leave"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    made = await ada.post("/delegations", data={**form, "limit": "", "reason": "Leave"})
    assert made.status_code == 303
    assert "Finn Okafor" in await page_of(ada, "/delegations")
    assert "In the place of Ada Lindqvist" in await page_of(finn, "/actions")
    text = await page_of(finn, f"/actions/{action['id']}")
    (place,) = re.findall(r'name="on_behalf_of" value="([^"]+)"', text)
    word = {"verdict": "approve", "digest": action["digest"], "on_behalf_of": place}
    assert (await finn.post(f"/actions/{action['id']}/decisions", data=word)).status_code == 303
    assert "approved by Finn Okafor in the place of Ada Lindqvist" in await page_of(ada, f"/actions/{action['id']}")
    (one,) = (await ada.get("/v1/delegations")).json()
    tom = await door.of("tom")
    assert (await finn.post(f"/delegations/{one['id']}/end")).status_code == 403
    assert (await tom.post(f"/delegations/{one['id']}/end")).status_code == 303


async def test_an_administrator_freezes_and_everyone_sees_it(door, owner: psycopg.Connection) -> None:
    action, tom, ada = await proposed(door), await door.of("tom"), await door.of("ada")
    an_hour_ago(owner)
    stale = await tom.post("/freezes", data={"reason": "Odd invoices"})
    assert stale.json()["code"] == "reauthentication_needed"
    done = await tom.post("/freezes", data={"reason": "Odd invoices", "password": PASSWORD})
    assert done.status_code == 303
    for path in ("/actions", f"/actions/{action['id']}", "/freezes"):
        assert "Odd invoices" in await page_of(ada, path)
    assert (await ada.post("/v1/freezes", json={"reason": "x"})).status_code == 403
    (one,) = (await ada.get("/v1/freezes")).json()
    assert (one["type"], one["person_name"]) == (None, "Tom Becker")


async def test_the_history_turns_its_pages(door, owner: psycopg.Connection) -> None:
    for number in range(3):
        await proposed(door, f"PO-{number}")
    ada = await door.of("ada")
    everything = (await ada.get("/v1/actions")).json()
    older = (await ada.get("/v1/actions", params={"before": everything[0]["created_at"]})).json()
    assert [a["id"] for a in older] == [a["id"] for a in everything[1:]]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/actions?before=yesterday",
        "/v1/actions?project=%00",
        "/v1/actions?before=99999999999999999999",
        "/actions?before=%00",
        "/v1/documents?offset=99999999999999999999",
        "/v1/documents/00000000-0000-4000-8000-000000000000/pages/99999999999999999999.png",
        "/v1/audit?subject=%00",
        "/v1/actions/%00",
        "/actions/%00",
        "/projects/%00",
        "/v1/projects/%00/readiness",
    ],
)
async def test_no_malformed_address_is_an_error_of_ours(door, path: str) -> None:
    for name in ("priya", "ines"):
        answer = await (await door.of(name)).get(path)
        assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize("month", ["2026-13", "x", "", "2026-1\x00"])
async def test_a_bad_month_is_said_to_be_one(door, month: str) -> None:
    priya = await door.of("priya")
    answer = await priya.post("/projects/CLD-UKI-1004/invoice", data={"month": month})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


async def test_a_decision_that_comes_too_late_keeps_what_was_typed(door) -> None:
    action, ada, marek = await proposed(door), await door.of("ada"), await door.of("marek")
    path, html = f"/actions/{action['id']}", {"accept": "text/html"}
    without = {"verdict": "reject", "digest": action["digest"]}
    refused = await ada.post(f"{path}/decisions", data=without, headers=html)
    assert refused.status_code == 422
    assert 'class="reject"' in refused.text  # the proposal itself, with what is missing above it
    form = {"digest": action["digest"], "arg.po_number": "PO-2", "reason": "As on the letter"}
    assert (await ada.post(f"{path}/edits", data=form, headers=html)).status_code == 303
    late = await marek.post(f"{path}/decisions", data=without | {"reason": "Ask them <first>"}, headers=html)
    assert late.status_code == 409
    assert "You had written: “Ask them &lt;first&gt;”" in late.text
    assert "A newer version replaced this one" in late.text
    again = await marek.post(f"{path}/edits", data=form | {"arg.po_number": "PO-3"}, headers=html)
    assert again.status_code == 409
    assert "You had written: “As on the letter”" in again.text
