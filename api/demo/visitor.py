"""A person at a browser, as a program: signs in with the form, sends the CSRF token, reads the chat's stream."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Self

import httpx

CSRF = re.compile(r'<meta name="csrf" content="([^"]+)">')
SECONDS = 60


class Visitor:
    """One signed-in person. Refusals come back as answers: what was refused, and why, is what a check looks at."""

    def __init__(self, address: str, email: str, password: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=SECONDS, follow_redirects=True, trust_env=False)
        page = self._http.post("/signin", data={"email": email, "password": password})
        found = CSRF.search(page.text)
        if not found:
            raise ConnectionRefusedError(f"{email} could not sign in (HTTP {page.status_code})")
        self._headers = {"x-csrf-token": found[1]}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **params: Any) -> Any:
        """The JSON at a path. Raises httpx.HTTPStatusError for a refusal."""
        return self._http.get(path, params=params).raise_for_status().json()

    def post(self, path: str, **request: Any) -> httpx.Response:
        """Send something; the answer, refusals included."""
        return self._http.post(path, headers=self._headers, **request)

    def ask(self, thread: str, text: str) -> list[dict[str, Any]]:
        """One question in a conversation; the blocks of its answer in the order in which they came."""
        path = f"/v1/threads/{thread}/messages"
        with self._http.stream("POST", path, headers=self._headers, json={"text": text}) as answer:
            answer.raise_for_status()
            return [data["block"] for event, data in _events(answer.iter_lines()) if event == "block"]


def _events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Server-sent events as (name, data), after the WHATWG HTML standard's event stream."""
    name = ""
    for line in lines:
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            yield name, json.loads(line[5:])
