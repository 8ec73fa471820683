"""Every page at a desk and on a phone, light and dark: fits its screen, is small, and shuts nobody out (WCAG 2.2 A and AA).

What a machine can find of WCAG is found by axe-core; the rest is for people.
"""

from __future__ import annotations

from importlib.resources import files
from urllib.parse import urlsplit

import psycopg
import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import expect

from api.headers import HEADERS
from api.pages import PAGES
from api.render import environment
from tests.api.conftest import PASSWORD
from tests.browser.test_jobs import ADA, FINN, PLACES, PRIYA, propose

pytestmark = pytest.mark.browser
TOM, INES = (f"{name}@northlight.example" for name in ("tom.becker", "ines.duarte"))
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
LEVELS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
LOOKS = {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block"]}
DESK, PHONE = 1280, 390
NO_PAGES = {
    "/readiness.csv",
    "/readiness.xlsx",
    "/operations/beyond",
    "/look.css",
    "/look/logo",
    "/signin/look.css",
    "/signin/logo",
    "/threads/{thread_id}/turns/{turn_id}/tables/{number}.csv",
    "/threads/cards/{action_id}",
    "/threads/{thread_id}/answers/{turn_id}",
}  # files and parts of pages
RUN = """async wanted => (await axe.run(document, {runOnly: wanted})).violations.map(
    found => `${found.id}: ${found.nodes.map(node => node.target + " " + node.any.concat(node.all, node.none)
        .map(check => check.message).join("; ")).join(" | ")}`)"""


def problems_of(page, path: str, reach=None) -> list[str]:
    """At a desk in light all rules are asked; on a phone in the dark those that depend on how it looks.

    `reach` comes to a page that has no address of its own, and gives its answer.
    """
    page.set_viewport_size({"width": DESK, "height": 844})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # no colour is caught between the two
    answer = reach(page) if reach else page.goto(path)
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


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The templates that were asked for; the application runs in this very process."""
    names: set[str] = set()
    known = environment().get_template

    def get_template(name, *rest, **more):
        names.add(str(name))
        return known(name, *rest, **more)

    monkeypatch.setattr(environment(), "get_template", get_template)
    return names


def unopened(rendered: set[str], visited: list[str]) -> list[str]:
    """Pages that nobody looked at: templates that were never drawn, and addresses that were never asked for."""
    loader = environment().loader
    drawn = {
        name for name in loader.list_templates() if 'extends "layout.html"' in loader.get_source(environment(), name)[0]
    }
    routes = [
        route
        for router in PAGES
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in route.methods and route.path not in NO_PAGES
    ]
    paths = {urlsplit(path).path for path in visited}
    missed = [route.path for route in routes if not any(route.path_regex.fullmatch(path) for path in paths)]
    return [f"nobody looked at {name}" for name in (*sorted(drawn - rendered), *missed)]


def pressed(selector: str, *before: str, at: str = ""):
    """Reach a page by pressing a button, after pressing others that lead to it."""

    def reach(page):
        if at:
            page.goto(at)
        for one in before:
            page.locator(one).first.click()
        with page.expect_navigation() as going:
            page.locator(selector).first.click()
        return going.value

    return reach


def follow_a_record(page):
    """From the log to the chain of a record, by keyboard."""
    page.goto("/audit")
    page.get_by_role("link", name="Follow a record").press("Enter")
    page.wait_for_url("**/audit/trace")
    page.fill("#record", "CLD-UKI-1001")
    with page.expect_navigation() as going:
        page.keyboard.press("Enter")
    assert "PO-4711" in page.inner_text("main")
    return going.value


# Pages that answer to a form: who comes to them, and how.
DECIDE = ("button[value=approve]", "[name=chosen]", "#together summary")
REACHED = {
    TOM: {
        "policy tried out": pressed("form[action='/policy/replay'] button", "details:has(form) > summary", at="/policy")
    },
    INES: {"/audit/trace": follow_a_record},
}


def signed_out_while_writing(page):
    """A form that is sent when its session is over: the sign-in page keeps it, and lays it before its sender."""
    page.goto("/delegations")
    page.fill("#why", "Away in Lisbon")
    page.context.clear_cookies()
    with page.expect_navigation() as going:
        page.locator("form:has(#why) button.primary").click()
    return going.value


def signed_in_again(page):
    page.fill("#email", ADA)
    page.fill("#password", PASSWORD)
    with page.expect_navigation() as going:
        page.keyboard.press("Enter")
    assert "Away in Lisbon" in page.inner_text("main")
    return going.value


def asked(finn) -> str:
    """A conversation with an answer, shown to a colleague; its address."""
    finn.goto("/threads")
    finn.fill("#text", "Which projects cannot be billed?")
    finn.click("#send")
    finn.wait_for_url("**/threads/*-*")
    expect(finn.locator(".message.agent .answer").first).to_be_visible(timeout=20_000)
    expect(finn.locator("#send")).to_be_visible(timeout=20_000)
    finn.goto(finn.url)
    finn.click(".shares summary")
    finn.click(".shares form.inline button")  # to Ada, the first by name
    expect(finn.locator(".shares summary")).to_contain_text("Ada Lindqvist")
    return finn.url


def test_no_page_shuts_anyone_out(opened, owner: psycopg.Connection, rendered: set[str]) -> None:
    finn = opened(FINN)
    propose(finn)
    action = finn.url
    finn.goto("/documents")
    document = finn.locator("main a[href^='/documents/']").first.get_attribute("href")
    thread = asked(finn)
    again = finn.locator("a[href$='/again']").first.get_attribute("href")
    places = {
        FINN: (
            *PLACES,
            "/facts",
            "/readiness/clearing",
            "/records/sale.sale/k1",
            thread,
            again,
            action,
            f"{document}/codes",
            "/time-to-bill",
            "/operations/unbilled",
            "/monitors",
        ),
        PRIYA: (
            document,
            f"{document}/in-force",
            f"{document}/set-up",
            "/codes",
            "/opportunities",
            f"{document}?q=What+does+it+say+about+payment%3F",
        ),
        TOM: ("/", "/policy", "/policy/versions/0", "/freezes", "/admin", "/admin/sources", "/admin/look"),
        INES: ("/operations/agent", "/audit"),
        ADA: ("/", thread, "/actions", action, "/delegations", "/actions/dead-letters"),
    }
    rendered.clear()
    found: list[str] = []
    for email, paths in places.items():
        page = finn if email == FINN else opened(email)
        for path in paths:
            found += problems_of(page, path)
        for name, reach in REACHED.get(email, {}).items():
            found += problems_of(page, name, reach)
    page.goto("/actions")
    owner.execute("update credential set authenticated_at = now() - interval '1 hour'")
    found += problems_of(page, "password again", pressed(*DECIDE))
    owner.execute("update credential set authenticated_at = now()")
    page.goto("/actions")
    found += problems_of(page, "several decided", pressed(*DECIDE))
    found += problems_of(page, "signed out while writing", signed_out_while_writing)
    found += problems_of(page, "signed in again", signed_in_again)
    finn.context.clear_cookies()
    found += problems_of(finn, "/signin")
    visited = [path for paths in places.values() for path in paths]
    found += unopened(rendered, [*visited, "/signin", "/audit/trace"])
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
