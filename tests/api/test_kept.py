"""A form whose session is over: what was typed is kept, shown to whoever signs in, and sent only when they say so."""

from __future__ import annotations

import re

import psycopg
import pytest

from api.kept import Kept, read

PASSWORD = "correct horse battery staple"
OURS = {"accept": "text/html", "sec-fetch-site": "same-origin", "referer": "http://test/delegations?a=1"}
TYPED = {"reason": "In Lisbon & away", "digest": "0" * 64, "csrf": "old", "password": "typed here"}
pytestmark = pytest.mark.anyio


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1].replace("&#34;", '"').replace("&amp;", "&")


async def test_what_was_typed_outlives_the_session(door, owner: psycopg.Connection) -> None:
    async with door.nobody() as client:
        asked = await client.post("/actions/some-action/notes", data=TYPED | {"kind": "comment"}, headers=OURS)
        assert asked.status_code == 401
        assert "What you entered is kept" in asked.text
        assert PASSWORD not in asked.text
        assert "typed here" not in asked.text
        carried = {"next": "/", "email": "priya.nair@northlight.example", "kept": field(asked.text, "kept")}
        wrong = await client.post("/signin", data=carried | {"password": "a guess"}, headers=OURS)
        assert (wrong.status_code, field(wrong.text, "kept")) == (401, carried["kept"])
        resumed = await client.post("/signin", data=carried | {"password": PASSWORD}, headers=OURS)
        assert resumed.status_code == 200
        assert 'action="/actions/some-action/notes"' in resumed.text
        assert "In Lisbon &amp; away" in resumed.text
        assert 'href="/delegations?a=1"' in resumed.text  # where to go instead
        csrf = field(resumed.text, "csrf")
        assert csrf != "old"
        assert "countersign_session" in client.cookies
    assert owner.execute("select count(*) from audit_entry where event like 'action.%'").fetchone() == (0,)


async def test_a_form_of_an_earlier_session_is_laid_before_its_sender(door) -> None:
    client = await door.of("priya")
    answer = await client.post("/delegations", data=TYPED, headers=OURS | {"x-csrf-token": "f" * 64})
    assert answer.status_code == 403
    assert "In Lisbon &amp; away" in answer.text
    asked = await client.post("/threads/messages", data={"text": "What waits?"}, headers=OURS | {"x-csrf-token": "f"})
    assert 'action="/threads/messages"' in asked.text
    assert field(asked.text, "csrf") == client.headers["x-csrf-token"]


@pytest.mark.parametrize(
    "path",
    [
        "/actions/some-action/decisions",
        "/actions/decisions",
        "/actions/some-action/edits",
        "/delegations",
        "/freezes/some-freeze/thaw",
        "/admin/people/some-person/rights",
        "/account/tokens",
        "/facts/reports",
        "/documents/some-document/terms/some-term",
    ],
)
async def test_a_deed_is_not_laid_before_whoever_signs_in(door, path: str) -> None:
    async with door.nobody() as client:
        asked = await client.post(path, data=TYPED | {"verdict": "approve"}, headers=OURS)
        carried = {"next": "/", "email": "ada.lindqvist@northlight.example", "kept": field(asked.text, "kept")}
        resumed = await client.post("/signin", data=carried | {"password": PASSWORD}, headers=OURS)
    assert "In Lisbon &amp; away" in resumed.text
    assert f'action="{path}"' not in resumed.text
    assert "0" * 64 not in resumed.text
    assert "Send it" not in resumed.text


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "text/html"},
        OURS | {"sec-fetch-site": "cross-site"},
        OURS | {"sec-fetch-site": "same-site"},
        OURS | {"sec-fetch-site": "none"},
    ],
)
async def test_what_another_site_sends_is_not_kept(door, headers: dict[str, str]) -> None:
    async with door.nobody() as client:
        answer = await client.post("/delegations", data=TYPED, headers=headers)
        assert (answer.status_code, "kept" in answer.text) == (303, False)


@pytest.mark.parametrize("path", ["//evil.example/x", "https://evil.example", "/signin", "/\\evil.example", ""])
def test_what_is_carried_leads_nowhere_else(path: str) -> None:
    assert read(f'{{"path": "{path}", "back": "/", "fields": []}}'.replace("\\", "\\\\")) is None


def test_what_cannot_be_read_is_left() -> None:
    assert read("") is read("no") is read("{}") is None
    kept = Kept(path="/actions", back="/", fields=[("reason", "so"), ("digest", "0" * 64), ("why", " ")])
    assert kept.shown == [("reason", "so")]
    assert read(kept.model_dump_json()) == kept


async def test_a_place_with_its_filter_is_where_one_comes_back_to(door) -> None:
    async with door.nobody() as client:
        answer = await client.get("/readiness?status=blocked&page=2", headers={"accept": "text/html"})
        assert answer.headers["location"] == "/signin?next=/readiness%3Fstatus%3Dblocked%26page%3D2"
