"""The set-up of a document over HTTP, on its page and in a conversation: one answer, and the way on to the proposal."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio
SOW = b"""# Statement of Work No. SOW-0500: Quay crane telemetry

Client: Fenwick Ports plc. Provider: Northlight Consulting.

1. Fees. The services are provided on a time and materials basis. The total fees shall not exceed EUR 90,000.00.

2. Payment. Invoices are issued monthly and are payable within 30 days of the invoice date. All invoices shall quote
purchase order PO-5000.
"""


async def uploaded(door) -> str:
    client = await door.of("priya")
    answer = await client.post("/v1/documents", files={"file": ("Quay crane telemetry.md", SOW)})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def fields(found: dict) -> dict:
    return {(one["name"], field["name"]): field for one in found["sections"] for field in one["fields"]}


async def test_the_page_leads_from_the_document_to_the_code_and_the_proposal(door) -> None:
    document = await uploaded(door)
    client = await door.of("priya")
    found = (await client.get(f"/v1/documents/{document}/set-up")).json()
    told = fields(found)
    assert told["Customer", "Name"]["value"] == "Fenwick Ports plc"
    assert told["Customer", "Name"]["origin"]["source"]["model"] == "party.party"
    assert told["Contract", "Payment terms, days"]["value"] == 30
    quote = told["Contract", "Payment terms, days"]["origin"]["evidence"][0]["quote"]
    assert " ".join(quote.split()) in " ".join(SOW.decode().split())
    assert told["Project", "Code"]["state"] == "proposed"
    assert "Contract: Ends" in found["missing"]
    page = await client.get(f"/documents/{document}/set-up")
    assert page.status_code == 200
    assert "Choose the code" in page.text
    assert f'href="/documents/{document}/set-up"' in (await client.get(f"/documents/{document}")).text
    code = told["Project", "Code"]["value"]
    assert (await client.post(f"/v1/documents/{document}/codes", json={"code": code})).status_code == 201
    chosen = (await client.get(f"/v1/documents/{document}/set-up")).json()
    assert (chosen["code"], fields(chosen)["Project", "Code"]["state"]) == (code, "to_set_up")
    assert "Propose the set-up" in (await client.get(f"/documents/{document}/set-up")).text


async def test_who_may_not_propose_codes_sees_no_set_up(door) -> None:
    document = await uploaded(door)
    assert (await (await door.of("ines")).get(f"/v1/documents/{document}/set-up")).status_code == 403
    assert (await (await door.of("sara")).get(f"/v1/documents/{document}/set-up")).status_code == 404


async def test_another_upload_of_the_same_work_is_a_duplicate(door) -> None:
    await uploaded(door)
    client = await door.of("priya")
    again = await client.post("/v1/documents", files={"file": ("scan 2.md", SOW + b"\nScanned again.\n")})
    found = (await client.get(f"/v1/documents/{again.json()['id']}/set-up")).json()
    assert [(one["what"], one["label"]) for one in found["duplicates"]] == [("Document", "Quay crane telemetry.md")]
    page = await client.get(f"/documents/{again.json()['id']}/set-up")
    assert "may be there already" in page.text


async def test_a_won_opportunity_that_was_imported_stands_beside_the_document(door) -> None:
    rows = (
        "kind,subject,reported_at,system,status,on,amount,currency\n"
        "opportunity,C1/Quay crane telemetry,2026-11-20T08:00:00Z,crm,won,2026-11-10,95000.00,EUR\n"
    )
    finn = await door.of("finn")
    sent = await finn.post("/v1/facts", files={"file": ("crm.csv", rows.encode())})
    assert sent.json()["recorded"] == 1, sent.text
    found = (await (await door.of("priya")).get(f"/v1/documents/{await uploaded(door)}/set-up")).json()
    told = fields(found)
    assert told["Opportunity", "Name"]["value"] == "Quay crane telemetry"
    assert told["Opportunity", "Name"]["origin"]["source"]["system"] == "crm"
    assert told["Opportunity", "Amount"]["value"] == {"amount": "95000.00", "currency": "EUR"}
    assert found["differing"] == ["Opportunity: Amount"]  # the document's limit is 90,000
    won = (await (await door.of("priya")).get("/v1/opportunities/won")).json()
    assert [(one["name"], one["document_name"], one["project"]) for one in won] == [
        ("Quay crane telemetry", "Quay crane telemetry.md", None)
    ]
    page = await (await door.of("priya")).get("/opportunities")
    assert "Set up from Quay crane telemetry.md" in page.text


async def test_an_opportunity_without_a_document_asks_for_it_and_one_with_a_project_leads_there(door) -> None:
    rows = (
        "kind,subject,reported_at,system,status,on,number\n"
        "opportunity,C1/Port systems,2026-11-20T08:00:00Z,crm,won,2026-05-10,S-1001\n"
        "opportunity,C1/Customs archive,2026-11-20T08:00:00Z,crm,won,2026-04-10,\n"
        "opportunity,C1/Harbour lights,2026-11-20T08:00:00Z,crm,lost,2026-04-11,\n"
    )
    finn = await door.of("finn")
    assert (await finn.post("/v1/facts", files={"file": ("crm.csv", rows.encode())})).json()["recorded"] == 3
    priya = await door.of("priya")
    won = (await priya.get("/v1/opportunities/won")).json()
    assert [(one["name"], one["document"], one["project"]) for one in won] == [
        ("Customs archive", None, None),
        ("Port systems", None, "CLD-UKI-1001"),
    ]
    page = await priya.get("/opportunities")
    assert "Upload its statement of work" in page.text
    assert 'href="/projects/CLD-UKI-1001"' in page.text
    assert (await (await door.of("ines")).get("/v1/opportunities/won")).status_code == 403
