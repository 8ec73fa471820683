"""The set-up of a document and the time to bill in a real browser: readable at a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.test_set_up import SOW

pytestmark = pytest.mark.browser
# Whether any two cells of a row lie over each other.
OVERLAP = """() => [...document.querySelectorAll('main tr')].some(row => {
  const boxes = [...row.children].map(cell => cell.getBoundingClientRect()).filter(box => box.width && box.height);
  return boxes.some((a, i) => boxes.some((b, j) => i < j && a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1));
})"""


def test_set_up_and_time_to_bill_fit_their_screens(opened, tmp_path: Path) -> None:
    priya = opened("priya.nair@northlight.example")
    priya.goto("/documents")
    priya.set_input_files(
        "input[type=file]", {"name": "Quay crane telemetry.md", "mimeType": "text/markdown", "buffer": SOW}
    )
    priya.click("#upload button.primary")
    priya.get_by_role("link", name="Set-up").click()
    priya.wait_for_selector("h1:has-text('Set-up')")
    priya.screenshot(path=tmp_path / "set-up.png", full_page=True)
    assert "Choose the code" in priya.inner_text("main")
    looked_at = [priya.url, "/time-to-bill?months=36", "/codes"]
    for address in looked_at:
        priya.goto(address)
        for width in (1280, 390):
            priya.set_viewport_size({"width": width, "height": 844})
            assert priya.evaluate("document.documentElement.scrollWidth") <= width, address
            assert not priya.evaluate(OVERLAP), address
    priya.goto(looked_at[1])
    priya.screenshot(path=tmp_path / "time-to-bill.png", full_page=True)
