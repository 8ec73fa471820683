"""The portfolio as people and programs ask for it: kept answers, added up, in pages, as files, as of a past day."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import psycopg
import pytest

from domain.errors import ErpUnavailable
from domain.records import Firm
from erp.mirror import Mirror
from tests.api.conftest import Door
from tests.api.small_erp import SmallErp
from tests.unit.prerequisites.records import CONTRACT, CUSTOMER, ENTRIES, PROJECT

pytestmark = pytest.mark.anyio
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
async def crowd(door: Door, erp: SmallErp, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A hundred and twenty projects of two customers in two currencies; one name is a spreadsheet's formula."""
    small = await erp.firm()
    monkeypatch.setattr(erp, "firm", lambda: _soon(_many(small)))
    return door


async def _soon(firm: Firm) -> Firm:
    return firm


def _many(small: Firm) -> Firm:
    pounds = replace(CONTRACT, id="k2", number="S-1002", customer_id="c2", currency="GBP", price_list_id=None)
    projects = [
        replace(
            PROJECT,
            id=f"w{number}",
            code=f"{'CLD' if number % 3 else 'DAT'}-UKI-{1000 + number}",
            name="=HYPERLINK(1)" if number == 7 else f"Project {number:03d}",
            customer_id="c2" if number % 2 else "c1",
            contract_ids=("k2" if number % 2 else "k1",),
            practice="CLD" if number % 3 else "DAT",
            tasks=(),
        )
        for number in range(1, 121)
    ]
    time = [
        replace(one, id=f"{project.id}-{one.id}", project_id=project.id, task_id=None)
        for project in projects
        for one in ENTRIES
    ]
    customers = (CUSTOMER, replace(CUSTOMER, id="c2", code="C2", name="Other & Sons plc"))
    return replace(
        small, projects=tuple(projects), time=tuple(time), contracts=(*small.contracts, pounds), customers=customers
    )


async def test_the_portfolio_comes_in_pages_sorted_and_narrowed(crowd: Door) -> None:
    client = await crowd.of("finn")
    first, second = (await client.get("/readiness")), (await client.get("/readiness?page=2&sort=name"))
    assert "120 projects, page 1 of 2" in first.text
    assert "From the ERP as read" in first.text
    assert "Project 120" in second.text
    assert "Project 001" not in second.text
    only = await client.get("/readiness?search=project 05&practice=DAT")
    assert {name in only.text for name in ("Project 051", "Project 054", "Project 057")} == {True}
    assert "Project 050" not in only.text
    assert "No project fits this filter" in (await client.get("/readiness?search=%25")).text


@pytest.mark.parametrize("group", ["customer", "practice", "region", "month", "status", "reason"])
async def test_what_is_added_up_is_all_of_it_and_currencies_stay_apart(crowd: Door, group: str) -> None:
    client = await crowd.of("finn")
    answer = (await client.get(f"/v1/portfolio/totals?group={group}")).json()
    assert answer["count"] == 120
    assert answer["warnings"] == []
    for name in ("unbilled", "ready", "blocked"):
        sums: dict[str, Decimal] = {}
        for line in answer["groups"]:
            sums[line[name]["currency"]] = sums.get(line[name]["currency"], Decimal(0)) + Decimal(line[name]["amount"])
        wanted = {one[name]["currency"]: Decimal(one[name]["amount"]) for one in answer["totals"]}
        if name == "unbilled" or group != "month":  # a month's ceiling is its own: its split is not the sum's
            assert sums == wanted, name
    page = await client.get(f"/readiness?group={group}")
    assert page.status_code == 200
    assert f"<th>{group.capitalize()}</th>" in page.text


async def test_programs_get_pages_and_the_number_of_all(crowd: Door) -> None:
    client = await crowd.of("finn")
    answer = await client.get("/v1/portfolio/readiness?limit=50&offset=100")
    assert (len(answer.json()), answer.headers["x-total-count"]) == (20, "120")
    assert answer.json()[0]["as_of"] == answer.headers["x-read-at"]


async def test_a_file_for_a_spreadsheet_holds_every_project_and_no_formula(
    crowd: Door, owner: psycopg.Connection
) -> None:
    client = await crowd.of("finn")
    text = (await client.get("/readiness.csv?practice=CLD")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 80
    assert {row["Practice"] for row in rows} == {"CLD"}
    assert [row["Project"] for row in rows if "HYPERLINK" in row["Project"]] == ["'=HYPERLINK(1)"]
    assert all(
        Decimal(row["Unbilled"]) == Decimal(row["Ready to bill"]) + Decimal(row["Held back"]) > 0 for row in rows
    )
    assert all(Decimal(0) <= Decimal(row["At risk"]) <= Decimal(row["Ready to bill"]) for row in rows)
    book = zipfile.ZipFile(io.BytesIO((await client.get("/v1/portfolio/readiness.xlsx")).content))
    sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
    assert len(sheet.findall(f".//{SHEET}row")) == 121
    assert sheet.findall(f".//{SHEET}f") == []
    numbers = [cell for cell in sheet.iter(f"{SHEET}c") if cell.get("r", "").startswith("I") and cell.get("t") is None]
    assert len(numbers) == 120
    entries = owner.execute("select facts from audit_entry where event = 'readiness.exported' order by id").fetchall()
    assert [(row[0]["format"], row[0]["projects"]) for row in entries] == [("csv", 80), ("xlsx", 120)]


async def test_an_answer_of_a_past_day_is_shown_as_it_was(door: Door, owner: psycopg.Connection) -> None:
    client = await door.of("finn")
    before = (await client.get("/v1/portfolio/readiness")).json()[0]
    # As if this had been answered three days ago.
    owner.execute("update readiness set since = since - interval '3 days'")
    hold = "kind,subject,reported_at,system,held\nbilling_hold,CLD-UKI-1001,2026-11-20T08:00:00Z,psa,true\n"
    assert (await client.post("/v1/facts", files={"file": ("psa.csv", hold.encode())})).status_code == 201
    now = (await client.get("/v1/portfolio/readiness")).json()[0]
    day = (datetime.now(UTC) - timedelta(days=2)).date()
    (then,) = (await client.get(f"/v1/portfolio/readiness?as_of={day}")).json()
    one = (await client.get(f"/v1/projects/CLD-UKI-1001/readiness?as_of={day}")).json()
    verdicts = [{f["rule"]: f["verdict"] for f in answer["findings"]} for answer in (before, then, one, now)]
    assert verdicts[0] == verdicts[1] == verdicts[2] != verdicts[3]
    history = (await client.get("/v1/projects/CLD-UKI-1001/readiness/history")).json()
    assert [held["until"] is None for held in history] == [True, False]
    assert "What was answered before" in (await client.get("/projects/CLD-UKI-1001")).text
    # What the firm's first reports change is no change of the firm's; what follows them is.
    owner.execute("update readiness set blocked = blocked + 5")
    assert "became held back" not in (await client.get("/")).text
    owner.execute("update outside_fact set recorded_at = recorded_at - interval '1 day'")
    assert "became held back" in (await client.get("/")).text
    refused = await client.get("/v1/projects/CLD-UKI-1001/readiness?as_of=2001-01-01")
    assert refused.status_code == 404
    assert "Answers are kept since" in refused.json()["detail"]


RESTING = (
    "/v1/portfolio/readiness",
    "/v1/portfolio/totals",
    "/v1/portfolio/next-steps",
    "/v1/portfolio/readiness.csv",
    "/v1/projects/CLD-UKI-1001/readiness",
    "/v1/projects/CLD-UKI-1001/next-steps",
    "/v1/projects/CLD-UKI-1001/delivery-risk",
    "/v1/time-to-bill",
    "/v1/codes/uncoded",
    "/v1/opportunities/won",
)
PAGES_RESTING = (
    "/",
    "/readiness",
    "/projects/CLD-UKI-1001",
    "/time-to-bill",
    "/codes",
    "/opportunities",
    "/operations",
)


async def test_an_erp_that_is_away_is_told_beside_the_last_answers(
    door: Door, erp: SmallErp, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await door.of("finn")
    assert (await client.get("/readiness")).status_code == 200

    async def away() -> Firm:
        raise ErpUnavailable("Tryton cannot be reached (ConnectError).")

    monkeypatch.setattr(erp, "firm", away)
    firm: Mirror = door.services.erps["northlight"].firm
    monkeypatch.setattr(firm, "_seconds", -1)
    page = await client.get("/readiness")
    assert page.status_code == 200
    assert "could not be read since" in page.text
    assert "CLD-UKI-1001" in page.text
    for other in ("/", "/readiness/clearing", "/projects/CLD-UKI-1001", "/operations", "/time-to-bill", "/codes"):
        assert "could not be read since" in (await client.get(other)).text, other
    assert (await client.get("/v1/portfolio/totals")).json()["warnings"][0].startswith("The ERP could not be read")
    for asked in RESTING:
        assert "could not be read since" in (await client.get(asked)).headers["x-erp-warning"], asked
    for shown in PAGES_RESTING:
        page = await client.get(shown)
        assert page.text.count("could not be read since") == 1, shown
    assert "x-erp-warning" not in (await client.get("/v1/actions")).headers, "it rests on no fact of the ERP"
    (_, line, *_) = (await client.get("/readiness.csv")).text.splitlines()
    assert "could not be read since" in line
    with zipfile.ZipFile(io.BytesIO((await client.get("/readiness.xlsx")).content)) as book:
        assert b"could not be read since" in book.read("xl/sharedStrings.xml")
    assert (await client.post("/v1/projects/CLD-UKI-1001/reading")).status_code == 503
