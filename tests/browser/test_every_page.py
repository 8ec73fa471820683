"""Every page at a desk and on a phone, light and dark: fits its screen, is small, and shuts nobody out (WCAG 2.2 A and AA).

What a machine can find of WCAG is found by axe-core; the rest is for people.
"""

from __future__ import annotations

from importlib.resources import files

import pytest
from playwright.sync_api import expect

from api.headers import HEADERS
from tests.browser.test_jobs import ADA, FINN, PLACES, PRIYA, propose

pytestmark = pytest.mark.browser
TOM, INES = (f"{name}@northlight.example" for name in ("tom.becker", "ines.duarte"))
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
LEVELS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
LOOKS = {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block"]}
DESK, PHONE = 1280, 390
RUN = """async wanted => (await axe.run(document, {runOnly: wanted})).violations.map(
    found => `${found.id}: ${found.nodes.map(node => node.target + " " + node.any.concat(node.all, node.none)
        .map(check => check.message).join("; ")).join(" | ")}`)"""


def problems_of(page, path: str) -> list[str]:
    """At a desk in light all rules are asked; on a phone in the dark those that depend on how it looks."""
    page.set_viewport_size({"width": DESK, "height": 844})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # no colour is caught between the two
    answer = page.goto(path)
    page.evaluate(AXE)
    found = [f"{path}: {problem}" for problem in page.evaluate(RUN, LEVELS)]
    found += [
        f"{path} has {name}: {answer.headers.get(name)}"
        for name in HEADERS
        if answer.headers.get(name) != HEADERS[name]
    ]
    if (size := len(page.content().encode())) > 150_000:
        found.append(f"{path} has {size} bytes")
    found += too_wide(page, path, DESK)
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.emulate_media(color_scheme="dark")
    found += [f"{path}, phone, dark: {problem}" for problem in page.evaluate(RUN, LOOKS)]
    return found + too_wide(page, path, PHONE)


def too_wide(page, path: str, width: int) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"{path} is {wide} wide on a screen of {width}"] if wide > width else []


def test_no_page_shuts_anyone_out(opened) -> None:
    finn = opened(FINN)
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
    thread = finn.url
    finn.goto(thread)
    finn.click(".shares summary")
    finn.click(".shares form.inline button")  # to Ada, the first by name
    expect(finn.locator(".shares summary")).to_contain_text("Ada Lindqvist")
    places = {
        FINN: (
            *PLACES,
            "/facts",
            "/records/sale.sale/k1",
            thread,
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
        ADA: ("/", thread, "/actions", action, "/delegations", "/actions/dead-letters"),
        TOM: ("/", "/policy", "/freezes", "/admin", "/admin/sources", "/admin/look", "/operations/agent"),
        INES: ("/audit", "/audit?text=nowhere", "/audit/trace?record=CLD-UKI-1001"),
    }
    found: list[str] = []
    for email, paths in places.items():
        page = finn if email == FINN else opened(email)
        for path in paths:
            found += problems_of(page, path)
    finn.context.clear_cookies()
    found += problems_of(finn, "/signin")
    assert not found, "\n".join(found)


def test_the_portfolio_prints_without_navigation_and_forms(opened) -> None:
    page = opened(FINN, width=720)
    page.goto("/readiness")
    assert page.locator("form.filters").is_visible()
    page.emulate_media(media="print")
    for hidden in ("form.filters", ".side", ".tabs-bottom", ".bar", "a.button"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("main").bounding_box()["width"] > 680
    assert page.locator("table.sums").is_visible()
