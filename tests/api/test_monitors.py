"""Monitors: on behalf of whoever switched them on, never twice, not what was turned down, nothing after a right is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from actions.repeating import facts_digest
from agent.monitors import MORNING, switch, watch
from api.worker import register_watch
from domain.actions import Image, Intent, Origin
from domain.errors import NotPermitted
from domain.source import Source
from store import jobs
from tests.api.conftest import Door
from tests.api.small_erp import SmallErp

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)


async def switched_on(door: Door, name: str, kind: str) -> None:
    assert (await (await door.of(name)).put(f"/v1/monitors/{kind}")).status_code == 204


async def report(door: Door, number: str = "PO-4500118") -> None:
    known = {"kind": "purchase_order", "subject": "S-1001", "value": {"required": True, "number": number}}
    assert (await (await door.of("finn")).post("/v1/facts/reports", json=known)).status_code == 201


async def ran(door: Door, later: timedelta = timedelta(0)) -> list[str]:
    done = await watch(door.services.agent, "northlight", NOW + later)
    return [action for one in done for action in one.proposed]


def told(owner: psycopg.Connection, event: str) -> list[tuple]:
    return owner.execute(
        "select person, agent_run, facts from audit_entry where event = %s order by id", [event]
    ).fetchall()


async def decided(door: Door, action: str, verdict: str = "reject") -> None:
    ada = await door.of("ada")
    digest = (await ada.get(f"/v1/actions/{action}")).json()["digest"]
    word = {"verdict": verdict, "digest": digest, "reason": "Not this one"}
    assert (await ada.post(f"/v1/actions/{action}/decisions", json=word)).status_code == 201


async def test_it_proposes_in_its_persons_name_once_all_is_known(door: Door, owner: psycopg.Connection) -> None:
    await switched_on(door, "finn", "remedies")
    assert await ran(door) == []
    await report(door)
    (action,) = await ran(door)
    row = owner.execute(
        "select proposer, agent_run, state, intent -> 'arguments' ->> 'po_number' from action"
    ).fetchone()
    (monitor,) = owner.execute("select id::text from monitor").fetchone()
    assert row == (door.ids["finn"], f"monitor:{monitor}", "awaiting_approval", "PO-4500118")
    assert told(owner, "monitor.ran")[-1][2]["proposed"] == [action]
    page = await (await door.of("ada")).get("/actions")
    assert "Finn Okafor through a monitor of theirs" in page.text
    finn = await door.of("finn")
    own = {"verdict": "approve", "digest": (await finn.get(f"/v1/actions/{action}")).json()["digest"]}
    assert (await finn.post(f"/v1/actions/{action}/decisions", json=own)).status_code == 403
    assert "Your monitors proposed" in (await finn.get("/")).text


async def test_what_is_under_way_is_not_proposed_again_by_whoever_watches(
    door: Door, owner: psycopg.Connection
) -> None:
    await report(door)
    await switched_on(door, "finn", "remedies")
    await switched_on(door, "priya", "remedies")
    assert len(await ran(door)) == 1
    assert await ran(door, timedelta(minutes=15)) == []
    assert await ran(door, timedelta(days=1)) == []
    assert told(owner, "action.proposed_again") == []


async def test_what_was_rejected_waits_for_other_facts(door: Door, erp: SmallErp) -> None:
    await report(door)
    await switched_on(door, "finn", "remedies")
    (action,) = await ran(door)
    await decided(door, action)
    for days in (0, 1, 2):
        assert await ran(door, timedelta(days=days)) == []
    await report(door)  # the same said again is no other fact
    assert await ran(door, timedelta(days=3)) == []
    erp.arrange("k1", po_number="4500-TYPED")
    (again,) = await ran(door, timedelta(days=4))
    await decided(door, again)
    assert await ran(door, timedelta(days=5)) == []
    await report(door, "PO-OTHER")
    assert len(await ran(door, timedelta(days=5, minutes=1))) == 1


async def test_what_was_withdrawn_or_expired_is_settled_too(door: Door, owner: psycopg.Connection) -> None:
    await report(door)
    await switched_on(door, "finn", "remedies")
    (action,) = await ran(door)
    assert (await (await door.of("finn")).post(f"/v1/actions/{action}/withdrawal", json={})).status_code < 300
    assert await ran(door, timedelta(days=1)) == []
    by_hand = {
        "action_type": "contract.set_po_number",
        "arguments": {"contract_id": "k1", "po_number": "PO-4500118"},
        "summary": "People may propose it again",
    }
    assert (await (await door.of("finn")).post("/v1/actions", json=by_hand)).json()["state"] == "awaiting_approval"
    assert owner.execute("select count(*) from action").fetchone() == (2,)


def test_facts_are_values_and_origins_and_not_versions_or_words() -> None:
    source = Source("psa", "purchase_order", "S-1001", "1", NOW)
    intent = Intent("contract.set_po_number", {"po_number": "1"}, "One", ("why",), {"po_number": Origin("erp", source)})
    first = facts_digest(intent, Image({"po_number": None}, {"k1": "1"}))
    other_words = Intent(
        "contract.set_po_number",
        {"po_number": "1"},
        "Two",
        (),
        {"po_number": Origin("erp", Source("psa", "purchase_order", "S-1001", "9", NOW + timedelta(1)))},
    )
    assert facts_digest(other_words, Image({"po_number": None}, {"k1": "2"})) == first
    assert facts_digest(intent, Image({"po_number": "9"})) != first
    assert (
        facts_digest(
            Intent("contract.set_po_number", {"po_number": "1"}, "One", (), {"po_number": Origin("document")}),
            Image({"po_number": None}),
        )
        != first
    )


@pytest.mark.parametrize(
    ("change", "said"), [("roles = '{auditor}'", "may not"), ("active = false", "not an active person")]
)
async def test_who_lost_the_right_has_nothing_done(
    door: Door, owner: psycopg.Connection, change: str, said: str
) -> None:
    await switched_on(door, "finn", "remedies")
    await switched_on(door, "finn", "digest")
    await report(door)
    owner.execute(f"update person set {change} where name = 'Finn Okafor'")
    assert await ran(door) == []
    assert await ran(door, timedelta(minutes=15)) == []
    assert owner.execute("select (select count(*) from action), (select count(*) from digest)").fetchone() == (0, 0)
    problems = owner.execute("select problem from monitor").fetchall()
    assert all(said in problem for (problem,) in problems)
    refused = told(owner, "monitor.refused")
    assert len(refused) == 2  # each once, however often it runs
    owner.execute("update person set roles = '{finance}', active = true where name = 'Finn Okafor'")
    assert len(await ran(door, timedelta(minutes=30))) == 1
    assert owner.execute("select distinct problem from monitor").fetchall() == [("",)]


async def test_an_erp_that_is_away_is_told_and_tried_again(door: Door, erp: SmallErp, monkeypatch) -> None:
    from domain.errors import ErpUnavailable

    await switched_on(door, "finn", "remedies")
    await report(door)

    async def away(*_):
        raise ErpUnavailable("The ERP does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(SmallErp, "firm", away)
        assert await ran(door) == []
        assert "does not answer" in (await (await door.of("finn")).get("/monitors")).text
        assert "A monitor of yours can do nothing" in (await (await door.of("finn")).get("/")).text
    assert len(await ran(door, timedelta(minutes=15))) == 1


async def test_a_digest_each_morning_of_what_its_person_may_see(door: Door, owner: psycopg.Connection) -> None:
    await report(door)
    await switched_on(door, "finn", "remedies")
    await ran(door)
    await switched_on(door, "ada", "digest")
    # Whatever the clock says while this runs: no morning between the first two, and one before the third.
    first = timedelta(hours=NOW.hour == MORNING.hour - 1)
    for later in (first, first + timedelta(minutes=15)):
        await ran(door, later)
    ada = await door.of("ada")
    (digest,) = (await ada.get("/v1/monitors/digests")).json()
    titles = [block.get("title") for block in digest["blocks"]]
    assert "Waits for your decision" in titles
    assert "Billing readiness changed" in titles
    assert (await (await door.of("finn")).get("/v1/monitors/digests")).json() == []
    await ran(door, NOW.replace(hour=12) + timedelta(days=2) - NOW)
    assert len((await ada.get("/v1/monitors/digests")).json()) == 2
    assert "Your digest</a>" in (await ada.get("/")).text
    page = await ada.get("/monitors")
    assert "Waits for your decision" in page.text
    assert len(told(owner, "digest.made")) == 2
    assert all(run.startswith("monitor:") for _, run, _ in told(owner, "digest.made"))


async def test_people_switch_their_own_in_a_session_and_it_is_logged(door: Door, owner: psycopg.Connection) -> None:
    finn, ada = await door.of("finn"), await door.of("ada")
    assert (await ada.put("/v1/monitors/remedies")).status_code == 403  # approvers do not propose
    assert (await finn.put("/v1/monitors/everything")).status_code == 422
    assert (await finn.post("/monitors/remedies", data={"on": "true"}, follow_redirects=False)).status_code == 303
    await switched_on(door, "finn", "remedies")  # it is on already
    assert [one["switched_on"] for one in (await finn.get("/v1/monitors")).json()] == [True]
    assert (await ada.get("/v1/monitors")).json() == []
    assert (await finn.delete("/v1/monitors/remedies")).status_code == 204
    await report(door)
    assert await ran(door) == []
    events = [
        event
        for (event,) in owner.execute(
            "select event from audit_entry where event like 'monitor.%' order by id"
        ).fetchall()
    ]
    assert events == ["monitor.switched_on", "monitor.switched_off"]


async def test_a_token_switches_none_on_and_the_agent_none_at_all(door: Door) -> None:
    made = (await (await door.of("finn")).post("/v1/tokens", json={"label": "x", "days": 1})).json()
    async with door.nobody() as program:
        program.headers["authorization"] = f"Bearer {made['secret']}"
        assert (await program.put("/v1/monitors/digest")).status_code == 403
        assert (await program.delete("/v1/monitors/digest")).status_code == 204
    async with door.services.database.tenant("northlight") as connection:
        from store import people

        finn = await people.get(connection, door.ids["finn"])
    assert finn is not None
    policies = await door.services.policies("northlight")
    with pytest.raises(NotPermitted):
        await switch(door.services.agent, policies, finn.actor().through_agent("turn"), "digest", on=True)


async def test_the_worker_runs_them_soon_after_they_are_switched_on(door: Door, owner: psycopg.Connection) -> None:
    await report(door)
    await switched_on(door, "finn", "remedies")
    await switched_on(door, "finn", "digest")  # the run that is asked for already does for both
    queue = jobs.queue(door.services.database.url)
    register_watch(queue, "northlight", door.services.agent)
    async with queue.open_async():
        await queue.run_worker_async(
            queues=["northlight"], wait=False, install_signal_handlers=False, listen_notify=False
        )
    assert owner.execute("select (select count(*) from action), (select count(*) from digest)").fetchone() == (1, 1)
    trace = owner.execute("select count(distinct trace) from audit_entry where event in ('monitor.ran', 'digest.made')")
    assert trace.fetchone() == (1,)
