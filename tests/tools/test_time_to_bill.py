"""Time to bill in a conversation: hours and days from the records, and no customer's name among the model's facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.blocks import Table
from domain.records import InvoiceLine
from tests.tools.conftest import Desk
from tests.unit.prerequisites.records import Small, entry, eur, invoice

pytestmark = pytest.mark.anyio
SENT = replace(invoice("i1", date(2026, 10, 15), 800), lines=(InvoiceLine("line-1", "w1", "September", eur(800)),))
SMALL = Small().but(
    time=(entry("h1", date(2026, 10, 5)), entry("h4", date(2026, 9, 7), invoice_line_id="line-1")), invoices=(SENT,)
)


async def test_billed_and_open_work_are_told_apart(desk: Desk) -> None:
    found = await desk.ask(SMALL, "time_to_bill", group_by="practice")
    (group,) = found.facts["groups"]
    assert (group["practice"], group["billed_hours"], group["days_to_bill"]) == ("CLD", "8", "38")
    assert group["days_by_stage"] == {"cycle": "23", "invoicing": "15"}
    assert (group["open_hours"], group["open_age_days"]) == ("8", "49")
    table = found.blocks[0]
    assert isinstance(table, Table)
    assert table.rows[0][0].href == "/readiness?practice=CLD"
    assert {source.id for source in table.rows[0][4].sources} == {"h1", "w1"}


async def test_a_customer_s_name_is_for_people(desk: Desk) -> None:
    found = await desk.ask(SMALL, "time_to_bill", group_by="customer")
    assert "Fenwick" not in str(found.facts)
    assert isinstance(found.blocks[0], Table)
    assert found.blocks[0].rows[0][0].value == "Fenwick Ports plc"


async def test_work_before_the_months_asked_for_does_not_count(desk: Desk) -> None:
    found = await desk.ask(SMALL, "time_to_bill", months=1)
    assert found.facts["whole"]["billed_hours"] == "0"
    assert found.facts["whole"]["open_hours"] == "8"


async def test_a_stretch_of_days_and_one_project_narrow_it(desk: Desk) -> None:
    found = await desk.ask(SMALL, "time_to_bill", project="CLD-UKI-1001", since="2026-09-01", until="2026-09-30")
    assert (found.facts["whole"]["billed_hours"], found.facts["whole"]["open_hours"]) == ("8", "0")
    assert (found.facts["since"], found.facts["until"]) == ("2026-09-01", "2026-09-30")
