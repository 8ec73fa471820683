"""Administration: who may come in, told with reasons; and how fresh each source is."""

from __future__ import annotations

import psycopg
import pytest

from domain.errors import ErpUnavailable
from erp.mirror import Mirror
from store import facts, people
from tests.api.conftest import Door
from tests.api.small_erp import SmallErp
from tests.unit.prerequisites.records import FACTS

pytestmark = pytest.mark.anyio
WHY = {"reason": "Left the firm"}


async def test_a_blocked_person_is_out_at_once_and_can_be_let_in_again(door: Door, owner: psycopg.Connection) -> None:
    tom, finn = await door.of("tom"), await door.of("finn")
    path = f"/people/{door.ids['finn']}/access"
    program = door.nobody()
    secret = (await finn.post("/v1/tokens", json={"label": "export", "days": 30})).json()["secret"]
    program.headers["authorization"] = f"Bearer {secret}"
    assert {(await one.get("/v1/tokens")).status_code for one in (finn, program)} == {200}
    answer = await tom.post(f"/v1{path}", json={"active": False, **WHY})
    assert answer.json() == {"person": door.ids["finn"], "active": False}
    assert (await finn.get("/v1/tokens")).status_code == 401
    assert (await tom.post(f"/v1{path}", json={"active": False, **WHY})).status_code == 409
    assert "Blocked" in (await tom.get("/admin")).text
    assert (await tom.post(f"/admin{path}", data={"active": "true", **WHY})).status_code == 303
    assert {(await one.get("/v1/tokens")).status_code for one in (finn, program)} == {401}  # what was ended stays so
    assert (await (await door.of("finn")).get("/v1/tokens")).status_code == 200
    told = owner.execute("select event from audit_entry where event like 'person.%blocked' order by id").fetchall()
    assert told == [("person.blocked",), ("person.unblocked",)]


async def test_nobody_blocks_themselves_a_stranger_or_without_a_reason(door: Door) -> None:
    tom = await door.of("tom")
    for person, status in (("tom", 422), ("sara", 404)):
        sent = await tom.post(f"/v1/people/{door.ids[person]}/access", json={"active": False, **WHY})
        assert sent.status_code == status
    assert (await tom.post("/v1/people/nobody/access", json={"active": False, **WHY})).status_code == 404
    silent = await tom.post(f"/v1/people/{door.ids['finn']}/access", json={"active": False, "reason": "  "})
    assert silent.status_code == 422
    ada = await door.of("ada")
    refused = await ada.post(f"/v1/people/{door.ids['finn']}/access", json={"active": False, **WHY})
    assert refused.status_code == 403


async def test_people_are_listed_with_what_an_administrator_must_know(door: Door) -> None:
    tom = await door.of("tom")
    found = {one["name"]: one for one in (await tom.get("/v1/people")).json()}
    assert set(found) == {"Priya Nair", "Finn Okafor", "Ada Lindqvist", "Marek Novak", "Ines Duarte", "Tom Becker"}
    assert found["Marek Novak"]["approval_limit"] == {"amount": "10000.00", "currency": "EUR"}
    assert found["Tom Becker"]["last_seen"] is not None
    assert found["Finn Okafor"]["last_seen"] is None
    for name in ("finn", "ada", "ines"):
        client = await door.of(name)
        for path in ("/admin", "/admin/sources", "/v1/people", "/v1/sources"):
            assert (await client.get(path)).status_code == 403


async def test_sources_tell_how_far_the_erp_was_read_and_who_reported(
    door: Door, erp: SmallErp, monkeypatch: pytest.MonkeyPatch
) -> None:
    tom, finn = await door.of("tom"), await door.of("finn")
    assert (await tom.get("/v1/sources")).json()["erp"]["status"] == "absent"
    assert "has not been read yet" in (await tom.get("/admin/sources")).text
    async with door.services.database.tenant("northlight") as connection:
        person = await people.get(connection, door.ids["finn"])
        assert person
        await facts.record(connection, person.actor(), FACTS)
    await finn.get("/readiness")
    found = (await tom.get("/v1/sources")).json()
    assert (found["erp"]["status"], found["erp"]["records"]["project"]) == ("fresh", 1)
    assert {one["system"] for one in found["reports"]} == {"psa"}
    page = (await tom.get("/admin/sources")).text
    assert "Up to date" in page
    assert "Billing hold" in page

    async def away() -> None:
        raise ErpUnavailable("The line is cut.")

    monkeypatch.setattr(erp, "firm", away)
    mirror: Mirror = door.services.erps["northlight"].firm
    with pytest.raises(ErpUnavailable):
        await mirror.sync()
    assert (await tom.get("/v1/sources")).json()["erp"]["failure"] == "The line is cut."
    assert "The line is cut." in (await tom.get("/admin/sources")).text
    assert "The ERP cannot be read" in (await tom.get("/")).text
