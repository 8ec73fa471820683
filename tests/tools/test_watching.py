"""What is watched, as the agent's tool answers: figures for the model, a chart and the records for people."""

from __future__ import annotations

import pytest

from domain.blocks import Chart, Table
from tests.tools.conftest import Desk
from tests.unit.prerequisites.records import Small

pytestmark = pytest.mark.anyio


async def test_approved_unbilled_time_is_answered_with_chart_records_and_sources(desk: Desk) -> None:
    answer = await desk.ask(Small(), "watch_billing", measure="unbilled")
    assert answer.facts["amounts"] == [{"amount": "2000.00", "currency": "EUR"}]
    assert (answer.facts["count"], answer.facts["over_threshold"], answer.facts["thresholds"]) == (1, 1, {"days": 30})
    chart, table = answer.blocks
    assert isinstance(chart, Chart)
    assert isinstance(table, Table)
    (row,) = table.rows
    assert row[0].href == "/projects/CLD-UKI-1001"
    assert row[-1].value == {"amount": "2000.00", "currency": "EUR"}
    assert row[-1].sources


async def test_what_nobody_can_know_is_said(desk: Desk) -> None:
    answer = await desk.ask(Small(), "watch_billing", measure="utilisation", practice="DAT")
    assert answer.facts["count"] == 0
    table = answer.blocks[-1]
    assert isinstance(table, Table)
    assert table.note == "Nothing to look at."
