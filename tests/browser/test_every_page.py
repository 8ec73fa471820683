"""Every page at a desk and on a phone, light and dark: fits its screen, is small, and shuts nobody out (WCAG 2.2 A and AA).

What a machine can find of WCAG is found by axe-core; the rest is for people.
"""

from __future__ import annotations

from importlib.resources import files

import pytest
from playwright.sync_api import expect

from tests.browser.test_jobs import ADA, FINN, PLACES, PRIYA, propose

pytestmark = pytest.mark.browser
TOM, INES = (f"{name}@northlight.example" for name in ("tom.becker", "ines.duarte"))
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async levels => (await axe.run(document, {runOnly: {type: "tag", values: levels}})).violations.map(
    found => `${found.id}: ${found.nodes.map(node => node.target + " " + node.any.concat(node.all, node.none)
        .map(check => check.message).join("; ")).join(" | ")}`)"""


def problems_of(page, path: str, width: int) -> list[str]:
    page.goto(path)
    found = [f"{path}: {problem}" for problem in (page.evaluate(AXE), page.evaluate(RUN, LEVELS))[1]]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"{path} is wider than {width}")
    if (size := len(page.content().encode())) > 150_000:
        found.append(f"{path} has {size} bytes")
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_no_page_shuts_anyone_out(opened, width: int, scheme: str) -> None:
    finn = opened(FINN, width=width, scheme=scheme)
    propose(finn)
    action = finn.url
    finn.goto("/documents")
    document = finn.locator("main a[href^='/documents/']").first.get_attribute("href")
    finn.goto("/threads")
    finn.fill("#text", "Which projects cannot be billed?")
    finn.click("#send")
    expect(finn.locator("#send")).to_be_visible(timeout=20_000)
    finn.wait_for_url("**/threads/*-*")
    expect(finn.locator(".message.agent .answer").first).to_be_visible(timeout=20_000)
    places = {
        FINN: (
            *PLACES,
            finn.url,
            action,
            f"{document}/codes",
            "/time-to-bill",
            "/operations/unbilled",
            "/operations/utilisation",
            "/monitors",
        ),
        PRIYA: (
            "/",
            document,
            f"{document}/in-force",
            f"{document}/set-up",
            "/codes",
            "/opportunities",
            f"{document}?q=What+does+it+say+about+payment%3F",
        ),
        ADA: ("/", "/actions", action, "/monitors", "/delegations", "/actions/dead-letters"),
        TOM: ("/", "/policy", "/freezes", "/admin", "/admin/sources", "/operations/agent"),
        INES: ("/", "/audit", "/audit/trace?record=CLD-UKI-1001"),
    }
    found: list[str] = []
    for email, paths in places.items():
        page = finn if email == FINN else opened(email, width=width, scheme=scheme)
        for path in paths:
            found += problems_of(page, path, width)
        page.context.clear_cookies()
        found += problems_of(page, "/signin", width)
    assert not found, "\n".join(found)
