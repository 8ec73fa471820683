"""Personal access tokens: the person's own rights, no browser needed, and no way to breed."""

from __future__ import annotations

import psycopg
import pytest

pytestmark = pytest.mark.anyio


async def made(client, label: str = "nightly export") -> dict[str, str]:
    answer = await client.post("/v1/tokens", json={"label": label, "days": 30})
    assert answer.status_code == 201
    return answer.json()


async def test_a_token_is_its_person_until_it_is_revoked(door, owner: psycopg.Connection) -> None:
    client = await door.of("priya")
    token = await made(client)
    async with door.nobody() as program:
        program.headers["authorization"] = f"Bearer {token['secret']}"
        (listed,) = (await program.get("/v1/tokens")).json()
        assert listed["label"] == "nightly export"
        assert "secret" not in listed
        assert (await program.delete(f"/v1/tokens/{token['id']}")).status_code == 204
        assert (await program.get("/v1/tokens")).status_code == 401
    events = [
        event
        for (event,) in owner.execute(
            "select event from audit_entry where event <> 'person.added' order by id"
        ).fetchall()
    ]
    assert events == ["token.made", "token.revoked"]
    assert token["secret"] not in str(owner.execute("select * from audit_entry").fetchall())


async def test_a_token_makes_no_tokens(door) -> None:
    token = await made(await door.of("priya"))
    async with door.nobody() as program:
        program.headers["authorization"] = f"Bearer {token['secret']}"
        assert (await program.post("/v1/tokens", json={"label": "child", "days": 1})).status_code == 403
        page = await program.post("/account/tokens", data={"label": "child", "days": "1"})
        assert (page.status_code, "csn_" in page.text) == (403, False)


async def test_an_ended_token_opens_nothing(door, owner: psycopg.Connection) -> None:
    token = await made(await door.of("priya"))
    owner.execute("update credential set expires_at = now() - interval '1 second' where kind = 'token'")
    async with door.nobody() as program:
        assert (
            await program.get("/v1/tokens", headers={"authorization": f"Bearer {token['secret']}"})
        ).status_code == 401


async def test_a_session_is_no_token_and_a_token_no_session(door) -> None:
    client = await door.of("priya")
    session = client.cookies["countersign_session"]
    token = (await made(client))["secret"]
    async with door.nobody() as other:
        assert (await other.get("/v1/tokens", headers={"authorization": f"Bearer {session}"})).status_code == 401
        other.cookies.set("countersign_session", token)
        assert (await other.get("/v1/tokens")).status_code == 401


async def test_nobody_ends_anothers_token(door) -> None:
    token = await made(await door.of("priya"))
    for name in ("finn", "sara"):
        client = await door.of(name)
        assert (await client.delete(f"/v1/tokens/{token['id']}")).status_code == 404
        assert (await client.get("/v1/tokens")).json() == []


async def test_the_page_shows_a_secret_once(door) -> None:
    client = await door.of("priya")
    page = await client.post("/account/tokens", data={"label": "<b>export</b>", "days": "9"})
    assert "csn_" in page.text
    again = await client.get("/account")
    assert "csn_" not in again.text
    assert "&lt;b&gt;export&lt;/b&gt;" in again.text
