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
