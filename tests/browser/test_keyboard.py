"""Each role's day by keyboard alone: what has the focus is always seen, nothing holds it, and after every action it is
where one goes on.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_jobs import ADA, FINN, MAREK, PRIYA, SOW

pytestmark = pytest.mark.browser
TOM, INES = (f"{name}@northlight.example" for name in ("tom.becker", "ines.duarte"))
MOST = 150  # stops on one page
FOCUS = """() => {
  const held = document.activeElement, box = held.getBoundingClientRect(), style = getComputedStyle(held);
  const inner = held.matches("input[type=date]");  // of its parts the browser marks the one that has the focus
  return {
    nothing: held === document.body,
    name: (held.getAttribute("aria-label") || held.textContent || held.value || "").trim().replace(/\\s+/g, " "),
    id: held.id,
    ring: inner || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0),
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


def tab(page: Page, wanted: str, key: str = "Tab") -> None:
    """Go on with Tab until the focus is on what is named so, or has this id; everything on the way can be seen."""
    passed: list[str] = []
    for _ in range(MOST):
        page.keyboard.press(key)
        now = page.evaluate(FOCUS)
        if now["nothing"]:
            continue  # the browser's own bar, between the end of the page and its beginning
        passed.append(now["name"][:40])
        assert now["ring"], f"nobody sees that {passed[-1]!r} has the focus"
        assert now["seen"], f"{passed[-1]!r} has the focus outside of the window"
        if now["id"] == wanted or now["name"].startswith(wanted):
            return
    pytest.fail(f"{wanted!r} is not reached by {key}; passed {passed}")


def press(page: Page, wanted: str, key: str = "Tab") -> None:
    """Tab to it, and press Enter on it."""
    tab(page, wanted, key)
    page.keyboard.press("Enter")


def held(page: Page, wanted: str) -> None:
    """The focus comes to an element with these words."""
    expect(page.locator(":focus")).to_contain_text(wanted)


def place(page: Page, letter: str, address: str) -> None:
    page.keyboard.press("g")
    page.keyboard.press(letter)
    page.wait_for_url(f"**{address}")


def test_a_project_manager_reads_a_document_and_chooses_a_code(opened) -> None:
    page = opened(PRIYA)
    press(page, "Skip to the content")
    tab(page, "Upload a document")  # at once, not after nine places
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    held(page, "Close")
    page.keyboard.press("Escape")
    held(page, "Upload a document")  # where it was
    place(page, "d", "/documents")
    page.keyboard.press("u")
    expect(page.locator("#file")).to_be_focused()
    page.set_input_files("#file", {"name": "sow7.md", "mimeType": "text/markdown", "buffer": SOW})
    press(page, "Read")
    page.wait_for_url("**/documents/*-*")
    held(page, "sow7.md")
    terms = page.locator("article.term")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(terms.first.locator(".status")).to_have_text("Confirmed")
    expect(terms.first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(terms.nth(1).locator(".status")).to_have_text("Rejected")
    expect(terms.nth(1)).to_be_focused()
    days = page.locator("article.term", has_text="Payment terms")
    days.focus()
    page.keyboard.press("e")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("45")
    page.keyboard.press("Enter")  # saves what was typed, and does not confirm what was read
    expect(days.locator(".status")).to_have_text("Corrected")
    expect(days.locator(".termvalue")).to_have_text("45 days")
    expect(days).to_be_focused()
    press(page, "Set-up", "Shift+Tab")
    page.wait_for_url("**/set-up")
    press(page, "Choose the code")
    page.wait_for_url("**/codes")
    press(page, "Choose")
    held(page, "was chosen")
    place(page, "h", "/")


def test_finance_filters_mends_and_asks(opened) -> None:
    page = opened(FINN)
    told = {"file": {"name": "sow7.md", "mimeType": "text/markdown", "buffer": SOW}, "contract": "S-1001"}
    assert page.request.post("/v1/documents", multipart=told, headers=signed(page)).status == 201
    place(page, "r", "/readiness")
    page.keyboard.press("/")
    page.keyboard.type("land")
    page.keyboard.press("Enter")
    page.wait_for_url("**/readiness?search=land")
    expect(page.locator("#search")).to_be_focused()  # where one goes on
    tab(page, "status")
    page.keyboard.press("ArrowDown")  # steps through a list without asking at every step
    page.keyboard.press("Enter")
    page.wait_for_url("**/readiness?search=land&status=blocked")
    expect(page.locator("#status")).to_be_focused()
    page.keyboard.press("Escape")
    tab(page, "CSV", "Shift+Tab")
    place(page, "r", "/readiness")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/*")
    press(page, "Propose the fix")
    page.wait_for_url("**/actions/*-*")
    held(page, "Proposed. Nothing happens before it is countersigned.")
    place(page, "a", "/threads")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("Is CLD-UKI-1001 ready to bill?")
    page.keyboard.press("Enter")
    expect(page.locator("#send")).to_be_visible()
    expect(page.locator(".message.agent .answer").first).to_be_visible()
    expect(page.locator("#text")).to_be_focused()
    tab(page, "Excel", "Shift+Tab")


def signed(page: Page) -> dict[str, str]:
    return {"x-csrf-token": page.locator("meta[name=csrf]").get_attribute("content") or ""}


def propose(opened) -> None:
    """Finance proposes a purchase order number."""
    page = opened(FINN)
    body = {
        "action_type": "contract.set_po_number",
        "arguments": {"contract_id": "k1", "po_number": "PO-4711"},
        "summary": "Record the purchase order PO-4711",
    }
    answer = page.request.post("/v1/actions", data=body, headers=signed(page))
    assert answer.status == 201, answer.text()


def first_review(opened) -> Page:
    """A proposal, opened from the inbox by its reviewer."""
    propose(opened)
    page = opened(ADA)
    place(page, "v", "/actions")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/actions/*-*")
    return page


def test_a_reviewer_decides_edits_and_delegates(opened) -> None:
    page = first_review(opened)
    page.keyboard.press("e")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("PO-4712")
    tab(page, "edit-reason")
    page.keyboard.type("The client wrote again.")
    first = page.url
    press(page, "Save the new version")
    page.wait_for_url(lambda url: url != first and "/actions/" in url)
    held(page, "Record ")
    marek = opened(MAREK)
    marek.goto(page.url)
    marek.keyboard.press("c")
    expect(marek.locator("button.approve").first).to_be_focused()
    expect(marek.locator(".top .status")).to_have_text("Awaiting approval")
    marek.keyboard.press("Enter")
    held(marek, "You countersigned this")
    place(marek, "v", "/actions")
    press(marek, "Delegations")
    marek.wait_for_url("**/delegations")
    tab(marek, "why")
    marek.keyboard.type("Away in Lisbon")
    press(marek, "Delegate")
    held(marek, "Delegated.")
    tab(marek, "End it")
    marek.keyboard.press("Space")
    press(marek, "End it now")
    held(marek, "The delegation has ended.")


def test_several_are_rejected_together(opened) -> None:
    propose(opened)
    page = opened(ADA)
    place(page, "v", "/actions")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#together")).to_contain_text(": 1")
    tab(page, "Choose: ", "Shift+Tab")
    page.keyboard.press("Enter")  # decides nothing
    page.wait_for_timeout(200)
    assert page.url.endswith("/actions")
    page.keyboard.press("d")
    page.keyboard.type("Not before the client says so.")
    press(page, "Reject those ticked")
    held(page, "1 of 1 decided")
    press(page, "Back to the reviews")
    page.wait_for_url("**/actions")


def test_an_administrator_stops_and_tries_a_policy(opened) -> None:
    page = opened(TOM)
    place(page, "m", "/admin")
    tab(page, "Change roles and limit of Ada")
    page.keyboard.press("Space")
    tab(page, "limit-1")
    press(page, "Freeze", "Shift+Tab")
    page.wait_for_url("**/freezes")
    tab(page, "why")
    page.keyboard.type("The bank is closed.")
    press(page, "Freeze now")
    held(page, "Frozen.")
    tab(page, "Propose to thaw")
    page.keyboard.press("Space")
    tab(page, "thaw-1")
    page.keyboard.type("It is open again.")
    press(page, "Propose to thaw")
    page.wait_for_url("**/actions/*-*")
    held(page, "Proposed.")
    place(page, "p", "/policy")
    tab(page, "Draft")
    page.keyboard.press("Space")
    press(page, "Try it on the last 90 days")
    page.wait_for_url("**/policy/replay")
    held(page, "Policy")


def test_an_auditor_follows_a_record(opened) -> None:
    propose(opened)
    page = opened(INES)
    place(page, "u", "/audit")
    page.keyboard.press("/")
    page.keyboard.type("PO-4711")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=PO-4711*")
    press(page, "Follow a record", "Shift+Tab")
    page.wait_for_url("**/audit/trace")
    tab(page, "record")
    page.keyboard.type("CLD-UKI-1001")
    page.keyboard.press("Enter")
    page.wait_for_url("**record=CLD-UKI-1001")
    expect(page.locator(".links")).to_be_visible()
    tab(page, "Follow")
    place(page, "u", "/audit")
    tab(page, "Export")


def test_what_is_typed_outlives_the_session(opened) -> None:
    page = first_review(opened)
    page.keyboard.press("r")
    page.keyboard.type("The number is of another year.")
    page.context.clear_cookies()
    press(page, "Reject")
    expect(page.locator("#email")).to_be_focused()
    page.keyboard.type(ADA)
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery staple")
    page.keyboard.press("Enter")
    held(page, "Nothing was done yet")
    expect(page.locator("main")).to_contain_text("The number is of another year.")
    page.keyboard.press("Tab")
    held(page, "Back to the page")
    page.keyboard.press("Enter")
    page.wait_for_url("**/actions/*-*")
    expect(page.locator(".top .status")).not_to_have_text("Rejected")


def test_enter_on_a_box_decides_nothing_without_a_script(opened) -> None:
    propose(opened)
    page = opened(ADA, javascript=False)
    page.goto("/actions")
    page.focus("[name=chosen]")
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto("/actions")
    expect(page.locator("[name=chosen]")).to_have_count(1)  # it waits as before
