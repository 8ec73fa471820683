"""`make screenshots`: every page in light, dark and phone width from a fresh demo firm, the best of them for README."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from api.demo.console import Progress
from api.demo.preflight import any_port
from api.demo.stack import Plan, Running, running
from api.demo.visitor import Visitor
from erp.demo.server import documents_folder

OUT = Path("build/screenshots")
IMAGES = Path("docs/images")
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
DESKTOP, PHONE = (1280, 860), (390, 844)
FOR_README = ("document", "conversation", "action", "readiness")


@dataclass(frozen=True)
class Shot:
    """One page as one person sees it."""

    name: str
    role: str
    path: str


def main() -> None:
    """Write build/screenshots/<page>-<look>.png, and the README's pictures to docs/images."""
    home = Path(tempfile.mkdtemp(prefix="countersign-screens-"))
    plan = Plan(home, "127.0.0.1", any_port(), any_port(), datetime.now(UTC).date())
    OUT.mkdir(parents=True, exist_ok=True)
    try:
        with running(plan, Progress()) as stack, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM))
            shots = _prepare(stack)
            for look in ("light", "dark", "phone"):
                _take(browser, stack, shots, look)
            browser.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name in FOR_README:
        shutil.copy(OUT / f"{name}-light.png", IMAGES / f"{name}.png")


def _prepare(stack: Running) -> list[Shot]:
    """Do some of a day's work, so that the pages have something to show."""
    emails = dict(reversed(stack.people))
    with (
        Visitor(stack.address, emails["project manager"], stack.password) as manager,
        Visitor(stack.address, emails["finance"], stack.password) as finance,
    ):
        sow = next(documents_folder(stack.plan.home).glob("Cedar Point*"))
        manager.post("/v1/documents", files={"file": (sow.name, sow.read_bytes())})
        documents = manager.get("/v1/documents")
        shown = next(d for d in documents if "Landing Zone" in d["name"])
        amendment = next(d for d in documents if "Amendment" in d["name"])
        projects = finance.get("/v1/portfolio/readiness")
        project = next(p for p in projects if p["project_name"] == "Cloud landing zone")["project_code"]
        thread = finance.post("/v1/threads", json={}).json()["id"]
        finance.ask(thread, "How much approved unbilled time, by practice?")
        finance.ask(thread, f"Is {project} ready to bill?")
        blocks = finance.ask(thread, "Fix it")
        action = next(b["action_id"] for b in blocks if b["kind"] == "action")
    return [
        Shot("signin", "", "/signin"),
        Shot("home-manager", "project manager", "/"),
        Shot("home-finance", "finance", "/"),
        Shot("home-approver", "approver", "/"),
        Shot("documents", "project manager", "/documents"),
        Shot("document", "project manager", f"/documents/{shown['id']}"),
        Shot("amendment", "project manager", f"/documents/{amendment['id']}"),
        Shot("in-force", "project manager", f"/documents/{shown['id']}/in-force"),
        Shot("asked", "project manager", f"/documents/{shown['id']}?q=What+does+it+say+about+travel%3F"),
        Shot("conversation", "finance", f"/threads/{thread}"),
        Shot("readiness", "finance", "/readiness"),
        Shot("project", "finance", f"/projects/{project}"),
        Shot("operations", "finance", "/operations"),
        Shot("operation", "finance", "/operations/unbilled"),
        Shot("agent-work", "finance", "/operations/agent"),
        Shot("actions", "approver", "/actions"),
        Shot("action", "approver", f"/actions/{action}"),
        Shot("audit", "auditor", "/audit"),
        Shot("trace", "auditor", f"/audit/trace?record={action}"),
        Shot("policy", "administrator", "/policy"),
        Shot("delegations", "approver", "/delegations"),
        Shot("freezes", "administrator", "/freezes"),
        Shot("dead-letters", "approver", "/actions/dead-letters"),
        Shot("people", "administrator", "/admin"),
        Shot("sources", "administrator", "/admin/sources"),
        Shot("account", "finance", "/account"),
    ]


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
