"""The day's work over HTTP: read a document, ask, propose, be refused, have someone else approve; and other firms' eyes."""

from __future__ import annotations

import json

import psycopg
import pytest

pytestmark = pytest.mark.anyio
SOW = b"""# Statement of Work No. 7

Client: Fenwick Ports plc. Provider: Northlight Consulting.

1. Fees. The services are provided on a time and materials basis. The total fees shall not exceed EUR 40,000.00.

2. Payment. Invoices are payable within 30 days of the invoice date. All invoices shall quote purchase order PO-4711.
"""
PO = {
    "action_type": "contract.set_po_number",
    "arguments": {"contract_id": "k1", "po_number": "PO-4711"},
    "summary": "Set the purchase order number of S-1001",
}


async def uploaded(door) -> dict:
    client = await door.of("priya")
    answer = await client.post("/v1/documents", files={"file": ("sow7.md", SOW)}, data={"contract": "S-1001"})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def proposed(door) -> dict:
    answer = await (await door.of("finn")).post("/v1/actions", json=PO)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_document_is_read_once_and_its_terms_decided(door, owner: psycopg.Connection) -> None:
    document = await uploaded(door)
    client = await door.of("priya")
    again = await client.post("/v1/documents", files={"file": ("copy.md", SOW)})
    assert (again.status_code, again.json()["id"]) == (200, document["id"])
    where = f"/v1/documents/{document['id']}/terms"
    terms = {term["field"]: term for term in (await client.get(where)).json()}
    days = terms["payment_terms_days"]
    assert days["value"] == 30
    assert days["evidence"][0]["quote"] in SOW.decode()
    wrong = await client.post(f"{where}/{days['id']}/decisions", json={"verdict": "correct", "value": "soon"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")
    right = await client.post(f"{where}/{days['id']}/decisions", json={"verdict": "correct", "value": 45})
    assert (right.json()["value"], right.json()["status"]) == (45, "corrected")
    page = await client.get(f"/documents/{document['id']}")
    assert "45 days" in page.text
    assert "Read as 30 days" in page.text
    events = owner.execute("select event from audit_entry where event like 'term.%'").fetchall()
    assert events == [("term.corrected",)]


async def test_a_correction_in_the_wrong_form_stands_open_with_the_reason(door) -> None:
    document = await uploaded(door)
    client = await door.of("priya")
    terms = (await client.get(f"/v1/documents/{document['id']}/terms")).json()
    cap = next(term for term in terms if term["field"] == "not_to_exceed")
    form = {"verdict": "correct", "value": "forty <thousand>"}
    answer = await client.post(f"/documents/{document['id']}/terms/{cap['id']}", data=form)
    assert answer.status_code == 422
    assert "Write the amount in digits, like 12500.00." in answer.text
    assert 'value="forty &lt;thousand&gt;"' in answer.text
    assert "<details open>" in answer.text
    assert f'href="/documents/{document["id"]}?page=1#term-{cap["id"]}"' in answer.text  # not beside the form's address


async def test_a_term_is_decided_only_through_its_own_document(door) -> None:
    document = await uploaded(door)
    client = await door.of("priya")
    (term, *_) = (await client.get(f"/v1/documents/{document['id']}/terms")).json()
    other = f"/v1/documents/00000000-0000-4000-8000-000000000000/terms/{term['id']}/decisions"
    assert (await client.post(other, json={"verdict": "confirm"})).status_code == 404


async def test_what_cannot_be_read_is_said_on_the_page(door) -> None:
    client = await door.of("priya")
    answer = await client.post("/documents", files={"file": ("x.zip", b"PK\x03\x04" + b"\0" * 60)})
    assert answer.status_code == 415
    assert '<strong>x.zip</strong><div class="meta" role="alert">' in answer.text
    empty = await client.post("/v1/documents", files={"file": ("x.pdf", b"")})
    assert empty.json()["code"] == "document_empty"


async def test_the_record_that_would_change_is_named_whatever_the_summary_says(door) -> None:
    client = await door.of("finn")
    identity = {"customer_id": "c1", "tax_identifier": {"type": "gb_vat", "code": "980780684"}}
    for kind, arguments, named in (
        (PO["action_type"], PO["arguments"], ("Contract", "Contract S-1001")),
        ("customer.set_billing_identity", identity, ("Customer", "Fenwick Ports plc")),
    ):
        wanted = {"action_type": kind, "arguments": arguments, "summary": "A change to someone else"}
        answer = await client.post("/v1/actions", json=wanted)
        assert answer.status_code == 201, answer.text
        page = await (await door.of("ada")).get(f"/actions/{answer.json()['id']}")
        assert '<td><strong>{}</strong></td><td colspan="2">{}</td>'.format(*named) in page.text


async def test_whoever_proposes_cannot_approve(door) -> None:
    action = await proposed(door)
    wanted = {"verdict": "approve", "digest": action["digest"]}
    own = await (await door.of("finn")).post(f"/v1/actions/{action['id']}/decisions", json=wanted)
    assert (own.status_code, own.json()["code"]) == (403, "segregation_of_duties")
    for name in ("priya", "ines", "tom"):
        answer = await (await door.of(name)).post(f"/v1/actions/{action['id']}/decisions", json=wanted)
        assert answer.status_code == 403, name
    approved = await (await door.of("ada")).post(f"/v1/actions/{action['id']}/decisions", json=wanted)
    assert (approved.status_code, approved.json()["state"]) == (201, "approved")


async def test_a_decision_is_on_what_was_seen(door) -> None:
    action = await proposed(door)
    client = await door.of("ada")
    answer = await client.post(f"/v1/actions/{action['id']}/decisions", json={"verdict": "approve", "digest": "0" * 64})
    assert (answer.status_code, answer.json()["code"]) == (409, "digest_mismatch")
    page = await client.get(f"/actions/{action['id']}")
    assert f'name="digest" value="{action["digest"]}"' in page.text
    form = {"verdict": "reject", "digest": action["digest"], "reason": "Ask the <b>client</b>"}
    assert (await client.post(f"/actions/{action['id']}/decisions", data=form)).status_code == 303
    rejected = await client.get(f"/actions/{action['id']}")
    assert "Ask the &lt;b&gt;client&lt;/b&gt;" in rejected.text


async def test_the_page_tells_why_someone_cannot_decide(door) -> None:
    action = await proposed(door)
    page = await (await door.of("finn")).get(f"/actions/{action['id']}")
    assert "You proposed this action" in page.text
    assert "Countersign</button>" not in page.text


async def test_readiness_for_programs_and_people(door) -> None:
    client = await door.of("finn")
    body = (await client.get("/v1/projects/CLD-UKI-1001/readiness?month=2026-10")).json()
    assert {"status", "findings", "unbilled", "ready", "blocked"} <= set(body)
    amounts = [float(body[name]["amount"]) for name in ("unbilled", "ready", "blocked")]
    assert amounts[0] == amounts[1] + amounts[2] > 0
    assert (await client.get("/v1/projects/CLD-UKI-9999/readiness")).status_code == 404
    assert (await client.get("/v1/projects/CLD-UKI-1001/readiness?month=2026-13")).status_code == 422
    page = await client.get("/projects/CLD-UKI-1001")
    assert "Prerequisites" in page.text
    (row,) = (await client.get("/v1/portfolio/readiness?practice=CLD")).json()
    assert row["project_code"] == "CLD-UKI-1001"
    assert (await client.get("/v1/portfolio/readiness?practice=DAT")).json() == []


async def test_facts_come_in_as_csv(door) -> None:
    client = await door.of("finn")
    text = (
        "kind,subject,reported_at,system,held\n"
        "billing_hold,CLD-UKI-1001,2026-11-20T08:00:00Z,psa,true\nbilling_hold,,x,psa,true\n"
    )
    answer = await client.post("/v1/facts", files={"file": ("psa.csv", text.encode())})
    assert answer.status_code == 201
    report = answer.json()
    assert (report["read"], report["recorded"], len(report["bad"])) == (2, 1, 1)
    findings = (await client.get("/v1/projects/CLD-UKI-1001/readiness")).json()["findings"]
    assert next(f for f in findings if f["rule"] == "billing.hold")["verdict"] == "fail"


async def test_a_question_is_answered_as_a_stream_and_as_a_page(door) -> None:
    client = await door.of("finn")
    thread = (await client.post("/v1/threads", json={})).json()
    answer = await client.post(f"/v1/threads/{thread['id']}/messages", json={"text": "Is CLD-UKI-1001 ready to bill?"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [
        (chunk.split("event: ")[1].splitlines()[0], json.loads(chunk.split("data: ", 1)[1].splitlines()[0]))
        for chunk in answer.text.replace("\r\n", "\n").split("\n\n")
        if "event: " in chunk
    ]
    assert events[-1][0] == "done"
    assert any(kind == "block" and data["block"]["kind"] == "findings" for kind, data in events)
    page = await client.get(f"/threads/{thread['id']}")
    assert "Port systems" in page.text or "CLD-UKI-1001" in page.text
    plain = await client.post(f"/threads/{thread['id']}/messages", data={"text": "What can you do?"})
    assert (plain.status_code, plain.headers["location"]) == (303, f"/threads/{thread['id']}#latest")
    await _kept_and_asked_again(client, f"threads/{thread['id']}/answers/{events[-1][1]['turn']}", page.text)


async def _kept_and_asked_again(client, answer: str, page: str) -> None:
    """An answer as files, and its tools once more as of when it was given."""
    assert f"/{answer}/again" in page
    whole = (await client.get(f"/v1/{answer}")).json()
    assert (whole["asked"], whole["calls"][0]["name"]) == ("Is CLD-UKI-1001 ready to bill?", "project_readiness")
    assert whole["blocks"]
    assert whole["at"]
    table = await client.get(f"/{answer}", params={"format": "csv"})
    assert table.text.startswith("\ufeffQuestion,Is CLD-UKI-1001")
    assert "Held back" in table.text
    assert (await client.get(f"/{answer}", params={"format": "xlsx"})).content.startswith(b"PK")
    (part,) = (await client.get(f"/v1/{answer}/again")).json()
    assert part["tool"] == "project_readiness"
    assert part["as_of"]
    assert part["blocks"] or "kept" in part["note"]
    assert "Asked again" in (await client.get(f"/{answer}/again")).text


async def test_a_stream_that_cannot_begin_has_a_status(door) -> None:
    client = await door.of("finn")
    missing = await client.post("/v1/threads/00000000-0000-4000-8000-000000000000/messages", json={"text": "hello"})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_another_firm_sees_nothing_by_any_id(door) -> None:
    document, action = await uploaded(door), await proposed(door)
    finn = await door.of("finn")
    thread = (await finn.post("/v1/threads", json={})).json()
    (term, *_) = (await finn.get(f"/v1/documents/{document['id']}/terms")).json()
    reads = [
        f"/v1/documents/{document['id']}",
        f"/v1/documents/{document['id']}/terms",
        f"/v1/documents/{document['id']}/pages/1.png",
        f"/v1/documents/{document['id']}/codes",
        f"/documents/{document['id']}",
        f"/documents/{document['id']}/codes",
        f"/v1/actions/{action['id']}",
        f"/actions/{action['id']}",
        f"/v1/threads/{thread['id']}",
        f"/threads/{thread['id']}",
        "/v1/projects/CLD-UKI-1001/readiness",
        "/projects/CLD-UKI-1001",
    ]
    sara, otto = await door.of("sara"), await door.of("otto")
    for path in reads:
        assert (await sara.get(path)).status_code == 404, path
    decided = {"verdict": "approve", "digest": action["digest"]}
    assert (await otto.post(f"/v1/actions/{action['id']}/decisions", json=decided)).status_code == 404
    assert (await sara.post(f"/v1/threads/{thread['id']}/messages", json={"text": "hello"})).status_code == 404
    assert (await sara.post(f"/v1/actions/{action['id']}/withdrawal", json={})).status_code == 404
    assert (await sara.post(f"/documents/{document['id']}/codes", data={"code": "CLD-UKI-1001"})).status_code == 404
    for path in ("/v1/documents", "/v1/actions", "/v1/threads"):
        assert (await sara.get(path)).json() == [], path
    assert term["id"] not in (await sara.get("/documents")).text


async def test_a_conversation_is_its_own_persons(door) -> None:
    thread = (await (await door.of("finn")).post("/v1/threads", json={})).json()
    assert (await (await door.of("priya")).get(f"/v1/threads/{thread['id']}")).status_code == 404


async def test_the_missing_number_is_proposed_from_the_projects_page(door) -> None:
    await uploaded(door)
    client = await door.of("finn")
    answer = await client.post("/projects/CLD-UKI-1001/proposals", data={"rule": "po.missing", "po_number": "PO-4711"})
    assert answer.status_code == 303, answer.text
    page = await client.get(answer.headers["location"])
    assert "PO-4711" in page.text
    assert "Awaiting approval" in page.text


@pytest.mark.parametrize("name", ["priya", "finn", "ada", "marek", "ines", "tom", "sara"])
async def test_every_person_has_pages(door, name: str) -> None:
    await proposed(door)
    client = await door.of(name)
    home = await client.get("/")
    assert home.status_code == 200
    for path in set(__import__("re").findall(r'<li><a href="(/[a-z]*)"', home.text)):
        expected = 404 if name == "sara" and path in ("/readiness", "/operations") else 200
        assert (await client.get(path)).status_code == expected, path


async def test_the_queue_is_ordered_with_its_reasons(door, owner) -> None:
    finn, ada = await door.of("finn"), await door.of("ada")
    wanted = {
        "action_type": "contract.set_po_number",
        "arguments": {"contract_id": "k1", "po_number": "PO-1"},
        "summary": "The younger",
    }
    younger = (await finn.post("/v1/actions", json=wanted)).json()["id"]
    wanted |= {"arguments": {"contract_id": "k1", "po_number": "PO-2"}, "summary": "The older"}
    older = (await finn.post("/v1/actions", json=wanted)).json()["id"]
    owner.execute("alter table action disable trigger user")
    owner.execute("update action set created_at = created_at - interval '9 days' where id = %s", [older])
    owner.execute("update action set expires_at = created_at + interval '14 days'")
    owner.execute("alter table action enable trigger user")
    answer = (await ada.get("/v1/actions/queue")).json()
    assert [(one["action"]["id"], one["points"], one["mine"]) for one in answer] == [
        (older, 2, True),
        (younger, 0, True),
    ]
    assert answer[0]["reasons"] == ["waits for 9 of 14 days"]
    assert not any(one["mine"] for one in (await finn.get("/v1/actions/queue")).json())
    page = (await ada.get("/actions")).text
    assert page.index("The older") < page.index("The younger")
    assert "waits for 9 of 14 days" in page
    assert (await ada.get("/actions?page=2")).status_code == 200
    assert (await ada.get("/actions?page=999")).status_code == 422
