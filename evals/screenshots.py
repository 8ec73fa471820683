"""`make screenshots`: every page in light, dark and phone width from a fresh demo firm, the best of them for README."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from api.demo.console import Progress
from api.demo.preflight import any_port
from api.demo.stack import Plan, Running, running
from evals.rounds import Shot, prepared

OUT = Path("build/screenshots")
IMAGES = Path("docs/images")
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
DESKTOP, PHONE = (1280, 860), (390, 844)
FOR_DOCS = ("document", "action")


def main() -> None:
    """Write build/screenshots/<page>-<look>.png, and the pictures of README and docs to docs/images."""
    home = Path(tempfile.mkdtemp(prefix="countersign-screens-"))
    plan = Plan(home, "127.0.0.1", any_port(), any_port(), datetime.now(UTC).date())
    OUT.mkdir(parents=True, exist_ok=True)
    try:
        with running(plan, Progress()) as stack, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM))
            shots = prepared(stack)
            for look in ("light", "dark", "phone"):
                _take(browser, stack, shots, look)
            browser.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name in FOR_DOCS:
        shutil.copy(OUT / f"{name}-light.png", IMAGES / f"{name}.png")


def _take(browser: Browser, stack: Running, shots: list[Shot], look: str) -> None:
    for role in dict.fromkeys(shot.role for shot in shots):
        with _signed_in(browser, stack, role, look) as page:
            for shot in (shot for shot in shots if shot.role == role):
                answer = page.goto(f"{stack.address}{shot.path}")
                if answer is None or not answer.ok:
                    sys.exit(f"{shot.path} answered {answer.status if answer else 'nothing'}")
                page.wait_for_load_state("networkidle")
                page.screenshot(path=OUT / f"{shot.name}-{look}.png")


@contextmanager
def _signed_in(browser: Browser, stack: Running, role: str, look: str) -> Generator[Page]:
    width, height = PHONE if look == "phone" else DESKTOP
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if look == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if role:
        email = next(email for known, email in stack.people if known == role)
        page.goto(f"{stack.address}/signin")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", stack.password)
        page.click("main form button")
        page.wait_for_load_state("networkidle")
    yield page
    context.close()


if __name__ == "__main__":
    main()
