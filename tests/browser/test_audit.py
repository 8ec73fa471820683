"""The auditor's pages in a real browser, on a phone: what a wider screen shows is looked at with every other page."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
WIDTH = 390


def test_a_record_is_followed_on_a_page(opened, tmp_path: Path) -> None:
    priya = opened("priya.nair@northlight.example", width=WIDTH)
    priya.goto("/documents")
    priya.set_input_files("input[type=file]", {"name": "sow.md", "mimeType": "text/markdown", "buffer": SOW})
    priya.select_option("select[name=contract]", "S-1001")
    priya.click("#upload button.primary")
    priya.wait_for_url("**/documents/*-*")
    finn = opened("finn.okafor@northlight.example", width=WIDTH)
    finn.goto("/projects/CLD-UKI-1001")
    with finn.expect_navigation(url="**/actions/*"):
        finn.locator("form:has(input[name=rule][value='po.missing']) button").first.click()
    ines = opened("ines.duarte@northlight.example", width=WIDTH)
    ines.goto("/audit")
    ines.screenshot(path=tmp_path / "audit.png")
    ines.get_by_role("link", name="Follow a record").click()
    ines.fill("#record", "CLD-UKI-1001")
    ines.keyboard.press("Enter")
    ines.wait_for_selector("blockquote")
    ines.screenshot(path=tmp_path / "trace.png", full_page=True)
    assert "PO-4711" in ines.inner_text("main")
    for address in ("/audit", "/audit/trace?record=CLD-UKI-1001"):
        ines.goto(address)
        assert ines.evaluate("document.documentElement.scrollWidth") <= WIDTH


SOW = b"""# Statement of Work No. 7

Client: Fenwick Ports plc. Provider: Northlight Consulting.

1. Fees. The services are provided on a time and materials basis. The total fees shall not exceed EUR 40,000.00.

2. Payment. Invoices are payable within 30 days of the invoice date. All invoices shall quote purchase order PO-4711.
"""
