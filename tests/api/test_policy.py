"""Policy over HTTP: read, explained, tried out, proposed; and the pages that show it."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from actions.arguments import EDITABLE
from api.cli import policy as commands
from api.routes.policy import Draft
from policies.engine import FOLDER, read

pytestmark = pytest.mark.anyio
SHIPPED = read(FOLDER)
TWO = """
[[rule]]
id = "contract.set_po_number.two"
action = "contract.set_po_number"
reason = "Two people <check> a purchase order number."
chain = [{ role = "approver", count = 2, limited = false }]
"""
DRAFT = {"approval.toml": SHIPPED["approval.toml"] + TWO}
PO = {
    "action_type": "contract.set_po_number",
    "arguments": {"contract_id": "k1", "po_number": "PO-4711"},
    "summary": "Set the purchase order number of S-1001",
}


async def proposed(door) -> dict:
    answer = await (await door.of("finn")).post("/v1/actions", json=PO)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_customer_and_place_come_from_the_erp_and_not_from_the_caller(door) -> None:
    action = await proposed(door)
    intent = action["intent"]
    assert (intent["customer"], intent["risk"], intent["practice"]) == ("Fenwick Ports plc", "usual", "CLD")
    told = {**PO, "customer": "Someone else", "project_code": "ADV-DACH-1"}
    again = await (await door.of("finn")).post("/v1/actions", json=told)
    assert again.json()["intent"]["customer"] == "Fenwick Ports plc"


async def test_policy_explains_itself(door) -> None:
    action = await proposed(door)
    said = (await (await door.of("ada")).get(f"/v1/actions/{action['id']}/policy")).json()
    assert said["allowed"]
    assert said["digest"] == said["digest_then"] == action["verdict"]["digest"]
    assert [(rule["id"], rule["speaks"]) for rule in said["rules"]] == [("contract.set_po_number", "yes")]
    (step,) = said["steps"]
    assert (step["open"], step["could_take"]) == (True, ["Ada Lindqvist", "Marek Novak"])
    assert (said["you"]["allowed"], said["you"]["step"]) == (True, 0)
    mine = (await (await door.of("finn")).get(f"/v1/actions/{action['id']}/policy")).json()["you"]
    assert (mine["allowed"], "duties.proposer" in mine["rules"]) == (False, True)
    assert (await (await door.of("sara")).get(f"/v1/actions/{action['id']}/policy")).status_code == 404


async def test_a_draft_is_tried_out_and_proposed(door, owner: psycopg.Connection) -> None:
    await proposed(door)
    auditor, tom = await door.of("ines"), await door.of("tom")
    tried = (await auditor.post("/v1/policy/replay", json={"files": DRAFT, "since": "2020-01-01"})).json()
    assert (tried["counted"], tried["counts"]["longer"]) == (1, 1)
    refused = await auditor.post("/v1/policy/proposals", json={"files": DRAFT, "summary": "x"})
    assert refused.status_code == 403
    wrong = await tom.post("/v1/policy/proposals", json={"files": {"approval.toml": "x"}, "summary": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")
    made = await tom.post("/v1/policy/proposals", json={"files": DRAFT, "summary": "Ask two people"})
    assert made.status_code == 201, made.text
    by_the_other_door = await tom.post("/v1/actions", json={**PO, "action_type": "policy.change"})
    assert by_the_other_door.status_code in (403, 422)
    shown = await (await door.of("ada")).get(f"/actions/{made.json()['id']}")
    assert "<ins>+id = &#34;contract.set_po_number.two&#34;</ins>" in shown.text
    assert "Two people &lt;check&gt;" in shown.text
    assert "1 would have asked for more" in shown.text
    assert len(shown.text) < 40_000


async def test_the_page_shows_what_is_in_force_and_what_a_draft_would_change(door) -> None:
    ada, tom = await door.of("ada"), await door.of("tom")
    page = await ada.get("/policy")
    assert "The shipped policy is in force" in page.text
    assert "duties.proposer" in page.text
    assert "Propose this policy" not in page.text
    form = {"approval": DRAFT["approval.toml"], "authorization": SHIPPED["authorization.cedar"].replace("\n", "\r\n")}
    tried = await ada.post("/policy/replay", data=form)
    assert "<ins>+id = &#34;contract.set_po_number.two&#34;</ins>" in tried.text
    assert tried.text.count('class="filediff"') == 1
    wrong = await tom.post("/policy/replay", data={**form, "approval": "x = "})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)
    silent = await tom.post("/policy/proposals", data=form)
    assert "Say in a few words" in silent.text
    same = await tom.post("/policy/proposals", data={"summary": "Nothing"})
    assert same.status_code == 409
    made = await tom.post("/policy/proposals", data={**form, "summary": "Ask two people"})
    assert made.status_code == 303
    assert (await ada.get("/policy/versions/0")).status_code == 200
    assert (await ada.get("/policy/versions/7")).status_code == 404
    assert (await (await door.of("priya")).get("/policy")).status_code == 403


async def test_the_files_and_versions_over_http(door) -> None:
    ada = await door.of("ada")
    said = (await ada.get("/v1/policy")).json()
    assert (said["version"], said["files"]["approval.toml"]) == (0, SHIPPED["approval.toml"])
    assert (await ada.get("/v1/policy/versions/0")).json()["files"] == {
        name: SHIPPED[name] for name in ("authorization.cedar", "approval.toml", "prerequisites.toml")
    }
    assert (await ada.get("/v1/policy/versions/1")).status_code == 404


async def test_a_policy_that_cannot_be_used_denies_everything(door, owner: psycopg.Connection) -> None:
    action = await proposed(door)
    owner.execute("set session_replication_role = replica")
    owner.execute(
        "insert into policy_version (tenant, version, files, digest, action) "
        'values (\'northlight\', 1, \'{"authorization.cedar": "permit", "approval.toml": ""}\', repeat(\'0\', 64), %s)',
        [action["id"]],
    )
    for name in ("ada", "finn", "tom"):
        client = await door.of(name)
        for path in ("/v1/actions", "/v1/policy", f"/actions/{action['id']}", "/"):
            answer = await client.get(path)
            assert answer.status_code == 403, (name, path)
    assert (await (await door.of("sara")).get("/v1/actions")).status_code == 200


async def test_the_command_line_says_the_same(door, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    action = await proposed(door)
    (tmp_path / "approval.toml").write_text(DRAFT["approval.toml"])
    tom, ada = await door.of("tom"), await door.of("ada")
    answers = {
        f"/v1/actions/{action['id']}/policy": (await ada.get(f"/v1/actions/{action['id']}/policy")).json(),
        "/v1/policy": (await ada.get("/v1/policy")).json(),
    }
    draft = {"files": DRAFT}
    replayed = await ada.post("/v1/policy/replay", json={**draft, "since": "2026-01-01"})
    made = await tom.post("/v1/policy/proposals", json={**draft, "summary": "Ask two"})
    answers |= {"/v1/policy/replay": replayed.json(), "/v1/policy/proposals": made.json()}
    asked: list[tuple[str, dict]] = []

    def ask(method: str, path: str, *, token: str, json: dict | None = None) -> object:
        asked.append((path, json or {}))
        return answers[path]

    monkeypatch.setattr(commands, "ask", ask)

    def said(*words: str) -> str:
        result = CliRunner().invoke(commands.policy, words)
        assert result.exit_code == 0, result.output
        return result.output

    explained = said("explain", action["id"])
    assert "open to Ada Lindqvist, Marek Novak" in explained
    assert "You may decide now." in explained
    assert json.loads(said("explain", action["id"], "--json")) == answers[f"/v1/actions/{action['id']}/policy"]
    assert "1 actions: 1 longer" in said("replay", "--with", str(tmp_path), "--since", "2026-01-01")
    assert asked[-1] == ("/v1/policy/replay", {**draft, "since": "2026-01-01"})
    assert "awaiting approval: action" in said("propose", "--with", str(tmp_path), "--summary", "Ask two")
    assert asked[-1] == ("/v1/policy/proposals", {**draft, "summary": "Ask two"})
    assert "version 0, digest" in said("show")


def test_examples_are_run_from_the_command_line(tmp_path: Path) -> None:
    assert json.loads(CliRunner().invoke(commands.policy, ["test", "--json"]).output)["problems"] == []
    (tmp_path / "approval.toml").write_text(DRAFT["approval.toml"])
    draft = CliRunner().invoke(commands.policy, ["test", "--dir", str(tmp_path), "--json"])
    problems = json.loads(draft.output)["problems"]
    assert draft.exit_code == 1
    assert "approval.toml: contract.set_po_number.two has no example for it" in problems
    assert "A purchase order number is approved by one person: 2 people are asked" in problems


def test_every_file_that_a_firm_can_change_fits_into_one_draft() -> None:
    assert set(Draft(files=dict.fromkeys(EDITABLE, "")).files) == set(EDITABLE)
