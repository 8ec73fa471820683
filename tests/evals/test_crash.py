"""The crash harness in small: nothing is written twice, lost or left, and the control shows that it would have seen it."""

from __future__ import annotations

import pytest

from evals.crash.harness import measure
from tests.erp.firm import DemoFirm

pytestmark = [pytest.mark.anyio, pytest.mark.erp]


async def test_workers_killed_in_bad_weather_write_once(demo_firm: DemoFirm) -> None:
    figures = await measure(demo_firm.home, kills=6, seed=20261123)
    assert {name: figures[name] for name in ("duplicates", "lost", "unfinished", "unapproved")} == {
        "duplicates": 0,
        "lost": 0,
        "unfinished": 0,
        "unapproved": 0,
    }, figures
    assert figures["kills"] >= 6
    assert figures["control_duplicates"] > 0, figures
    assert figures["passed"]
