"""On paper: the portfolio without what can be pressed, as wide as the sheet."""

from __future__ import annotations

import pytest

from tests.browser.test_jobs import FINN

pytestmark = pytest.mark.browser


def test_the_portfolio_prints_without_navigation_and_forms(opened) -> None:
    page = opened(FINN, width=720)
    page.goto("/readiness")
    assert page.locator("form.filters").is_visible()
    page.emulate_media(media="print")
    for hidden in ("form.filters", ".side", ".tabs-bottom", ".bar", "a.button"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator("main").bounding_box()["width"] > 680
    assert page.locator("table.sums").is_visible()
