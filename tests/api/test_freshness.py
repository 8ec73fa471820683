"""Who is really there: decisions ask for a session with the password given a short time ago, and never take a token."""

from __future__ import annotations

import psycopg
import pytest

from api.access import Permitted
from domain.actor import Operation
from tests.api.test_access import ROUTES, operation_of

PASSWORD = "correct horse battery staple"
ADA = "ada.lindqvist@northlight.example"
pytestmark = pytest.mark.anyio
WORDS = {
    Operation.ACTION_DECIDE,
    Operation.ACTION_EDIT,
    Operation.ACTION_RESOLVE,
    Operation.DELEGATION_MANAGE,
    Operation.EXECUTION_FREEZE,
    Operation.POLICY_PROPOSE,
}


def test_every_route_that_decides_asks_for_a_fresh_session() -> None:
    deciding = [
        (str(one), guard)
        for one in ROUTES
        if one.method != "GET" and isinstance(guard := operation_of(one), Permitted) and guard.operation in WORDS
    ]
    assert len(deciding) > 2
    assert [name for name, guard in deciding if not guard.fresh] == []


async def proposed(door) -> dict:
    client = await door.of("priya")
    body = {
        "action_type": "contract.set_po_number",
        "arguments": {"contract_id": "k1", "po_number": "PO-1"},
        "summary": "Set the PO number",
    }
    answer = await client.post("/v1/actions", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def an_hour_ago(owner: psycopg.Connection) -> None:
    owner.execute("update credential set authenticated_at = now() - interval '1 hour'")


def events(owner: psycopg.Connection, *wanted: str) -> list[str]:
    found = owner.execute("select event from audit_entry where event = any(%s) order by id", [list(wanted)])
    return [event for (event,) in found]


async def test_an_old_session_gives_the_password_again(door, owner: psycopg.Connection) -> None:
    action, ada = await proposed(door), await door.of("ada")
    an_hour_ago(owner)
    path, word = f"/v1/actions/{action['id']}/decisions", {"verdict": "approve", "digest": action["digest"]}
    refused = await ada.post(path, json=word)
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_needed")
    wrong = await ada.post("/v1/session/reauthentication", json={"password": "guess"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_password")
    assert (await ada.post(path, json=word)).status_code == 403
    assert (await ada.post("/v1/session/reauthentication", json={"password": PASSWORD})).status_code == 204
    assert (await ada.post(path, json=word)).json()["state"] == "approved"
    again = await ada.post(path, json=word)
    assert (again.status_code, len(again.json()["decisions"])) == (201, 1)
    other = await ada.post(path, json={**word, "verdict": "reject", "reason": "no"})
    assert (other.status_code, other.json()["code"]) == (409, "wrong_state")
    told = events(owner, "session.too_old", "session.refused", "session.reauthenticated", "action.approved")
    assert told == [
        "session.too_old",
        "session.refused",
        "session.too_old",
        "session.reauthenticated",
        "action.approved",
    ]


async def test_a_token_decides_nothing_however_new(door, owner: psycopg.Connection) -> None:
    action, ada = await proposed(door), await door.of("ada")
    made = (await ada.post("/v1/tokens", json={"label": "x", "days": 1})).json()["secret"]
    async with door.nobody() as program:
        program.headers["authorization"] = f"Bearer {made}"
        word = {"verdict": "approve", "digest": action["digest"]}
        refused = await program.post(f"/v1/actions/{action['id']}/decisions", json=word)
        assert (refused.status_code, refused.json()["code"]) == (403, "session_required")
        never = await program.post("/v1/session/reauthentication", json={"password": PASSWORD})
        assert (never.status_code, never.json()["code"]) == (403, "session_required")


async def test_guessing_in_a_stolen_session_is_throttled(door) -> None:
    ada = await door.of("ada")
    codes = [
        (await ada.post("/v1/session/reauthentication", json={"password": f"guess {n}"})).status_code for n in range(12)
    ]
    assert codes == [401] * 8 + [429] * 4


async def test_a_page_asks_for_the_password_in_place_and_keeps_what_was_typed(door, owner: psycopg.Connection) -> None:
    action, ada = await proposed(door), await door.of("ada")
    ada.headers["accept"] = "text/html"
    an_hour_ago(owner)
    path, word = f"/actions/{action['id']}/decisions", {"verdict": "reject", "digest": action["digest"]}
    asked = await ada.post(path, data={**word, "reason": "It is <wrong>"})
    assert asked.status_code == 403
    assert 'name="reason" value="It is &lt;wrong&gt;"' in asked.text
    assert f'action="{path}"' in asked.text
    wrong = await ada.post(path, data={**word, "reason": "It is <wrong>", "password": "guess"})
    assert wrong.status_code == 403
    assert "guess" not in wrong.text
    right = await ada.post(path, data={**word, "reason": "It is <wrong>", "password": PASSWORD})
    assert right.status_code == 303
    assert (await ada.get(f"/v1/actions/{action['id']}")).json()["state"] == "rejected"


async def test_a_strangers_guesses_do_not_shut_the_person_out(door, owner: psycopg.Connection) -> None:
    def at(address: str):
        client = door.nobody()
        client._transport = type(door.transport)(door.transport.app, client=(address, 1))
        return client

    async def tried(address: str, password: str) -> int:
        async with at(address) as client:
            answer = await client.post("/signin", data={"email": ADA, "password": password})
            return answer.status_code

    assert await tried("10.0.0.1", PASSWORD) == 303
    guesses = [await tried(f"10.9.{n // 8}.1", f"guess {n}") for n in range(60)]
    assert guesses.count(401) <= 40
    assert guesses[-10:] == [429] * 10
    assert await tried("10.0.0.1", PASSWORD) == 303  # from where she signed in before
    assert await tried("10.0.0.2", PASSWORD) == 429
