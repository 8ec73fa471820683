"""Signing in: right and wrong passwords, throttling, sessions that end, forged and foreign requests."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

PASSWORD = "correct horse battery staple"
EMAIL = "priya.nair@northlight.example"
pytestmark = pytest.mark.anyio


async def test_the_right_password_opens_a_session(door, owner: psycopg.Connection) -> None:
    async with door.nobody() as client:
        answer = await client.post("/signin", data={"email": EMAIL.upper(), "password": PASSWORD, "next": "/account"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        page = await client.get("/account")
        assert "Priya Nair" in page.text
    secret = cookie.split("=", 1)[1].split(";")[0]
    (kept,) = owner.execute("select encode(secret_digest, 'escape') from credential").fetchone()
    assert secret not in kept
    assert owner.execute("select event from audit_entry where event like 'session.%'").fetchall() == [
        ("session.opened",)
    ]


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong"), ("nobody@northlight.example", PASSWORD), ("x", "y"), (EMAIL, "")]
)
async def test_anything_else_does_not(door, email: str, password: str) -> None:
    async with door.nobody() as client:
        answer = await client.post("/signin", data={"email": email, "password": password})
        assert answer.status_code in (401, 422)
        assert "set-cookie" not in answer.headers


async def test_inactive_people_stay_outside(door, owner: psycopg.Connection) -> None:
    client = await door.of("priya")
    assert (await client.get("/account")).status_code == 200
    owner.execute("update person set active = false where email = %s", [EMAIL])
    assert (await client.get("/account")).status_code == 401
    async with door.nobody() as other:
        assert (await other.post("/signin", data={"email": EMAIL, "password": PASSWORD})).status_code == 401


async def test_guessing_is_throttled_even_in_parallel(door) -> None:
    async with door.nobody() as client:
        guesses = [client.post("/signin", data={"email": EMAIL, "password": f"guess {n}"}) for n in range(20)]
        codes = [answer.status_code for answer in await asyncio.gather(*guesses)]
        assert sorted(codes) == [401] * 8 + [429] * 12
        locked = await client.post("/signin", data={"email": EMAIL, "password": PASSWORD})
        assert locked.status_code == 429
        other = await client.post("/signin", data={"email": "finn.okafor@northlight.example", "password": PASSWORD})
        assert other.status_code == 303


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example"])
async def test_signing_in_never_leads_out(door, address: str) -> None:
    async with door.nobody() as client:
        answer = await client.post("/signin", data={"email": EMAIL, "password": PASSWORD, "next": address})
        assert answer.headers["location"] == "/"


async def test_signing_out_ends_the_session_for_good(door) -> None:
    client = await door.of("priya")
    cookies = dict(client.cookies)
    assert (await client.post("/signout")).status_code == 303
    async with door.nobody() as again:
        again.cookies.update(cookies)
        assert (await again.get("/account")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"x-csrf-token": "0" * 64},
        {"x-csrf-token": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_forged_requests_are_refused(door, headers: dict[str, str]) -> None:
    client = await door.of("priya")
    answer = await client.post("/v1/tokens", json={"label": "x", "days": 1}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forged_request")


async def test_another_site_cannot_sign_people_in(door) -> None:
    async with door.nobody() as client:
        data = {"email": EMAIL, "password": PASSWORD}
        assert (await client.post("/signin", data=data, headers={"origin": "https://evil.example"})).status_code == 403


async def test_pages_send_strangers_to_the_door_and_back(door) -> None:
    async with door.nobody() as client:
        answer = await client.get("/account", headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/signin?next=/account")
