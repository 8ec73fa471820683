"""From a record in the ERP back to the words of the contract, and forward again, for programs, people and controllers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from actions.execution import Hands, execute
from actions.rulebook import Rulebook
from api.cli.chain import lines
from store.database import Database
from tests.actions.conftest import AT_ONCE
from tests.api.conftest import Door
from tests.api.small_erp import SmallErp
from tests.api.test_work import PO, uploaded

pytestmark = pytest.mark.anyio


@pytest.fixture
async def written(door: Door, erp: SmallErp, worker_database: Database) -> tuple[dict[str, Any], str]:
    """(document, action): the number that stands in the statement of work, confirmed, proposed, approved and written."""
    document = await uploaded(door)
    priya, finn, ada = [await door.of(name) for name in ("priya", "finn", "ada")]
    where = f"/v1/documents/{document['id']}/terms"
    term = next(term for term in (await priya.get(where)).json() if term["field"] == "po_number")
    assert (await priya.post(f"{where}/{term['id']}/decisions", json={"verdict": "confirm"})).status_code == 201
    answer = await finn.post("/projects/CLD-UKI-1001/proposals", data={"rule": "po.missing"})
    assert answer.status_code == 303, answer.text
    action = answer.headers["location"].removeprefix("/actions/")
    digest = (await ada.get(f"/v1/actions/{action}")).json()["digest"]
    wanted = {"verdict": "approve", "digest": digest, "reason": "As signed"}
    assert (await ada.post(f"/v1/actions/{action}/decisions", json=wanted)).status_code == 201
    await execute(Hands(worker_database, erp, erp, Rulebook(worker_database), AT_ONCE), "northlight", action)
    return document, action


async def test_a_record_is_followed_to_the_words_it_rests_on(
    written: tuple[dict[str, Any], str], door: Door, owner: psycopg.Connection
) -> None:
    document, action = written
    ines = await door.of("ines")
    (chain,) = (await ines.get("/v1/audit/trace", params={"record": action})).json()
    assert chain["action"]["state"] == "verified"
    record = chain["action"]["record"]
    assert [step["event"] for step in chain["verification"]] == [
        "action.executing",
        "action.executed",
        "action.verified",
    ]
    (decision,) = chain["action"]["decisions"]
    assert (decision["person_name"], decision["reason"]) == ("Ada Lindqvist", "As signed")
    assert chain["action"]["verdict"]["rules"]
    quote = next(one for one in chain["quotes"] if one["term"] == "po_number")
    assert "PO-4711" in quote["quote"]
    assert (quote["term"], quote["status"], quote["decided_by"]) == ("po_number", "confirmed", "Priya Nair")
    assert (await ines.get(quote["href"])).status_code == 200
    for asked in (
        f"{record['model']},{record['id']}",
        "CLD-UKI-1001",
        "PO-4711",
        "S-1001",
        document["id"],
    ):
        answer = await ines.get("/v1/audit/trace", params={"record": asked})
        assert answer.status_code == 200, (asked, answer.text)
        found = answer.json()
        assert [one["action"]["id"] for one in found] == [action], asked
    read = owner.execute(
        "select count(*) from audit_entry where event = 'document.read' and person = %s", [door.ids["ines"]]
    )
    assert read.fetchone() == (7,)
    text = "\n".join(lines([chain]))
    for said in ("verified", "Ada Lindqvist", "“As signed”", "PO-4711", "page 1", "po number: confirmed by Priya Nair"):
        assert said in text, said


async def test_a_value_is_called_confirmed_only_while_it_is_the_one_that_holds(
    written: tuple[dict[str, Any], str], door: Door
) -> None:
    document, action = written
    priya, ada = await door.of("priya"), await door.of("ada")
    assert "From a term that a person confirmed" in (await ada.get(f"/actions/{action}")).text
    where = f"/v1/documents/{document['id']}/terms"
    term = next(term for term in (await priya.get(where)).json() if term["field"] == "po_number")
    word = {"verdict": "correct", "value": "PO-9999", "reason": "As the client says"}
    assert (await priya.post(f"{where}/{term['id']}/decisions", json=word)).status_code == 201
    assert "From a term that a person confirmed" not in (await ada.get(f"/actions/{action}")).text


async def test_the_page_tells_the_same_and_only_to_those_who_may(
    written: tuple[dict[str, Any], str], door: Door
) -> None:
    _, action = written
    page = await (await door.of("ines")).get("/audit/trace", params={"record": "CLD-UKI-1001"})
    for said in ("Ada Lindqvist", "As signed", "PO-4711", "sow7.md, page 1", "Priya Nair", "Verified"):
        assert said in page.text, said
    assert f"/audit/trace?record={action}" in (await (await door.of("ines")).get(f"/actions/{action}")).text
    missing = await (await door.of("ines")).get("/audit/trace", params={"record": "<nothing>"})
    assert (missing.status_code, "&lt;nothing&gt;" in missing.text) == (404, True)
    assert (await (await door.of("priya")).get("/v1/audit/trace", params={"record": action})).status_code == 403
    assert (await (await door.of("sara")).get(f"/v1/audit/trace?record={action}")).status_code in {403, 404}


async def test_the_words_of_documents_are_for_those_who_may_read_them(
    written: tuple[dict[str, Any], str], door: Door, owner: psycopg.Connection
) -> None:
    _, action = written
    tom, finn = await door.of("tom"), await door.of("finn")
    words = "purchase order PO-4711"
    opened = (f"/v1/actions/{action}", f"/actions/{action}", f"/v1/actions/{action}/versions")
    traced = (f"/v1/audit/trace?record={action}", f"/audit/trace?record={action}")
    for path in (*opened, *traced):
        page = (await tom.get(path)).text
        assert (words in page, "you may not read documents" in page) == (False, True), path
    assert "From a term that a person confirmed" in (await tom.get(opened[1])).text
    (chain,) = (await tom.get(traced[0])).json()
    assert {quote["value"] for quote in chain["quotes"]} == {None}
    read = "select count(*) from audit_entry where event = 'document.read' and person = any(%s)"
    both = [[door.ids["tom"], door.ids["finn"]]]
    assert owner.execute(read, both).fetchone() == (0,)
    for path in ("/v1/actions", "/v1/actions/queue", "/actions", f"/threads/cards/{action}"):
        assert words not in (await finn.get(path)).text, path
    assert owner.execute(read, both).fetchone() == (0,)
    for path in opened:
        assert words in (await finn.get(path)).text, path
    assert owner.execute(read, both).fetchone() == (3,)


async def test_the_log_is_searched_by_words_names_and_days(door: Door) -> None:
    finn, ada, ines = await door.of("finn"), await door.of("ada"), await door.of("ines")
    made = (await finn.post("/v1/actions", json=PO | {"summary": "Quote the letter's number"})).json()
    said = {"verdict": "reject", "digest": made["digest"], "reason": "An Odd word"}
    assert (await ada.post(f"/v1/actions/{made['id']}/decisions", json=said)).status_code == 201
    today = datetime.now(UTC).date()

    async def found(by: httpx.AsyncClient = ines, **asked: str) -> set[str]:
        return {one["event"] for one in (await by.get("/v1/audit", params=asked)).json()}

    assert await found(text="odd WORD") == {"action.rejected"}
    assert await found(text="quote the LETTER") == {"action.proposed", "action.rejected"}
    assert await found(text=made["id"], person=door.ids["finn"]) == {"action.proposed"}
    assert await found(text=made["id"], since=str(today + timedelta(2))) == set()
    assert await found(text=made["id"], until=str(today - timedelta(2))) == set()
    await uploaded(door)
    assert "document.uploaded" in await found(text="OW7.md")
    tom = await door.of("tom")  # who may not read documents does not learn which there are
    assert await found(tom, text="OW7.md") == set()
    assert "Nothing was found" in (await tom.get("/audit", params={"text": "OW7.md"})).text
    assert (await ines.get("/v1/audit", params={"since": "yesterday"})).status_code == 422
    page = (await ines.get("/audit", params={"text": "odd word", "since": "", "until": ""})).text
    assert ">Quote the letter&#39;s number</a>" in page
    assert "Not signed yet" in page
    assert "Nothing was found" in (await ines.get("/audit", params={"text": "nowhere"})).text
