"""The delivery risk tool over the small firm: one project, or those at high risk, as typed facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.blocks import Table, Text
from tests.tools.conftest import Desk
from tests.unit.prerequisites.records import TODAY, Small, invoice

pytestmark = pytest.mark.anyio
LATE = replace(invoice("i1", date(2026, 8, 1), 4000), due=TODAY - timedelta(days=61))


async def test_one_project(desk: Desk) -> None:
    found = await desk.ask(Small(invoices=(LATE,)), "delivery_risk", project="CLD-UKI-1001")
    assert found.facts["level"] == "high"
    assert found.facts["signs"][0] == {
        "sign": "invoices",
        "level": "high",
        "reason": "1 invoice overdue, the oldest for 61 days.",
        "amounts": [{"amount": "4000.00", "currency": "EUR"}],
        "days": 61,
    }
    (table,) = found.blocks
    assert isinstance(table, Table)
    assert table.rows[0][3].sources


async def test_all_that_are_at_high_risk(desk: Desk) -> None:
    found = await desk.ask(Small(invoices=(LATE,)), "delivery_risk")
    assert [one["project"] for one in found.facts["projects"]] == ["CLD-UKI-1001"]
    (table,) = found.blocks
    assert isinstance(table, Table)
    assert table.rows[0][2].value == "EUR 4,000.00"
    other = await desk.ask(Small(invoices=(LATE,)), "delivery_risk", region="DACH")
    assert (other.facts["count"], [type(one) for one in other.blocks]) == (0, [Text])
