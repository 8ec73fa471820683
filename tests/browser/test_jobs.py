"""The three jobs in a real browser: from sign-in to result, without a script, and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a shared machine may be slow; a page that is wrong stays wrong
PRIYA, FINN, ADA, MAREK = (
    f"{name}@northlight.example" for name in ("priya.nair", "finn.okafor", "ada.lindqvist", "marek.novak")
)
PLACES = (
    "/",
    "/threads",
    "/readiness",
    "/operations",
    "/documents",
    "/actions",
    "/account",
    "/projects/CLD-UKI-1001",
    "/nowhere",
)
SOW = b"""# Statement of Work No. 7

Client: Fenwick Ports plc. Provider: Northlight Consulting.

1. Fees. The services are provided on a time and materials basis. The total fees shall not exceed EUR 40,000.00.

2. Payment. Invoices are payable within 30 days of the invoice date. All invoices shall quote purchase order PO-4711.
"""


def upload(page) -> None:
    page.goto("/documents")
    page.set_input_files("#file", {"name": "sow7.md", "mimeType": "text/markdown", "buffer": SOW})
    page.select_option("#contract", "S-1001")
    page.click("#upload button.primary")
    page.wait_for_url("**/documents/*-*")


def propose(page) -> None:
    """The statement of work names the purchase order that the contract lacks."""
    upload(page)
    page.goto("/projects/CLD-UKI-1001")
    page.click("[id='po.missing'] button")
    page.wait_for_url("**/actions/*-*")


def test_terms_are_confirmed_and_corrected_beside_their_quotes(opened) -> None:
    page = opened(PRIYA)
    upload(page)
    page.keyboard.press("j")
    page.keyboard.press("c")  # the first term, confirmed without a mouse
    expect(page.locator("article.term").first.locator(".status")).to_have_text("Confirmed")
    days = page.locator("article.term", has_text="Payment terms")
    expect(days.locator(".termvalue")).to_have_text("30 days")
    days.hover()
    expect(page.locator(".paper a.lit").first).to_be_visible()
    days.locator("summary").click()
    days.locator("input[name=value]").fill("45")
    days.locator("button[value=correct]").click()
    corrected = page.locator("article.term", has_text="Payment terms")
    expect(corrected.locator(".status")).to_have_text("Corrected")
    expect(corrected.locator(".termvalue")).to_have_text("45 days")


def test_a_fix_is_proposed_by_one_and_countersigned_by_another(opened) -> None:
    finn, ada = opened(FINN), opened(ADA)
    propose(finn)
    expect(finn.locator("h3", has_text="Your decision").locator("..")).to_contain_text("You proposed this action")
    expect(finn.locator("button.approve")).to_have_count(0)
    ada.goto("/")
    ada.locator("a.title", has_text="purchase order").click()
    expect(ada.locator(".difference .after").first).to_have_text("PO-4711")
    expect(ada.locator("main [data-keys]")).to_be_visible()  # the script is there
    ada.keyboard.press("c")  # leads to the button and decides nothing by itself
    expect(ada.locator("#decision button.approve")).to_be_focused()
    expect(ada.locator(".top .status")).to_have_text("Awaiting approval")
    ada.keyboard.press("Enter")
    expect(ada.locator(".top .status")).to_have_text("Approved, waiting for the worker")


def test_rejecting_needs_a_reason(opened) -> None:
    finn, ada = opened(FINN), opened(ADA)
    propose(finn)
    ada.goto(finn.url)
    ada.fill("#reason", "The client has not issued it yet.")
    ada.click("button.reject")
    expect(ada.locator(".top .status")).to_have_text("Rejected")
    finn.reload()
    expect(finn.locator(".notice").first).to_contain_text("The client has not issued it yet.")


def test_an_answer_streams_in(opened) -> None:
    page = opened(FINN)
    page.goto("/threads")
    page.fill("#text", "Is CLD-UKI-1001 ready to bill?")
    page.keyboard.press("Enter")
    expect(page.locator(".message.person p")).to_have_text("Is CLD-UKI-1001 ready to bill?")
    expect(page.locator(".message.agent .answer").first).to_be_visible(timeout=20_000)
    expect(page.locator("#send")).to_be_visible(timeout=20_000)
    assert "/threads/" in page.url
    expect(page.locator(".threads a[aria-current]")).to_contain_text("Is CLD-UKI-1001 ready to bill?")
    expect(page.locator("#shares summary")).to_have_text("Show to a colleague")
    before = page.locator(".message.agent").first.inner_text()
    page.reload()
    assert page.locator(".message.agent").first.inner_text() == before


def test_several_files_are_read_each_with_its_stages(opened) -> None:
    page = opened(PRIYA)
    page.goto("/documents")
    page.set_input_files("#file", several())
    page.click("#upload button.primary")
    expect(page.locator("#files .done", has_text="Ready")).to_have_count(2)
    expect(page.locator("#files > li").first.locator(".done")).to_have_count(4)  # received, read, examined, ready
    expect(page.locator("#files .bad")).to_have_count(1)
    page.click("#files a")
    expect(page.locator("h1")).to_have_text("one.md")


def several() -> list[dict[str, object]]:
    files = {
        "one.md": SOW.replace(b"No. 7", b"No. 9"),
        "two.md": SOW.replace(b"No. 7", b"No. 8"),
        "three.pdf": b"%PDF-1.4 nothing",
    }
    return [{"name": name, "mimeType": "text/markdown", "buffer": data} for name, data in files.items()]


def test_two_decide_at_once_and_a_line_breaks(opened) -> None:
    finn, ada, marek = opened(FINN), opened(ADA), opened(MAREK, width=390)
    propose(finn)
    ada.goto(finn.url)
    marek.goto(finn.url)
    ada.locator("#reason").focus()
    ada.keyboard.press("Tab")
    ada.keyboard.press("Enter")  # the keyboard alone
    expect(ada.locator(".top .status")).to_have_text("Approved, waiting for the worker")
    box = marek.locator("button.reject").bounding_box()  # a decision takes one screen, on a phone too
    assert box["y"] + box["height"] < marek.viewport_size["height"] - 60
    marek.fill("#reason", "Too late.")
    marek.click("button.reject")
    expect(marek.locator("main")).to_contain_text("there is nothing to decide")
    finn.goto("/threads")
    half = 'event: status\ndata: {"text": "Looking"}\n\n'
    finn.route("**/messages", lambda route: route.fulfill(content_type="text/event-stream", body=half))
    finn.fill("#text", "What waits for approval?")
    finn.keyboard.press("Enter")
    expect(finn.locator(".message.agent .none")).to_contain_text("The connection was lost")
    expect(finn.locator("#text")).to_have_value("What waits for approval?")
    finn.unroute("**/messages")
    finn.click("#send")
    expect(finn.locator(".message.agent .answer").first).to_be_visible()


def test_everything_works_without_a_script(opened) -> None:
    page = opened(FINN, javascript=False)
    page.goto("/documents")
    page.set_input_files("#file", several())
    page.click("#upload button.primary")
    expect(page.locator(".taken .status.good")).to_have_count(2)
    expect(page.locator(".taken .status.bad")).to_have_count(1)
    upload(page)
    page.goto("/threads")
    page.fill("#text", "Is CLD-UKI-1001 ready to bill?")
    page.click("#send")
    page.wait_for_url("**/threads/*-*")
    expect(page.locator(".message.agent .answer").first).to_be_visible()
    page.goto("/readiness")
    page.select_option("#practice", "DAT")
    page.click("form.filters button")
    expect(page.locator(".empty")).to_contain_text("No project fits this filter")
    propose(page)
    ada = opened(ADA, javascript=False)
    ada.goto(page.url)
    ada.click("button.approve")
    expect(ada.locator(".top .status")).to_contain_text("Approved")
