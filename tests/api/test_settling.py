"""Dead letters, resolutions, repeats and ways back over HTTP and on pages, for those who may and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from actions.execution import Hands, execute
from store import circuit
from store.database import Database
from tests.actions.conftest import AT_ONCE
from tests.actions.test_settling import Mute
from tests.api.test_work import proposed

pytestmark = pytest.mark.anyio


@pytest.fixture
def hands(worker_database: Database, erp, services) -> Hands:
    return Hands(worker_database, erp, erp, services.policies, AT_ONCE)


async def approved(door) -> str:
    action = await proposed(door)
    wanted = {"verdict": "approve", "digest": action["digest"]}
    answer = await (await door.of("ada")).post(f"/v1/actions/{action['id']}/decisions", json=wanted)
    assert answer.status_code == 201, answer.text
    return action["id"]


async def test_a_failed_action_is_a_dead_letter_until_someone_repeats_it(door, erp, hands: Hands) -> None:
    action = await approved(door)
    ada = await door.of("ada")
    assert (await ada.get("/v1/actions/dead-letters")).json() == []
    erp.faults = ["refuse"]
    await execute(hands, "northlight", action)
    (letter,) = (await ada.get("/v1/actions/dead-letters")).json()
    assert (letter["action"]["id"], letter["cause"], letter["replayable"]) == (action, "The ERP says no.", True)
    page = (await ada.get("/actions/dead-letters")).text
    assert "The ERP says no." in page
    assert "have it tried again" in page
    shown = (await ada.get(f"/actions/{action}")).text
    assert "<h2>Attempts</h2>" in shown
    assert "Try it again" in shown
    assert "Try it again" not in (await (await door.of("finn")).get(f"/actions/{action}")).text

    finn = await door.of("finn")
    assert (await finn.post(f"/v1/actions/{action}/replay", json={"reason": "x"})).status_code == 403
    empty = await ada.post(f"/v1/actions/{action}/replay", json={"reason": ""})
    assert (empty.status_code, empty.json()["code"]) == (422, "invalid_input")
    again = await ada.post(f"/actions/{action}/replay", data={"reason": "The period is open now."})
    assert again.status_code == 303
    await execute(hands, "northlight", action)
    tried = (await ada.get(f"/v1/actions/{action}/attempts")).json()
    assert [one["outcome"] for one in tried["attempts"]] == ["refused", "written"]
    assert [one["verdict"] for one in tried["resolutions"]] == ["replayed"]
    shown = (await ada.get(f"/actions/{action}")).text
    assert "The period is open now." in shown
    assert (await ada.get("/v1/actions/dead-letters")).json() == []


async def test_an_unknown_action_waits_for_a_persons_word(door, erp, hands: Hands) -> None:
    action = await approved(door)
    mute = Mute(erp.url, ["no_answer"])
    unknown = replace(hands, writer=mute, timing=replace(AT_ONCE, give_up=timedelta(0)))
    assert (await execute(unknown, "northlight", action)).state == "unknown"
    ada = await door.of("ada")
    assert "Did it take effect?" in (await ada.get(f"/actions/{action}")).text
    wrong = await ada.post(f"/v1/actions/{action}/resolution", json={"verdict": "accepted", "reason": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_state")
    said = await ada.post(f"/actions/{action}/resolution", data={"verdict": "took_effect", "reason": "I see it there."})
    assert said.status_code == 303
    assert (await execute(hands, "northlight", action)).state == "verified"


async def test_what_was_done_is_undone_by_a_proposal_of_its_own(door, erp, hands: Hands) -> None:
    action = await approved(door)
    finn = await door.of("finn")
    early = await finn.post(f"/v1/actions/{action}/compensation", json={})
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    await execute(hands, "northlight", action)
    assert "Propose to undo it" in (await finn.get(f"/actions/{action}")).text
    undo = await finn.post(f"/actions/{action}/compensation", data={"reason": "The wrong contract"})
    assert undo.status_code == 303
    undoing = (await finn.get(f"/v1{undo.headers['location']}")).json()
    assert (undoing["compensates"], undoing["state"]) == (action, "awaiting_approval")
    assert "The wrong contract" in undoing["intent"]["reasons"]
    assert f'href="/actions/{action}">an earlier action' in (await finn.get(f"/actions/{undoing['id']}")).text


async def test_other_firms_see_and_settle_nothing_of_it(door, erp, hands: Hands) -> None:
    action = await approved(door)
    erp.faults = ["refuse"]
    await execute(hands, "northlight", action)
    otto = await door.of("otto")
    assert (await otto.get("/v1/actions/dead-letters")).json() == []
    assert (await otto.get(f"/v1/actions/{action}/attempts")).status_code == 404
    for path, body in (("replay", {"reason": "x"}), ("resolution", {"reason": "x", "verdict": "accepted"})):
        assert (await otto.post(f"/v1/actions/{action}/{path}", json=body)).status_code == 404


async def test_health_tells_whether_the_erp_is_left_alone(door, worker_database: Database) -> None:
    assert (await door.nobody().get("/v1/health")).json() == {"status": "ok", "erp": "closed"}
    async with worker_database.tenant("northlight") as connection:
        for _ in range(2):
            await circuit.failed(connection, "northlight", "ledger", threshold=2, rest=timedelta(minutes=5))
    assert (await door.nobody().get("/v1/health")).json() == {"status": "ok", "erp": "open"}
    assert "left alone for a while" in (await (await door.of("ada")).get("/actions/dead-letters")).text
