"""What every response says to the browser, the size of what may be sent, and the form of errors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.anyio
TEMPLATES = Path(__file__).parents[2] / "api" / "templates"


@pytest.mark.parametrize("path", ["/signin", "/v1/health", "/nowhere", "/static/mark.svg", "/account"])
async def test_every_response_is_guarded(door, path: str) -> None:
    async with door.nobody() as client:
        headers = (await client.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'self'; ")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


def test_templates_hold_no_inline_script_or_style() -> None:
    pages = list(TEMPLATES.glob("*.html"))
    assert len(pages) > 4
    for path in pages:
        text = path.read_text("utf-8")
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|\|\s*safe|javascript:", text), path.name


async def test_large_requests_are_cut_off(door) -> None:
    async with door.nobody() as client:

        async def endless():
            while True:
                yield b"x" * 65536

        answer = await client.post("/v1/tokens", content=endless(), headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


async def test_a_file_is_taken_only_from_someone_known(door) -> None:
    large = {"file": ("a.txt", b"x" * 2_000_000, "text/plain")}
    async with door.nobody() as client:
        answer = await client.post("/v1/documents", files=large, headers={"authorization": "Bearer csn_guess"})
        assert answer.status_code == 413
    answer = await (await door.of("ines")).post("/v1/documents", files=large)
    assert answer.status_code == 403


async def test_errors_are_problem_documents_for_programs(door) -> None:
    client = await door.of("priya")
    answer = await client.post("/v1/tokens", json={"label": "", "days": 4000})
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "code", "instance", "errors"} <= set(body)
    assert (body["status"], body["code"]) == (422, "invalid_input")
    assert {error["pointer"] for error in body["errors"]} == {"/body/label", "/body/days"}


async def test_errors_are_pages_for_people(door) -> None:
    client = await door.of("priya")
    answer = await client.get("/nowhere", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "There is no such page." in answer.text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("00-" + "a" * 32 + "-" + "b" * 16 + "-01", True),
        ("cc-" + "a" * 32 + "-" + "b" * 16 + "-01-later", True),
        ("00-" + "a" * 32 + "-" + "b" * 16 + "-01-later", False),
        ("00-" + "0" * 32 + "-" + "b" * 16 + "-01", False),
        ("ff-" + "a" * 32 + "-" + "b" * 16 + "-01", False),
        ("00-" + "A" * 32 + "-" + "b" * 16 + "-01", False),
        ("nonsense", False),
        ("", False),
    ],
)
async def test_a_request_keeps_its_callers_trace_or_gets_one(door, sent: str, kept: bool) -> None:
    client = await door.of("priya")
    one, other = [await client.get("/v1/threads", headers={"traceparent": sent}) for _ in range(2)]
    traces = [re.fullmatch("00-([0-9a-f]{32})-[0-9a-f]{16}-01", r.headers["traceresponse"])[1] for r in (one, other)]
    assert traces == ["a" * 32] * 2 if kept else traces[0] != traces[1]


async def test_what_a_request_does_is_written_under_its_trace(door, owner) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    client = await door.of("priya")
    await client.post("/v1/threads", json={}, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert owner.execute("select event from audit_entry where trace = %s", [trace]).fetchall() == [("thread.created",)]
