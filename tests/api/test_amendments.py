"""Amendments, master agreements, questions and precedents over HTTP and on the document's page."""

from __future__ import annotations

import psycopg
import pytest
from click.testing import CliRunner

from api.cli import terms as command
from tests.store.test_amendments import AMENDMENT, SOW
from tests.store.test_masters import MASTER, THIRTY, WORK
from tests.store.test_masters import MASTER_WINS as CLAIM

pytestmark = pytest.mark.anyio
TEXT = "1. With effect from 1 July 2026 the payment terms are changed from 30 days to 45 days."


async def upload(door, name: str, text: str) -> str:
    client = await door.of("priya")
    answer = await client.post("/v1/documents", files={"file": (name, text.encode())}, data={"contract": "S-1001"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def amended(door) -> tuple[str, str]:
    root = await upload(door, "sow.md", SOW.format(number="014", client="Brightwater Ferries Ltd"))
    return root, await upload(door, "a1.md", AMENDMENT.format(number=1, day="4 May 2026", text=TEXT))


async def test_in_force_on_a_day(door) -> None:
    root, amendment = await amended(door)
    client = await door.of("priya")
    for on, days in (("2026-06-30", 30), ("2026-07-01", 45)):
        answer = (await client.get(f"/v1/documents/{root}/in-force", params={"on": on})).json()
        assert [t["value"] for t in answer["terms"] if t["field"] == "payment_terms_days"] == [days]
    (change,) = answer["changes"]
    assert (change["before"], change["after"], change["by"], change["clause"]) == (30, 45, "1", "2.1")
    assert [one["id"] for one in answer["documents"]] == [root, amendment]
    wrong = await client.get(f"/v1/documents/{root}/in-force", params={"on": "soon"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")


async def test_the_page_shows_what_changed_and_asks_to_confirm_the_link(door, owner: psycopg.Connection) -> None:
    root, amendment = await amended(door)
    client = await door.of("priya")
    page = (await client.get(f"/documents/{amendment}")).text
    assert "Amends, to be confirmed" in page
    assert "it has the number SOW-2026-014 that the amendment names" in page
    answer = await client.post(f"/documents/{amendment}/link", data={"amends": root})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/documents/{amendment}#amends")
    assert "to be confirmed" not in (await client.get(f"/documents/{amendment}")).text
    page = (await client.get(f"/documents/{root}")).text
    assert "What changed" in page
    assert "45 days" in page
    page = (await client.get(f"/documents/{root}/in-force?on=2026-06-30")).text
    assert "In force on" in page
    assert "45 days" not in page
    events = owner.execute("select facts ->> 'amends' from audit_entry where event = 'document.linked'").fetchall()
    assert events == [(root,)]


async def test_who_may_not_confirm_a_term_may_not_link(door) -> None:
    root, amendment = await amended(door)
    for name, expected in (("ines", 403), ("sara", 403)):
        client = await door.of(name)
        answer = await client.post(f"/v1/documents/{amendment}/link", json={"amends": root})
        assert answer.status_code in {expected, 404}
    stranger = await door.of("sara")
    assert (await stranger.get(f"/v1/documents/{root}/in-force")).status_code == 404


def printed(answer: dict, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the command line makes of an answer of the server."""
    monkeypatch.setattr(command, "ask", lambda *_, **__: answer)
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner().invoke(command.terms, ["any", "--token", "t"]).output


async def test_a_master_agreement_is_confirmed_on_the_page_and_gives_its_terms(
    door, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = await upload(door, "msa.md", MASTER.format(more=CLAIM))
    work = await upload(door, "work.md", WORK.format(more=THIRTY))
    client = await door.of("priya")
    page = (await client.get(f"/documents/{work}")).text
    assert "Under a master agreement, to be confirmed" in page
    assert "it has the number MSA-2025-03 that this document names" in page
    answer = (await client.get(f"/v1/documents/{work}/in-force")).json()
    assert (answer["master"]["link"]["state"], answer["master"]["confirmed"]) == ("proposed", False)
    assert not [term for term in answer["terms"] if term["master"]]
    assert "Proposed from the master agreement" in (await client.get(f"/documents/{work}/in-force")).text
    assert "nothing of it is used" in printed(answer, monkeypatch)
    said = await client.post(f"/documents/{work}/master", data={"master": master})
    assert (said.status_code, said.headers["location"]) == (303, f"/documents/{work}#master")
    answer = (await client.get(f"/v1/documents/{work}/in-force")).json()
    (interest,) = [term for term in answer["terms"] if term["field"] == "late_interest"]
    assert (interest["document"], interest["master"], interest["clause"]) == (master, "msa.md", "2.2")
    (days,) = [term for term in answer["terms"] if term["field"] == "payment_terms_days"]
    assert (days["status"], days["value"], days["alternatives"]) == ("conflict", 30, [45])
    said = " ".join(printed(answer, monkeypatch).split())
    for shown in ("Late interest 1% per month msa.md (master agreement) 2.2", "Under msa.md", "30 days 45 days"):
        assert shown in said
    page = (await client.get(f"/documents/{work}/in-force")).text
    for shown in (
        "Where it and its master agreement differ",
        "30 days",
        "45 days",
        "this Agreement prevails",
        "msa.md",
    ):
        assert shown in page
    read = "select count(*) from audit_entry where subject = %s and facts ->> 'part' = 'terms in force'"
    assert owner.execute(read, [f"document:{master}"]).fetchone()[0] > 0
    denied = await client.post(f"/v1/documents/{work}/master", json={"master": None, "reason": "another firm's"})
    assert (denied.status_code, denied.json()["master"]["link"]["state"]) == (201, "alone")
    assert (
        await (await door.of("ines")).post(f"/v1/documents/{work}/master", json={"master": master})
    ).status_code == 403


async def test_a_question_on_the_page_and_over_http(door) -> None:
    root, _ = await amended(door)
    client = await door.of("priya")
    answer = (await client.get(f"/v1/documents/{root}/search", params={"q": "Which law applies?"})).json()
    assert answer["stated"] is True
    assert "governed by the laws of Ireland" in answer["quotes"][0]["evidence"]["quote"]
    page = (await client.get(f"/documents/{root}", params={"q": "Which law applies?"})).text
    assert "In the document’s words" in page
    assert "clause 3, page 1" in page
    none = (await client.get(f"/documents/{root}", params={"q": "Does it mention <asbestos>?"})).text
    assert "Not stated." in none
    assert "<asbestos>" not in none
    assert (await client.get(f"/v1/documents/{root}/search", params={"q": " "})).status_code == 422
    assert (await (await door.of("sara")).get(f"/v1/documents/{root}/search", params={"q": "law"})).status_code == 404


async def test_a_precedent_stands_beside_the_term_and_changes_nothing(door) -> None:
    first = await upload(door, "SOW 14.md", SOW.format(number="014", client="Brightwater Ferries Ltd"))
    second = await upload(door, "SOW 15.md", SOW.format(number="015", client="Halden Rail plc"))
    client = await door.of("priya")
    where = f"/v1/documents/{first}/terms"
    days = next(t for t in (await client.get(where)).json() if t["field"] == "payment_terms_days")
    await client.post(f"{where}/{days['id']}/decisions", json={"verdict": "correct", "value": 45})
    page = (await client.get(f"/documents/{second}")).text
    assert "Priya Nair corrected this on similar words from 30 days to <strong>45 days</strong>" in page
    (found,) = (await client.get(f"/v1/documents/{second}/precedents")).json().values()
    assert (found["document"], found["after"]) == (first, 45)
    there = next(t for t in (await client.get(f"/v1/documents/{second}/terms")).json() if t["field"] == days["field"])
    assert (there["value"], there["status"]) == (30, "proposed")
