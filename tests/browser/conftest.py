"""Chromium in front of the running application: skipped with a notice where there is none, required in CI."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Iterator

import psycopg
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from api.app import create_app
from api.services import Erp
from erp.mirror import Mirror
from store.database import Database
from tests.api.conftest import PASSWORD, made, settle
from tests.api.small_erp import SmallErp, small_erp
from tests.emptying import Emptied

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def chromium() -> str | None:
    """Where Chromium is, from COUNTERSIGN_CHROMIUM or the usual names."""
    names = (os.environ.get("COUNTERSIGN_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium: install it, or name it in COUNTERSIGN_CHROMIUM.")
        pytest.skip("No Chromium found: install it (apt-get install chromium) to run the browser tests.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def erp(ledgers: Emptied) -> Iterator[SmallErp]:
    with small_erp(ledgers) as small:
        yield small


class Site:
    """The application on a port of its own, in a thread of its own."""

    def __init__(self, database_url: str, owner_url: str, erp: SmallErp) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._urls = database_url, owner_url
        self._erp = erp
        self._ready = threading.Event()
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(120), "the application did not start"

    def stop(self) -> None:
        if self._server:
            self._server.should_exit = True
        self._thread.join(20)

    async def _serve(self) -> None:
        async with Database(self._urls[0], max_size=8) as database:
            with psycopg.connect(self._urls[1], autocommit=True) as owner:
                await settle(database, owner)
            services = made(
                database, {"northlight": Erp(self._erp, Mirror(database, "northlight", self._erp, seconds=0))}
            )
            config = uvicorn.Config(create_app(services), host="127.0.0.1", port=self.port, log_level="warning")
            self._server = uvicorn.Server(config)
            serving = asyncio.create_task(self._server.serve())
            while not self._server.started:  # noqa: ASYNC110 - uvicorn tells it by this attribute alone
                await asyncio.sleep(0.02)
            self._ready.set()
            await serving


@pytest.fixture
def site(database_urls: tuple[str, str], erp: SmallErp) -> Iterator[Site]:
    running = Site(database_urls[1], database_urls[0], erp)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def opened(browser: Browser, site: Site):
    """Contexts of people who are signed in; every script error and every refused resource fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def sign_in(email: str, *, width: int = 1280, javascript: bool = True, scheme: str = "light"):
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 844},
            java_script_enabled=javascript,
            color_scheme=scheme,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if "Content Security" in said.text else None)
        page.goto("/signin")
        page.fill("#email", email)
        page.fill("#password", PASSWORD)
        page.click("button.primary")
        page.wait_for_url(f"{site.url}/")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert problems == []
