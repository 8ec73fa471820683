"""Outside facts: all reports stay, the newest counts, and no row of a file is silently lost."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from domain.actor import Actor, Role
from domain.errors import InvalidInput
from domain.facts import FactKind
from store import audit, facts
from store.database import Database
from store.facts_file import import_facts, read_facts

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANN = Actor("alpha", "00000000-0000-0000-0000-000000000001", "Ann", frozenset({Role.FINANCE}))
HEADER = "kind,subject,reported_at,system,status,required,number,amount,currency,valid_until,held,on\n"
GOOD = (
    "timesheet,CLD-UKI-1004/Lena Ortiz/2026-W41,2026-10-12T08:00:00Z,psa,submitted,,,,,,,\n"
    "timesheet,CLD-UKI-1004/Lena Ortiz/2026-W41,2026-10-14T08:00:00Z,psa,approved,,,,,,,\n"
    "purchase_order,S-1001,2026-10-14T08:00:00Z,psa,,true,PO-7,12000.00,EUR,2027-01-31,,\n"
    "billing_hold,CLD-UKI-1004,2026-10-14T08:00:00+02:00,psa,,,,,,,no,\n"
    '"milestone","S-1001/Design, phase 1",2026-10-14T08:00:00Z,psa,accepted,,,,,,,2026-10-13\n'
)
BAD = [
    ("weather,S-1,2026-10-12T08:00:00Z,psa,,,,,,,,", "kind"),
    ("timesheet,S-1,2026-10-12T08:00:00Z,psa,approved,,,,,,,", "subject"),
    ("timesheet,P/Q/2026-W01,2026-10-12T08:00:00Z,psa,fine,,,,,,,", "status"),
    ("timesheet,P/Q/2026-W01,yesterday,psa,approved,,,,,,,", "reported_at"),
    ("timesheet,P/Q/2026-W01,2027-10-12T08:00:00Z,psa,approved,,,,,,,", "future"),
    ("purchase_order,S-1,2026-10-12T08:00:00Z,psa,,,,,,,,", "required"),
    ("purchase_order,S-1,2026-10-12T08:00:00Z,psa,,perhaps,,,,,,", "required"),
    ("purchase_order,S-1,2026-10-12T08:00:00Z,psa,,true,,twelve,EUR,,,", "amount"),
    ("purchase_order,S-1,2026-10-12T08:00:00Z,psa,,true,,1e99,EUR,,,", "amount"),
    ("purchase_order,S-1,2026-10-12T08:00:00Z,psa,,true,,12,,,,", "currency"),
    ("purchase_order,S-1,2026-10-12T08:00:00Z,psa,,true,,,,31.02.2027,,", "valid_until"),
    ("purchase_order,S-1,2026-10-12T08:00:00Z,psa,,true,,,,03/04/2027,,", "2027-04-03 or 2027-03-04"),
    ("purchase_order,S-1,2026-10-12T08:00:00Z,psa,,true,,12.000,EUR,,,", "12000 or 12 and a bit"),
    ("timesheet,CLD-UKI-1004/Lena Ortiz/2026-W41,2026-10-14T08:00:00Z,psa,rejected,,,,,,,", "Line 3 says otherwise"),
    ("billing_hold,P,2026-10-12T08:00:00Z,psa,,,,,,,yes,,too much", "cells"),
    ("billing_hold,P,2026-10-12T08:00:00Z,psa,,,,,,,,", "held"),
    ("billing_hold,P,2026-10-12T08:00:00Z,psa", "cells"),
    (f"billing_hold,{'P' * 301},2026-10-12T08:00:00Z,psa,,,,,,,yes,", "subject"),
    ("billing_hold,P\0Q,2026-10-12T08:00:00Z,psa,,,,,,,yes,", "subject"),
]


@pytest.fixture
def alpha(owner: psycopg.Connection) -> None:
    for tenant in ("alpha", "beta"):
        owner.execute("insert into tenant (id, name, base_currency) values (%s, %s, 'EUR')", [tenant, tenant])


@pytest.mark.parametrize(("row", "word"), BAD)
def test_a_bad_row_is_reported_with_its_line(row: str, word: str) -> None:
    good, bad = read_facts(HEADER + GOOD + row + "\n", NOW)
    assert len(good) == 5
    assert [b.line for b in bad] == [7]
    assert word in bad[0].reason


def test_a_file_of_something_else_is_refused() -> None:
    with pytest.raises(InvalidInput, match="subject"):
        read_facts("kind,reported_at,system\n", NOW)


AMOUNTS = {
    "12000,00": "12000.00",
    "12.000,50": "12000.50",
    "12,000.50": "12000.50",
    "12000,5": "12000.5",
    "1.234.567": "1234567",
    "1,234,567": "1234567",
    "12 000,50": "12000.50",
    "12\u00a0000,50": "12000.50",
    "12'000.50": "12000.50",
    "0.125": "0.125",
}
DAYS = {
    "2026-10-13": "2026-10-13",
    "2026-10-13 00:00:00": "2026-10-13",
    "2026-1-5": "2026-01-05",
    "13.10.2026": "2026-10-13",
    "13/10/2026": "2026-10-13",
    "10/13/2026": "2026-10-13",
    "5/5/2026": "2026-05-05",
}


@pytest.mark.parametrize(("written", "day"), DAYS.items())
def test_days_that_can_be_read_in_one_way_are_read(written: str, day: str) -> None:
    head = "kind;subject;reported_at;system;status;on\n"
    row = f"Milestone ;S-1 / Design / Build ;14.10.2026 08:30;psa;Accepted;{written}\n"
    (found,), bad = read_facts(head + row, NOW)
    assert (found.subject, found.value, bad) == ("S-1/Design / Build", {"status": "accepted", "on": day}, [])
    assert found.reported_at == datetime(2026, 10, 14, 8, 30, tzinfo=UTC)


def test_a_file_that_a_spreadsheet_saved_again_is_read() -> None:
    text = (
        "\ufeffsep=;\r\nKind;Subject;Reported At;System;Held;Currency;;\r\n"
        "Billing hold;CLD-UKI-1004;14.10.2026;psa;WAHR;eur;;\r\n"
        "billing_hold;CLD-UKI-1005;14.10.2026;psa;Nein;;;;;\r\n"
        ";;;;;;;\r\n   ;;;;;;;\r\n"
        "billing_hold;CLD-UKI-1006;14.10.2026;psa;perhaps;;;\r\n"
    )
    good, bad = read_facts(text, NOW)
    assert [(fact.subject, fact.value) for fact in good] == [
        ("CLD-UKI-1004", {"held": True}),
        ("CLD-UKI-1005", {"held": False}),
    ]
    assert [(row.line, row.reason) for row in bad] == [(7, "held must be true or false.")]


@pytest.mark.parametrize("parted", [";", "\t"])
def test_a_spreadsheets_own_separator_and_decimals_are_read(parted: str) -> None:
    head = "Kind, SUBJECT ,reported_at,system,number,amount,currency\n".replace(",", parted)
    row = ["purchase_order", "S-1", "2026-10-14T08:00:00Z", "psa", "PO-7", "", "EUR"]
    for written, amount in AMOUNTS.items():
        row[5] = written
        (found,), bad = read_facts(head + parted.join(row) + "\n", NOW)
        assert (found.value["amount"], bad) == (amount, [])
    row[5] = "1,234"  # one thousand, or one and a bit
    assert "amount" in read_facts(head + parted.join(row), NOW)[1][0].reason


@pytest.mark.parametrize("text", ["", "\n\n", "\x00", HEADER.replace("held", "status"), '"kind'])
def test_a_file_without_a_usable_first_line_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_facts(text, NOW)


def test_a_torn_file_is_told() -> None:
    good, bad = read_facts(HEADER + GOOD + '"timesheet', NOW)
    assert (len(good), len(bad)) == (5, 1)


@pytest.mark.anyio
@pytest.mark.usefixtures("alpha")
async def test_the_newest_report_counts_and_all_stay(database: Database) -> None:
    report = await import_facts(database, ANN, "\ufeff" + HEADER + GOOD + BAD[0][0], now=NOW)
    assert (report.read, report.recorded, report.known, len(report.bad)) == (6, 5, 0, 1)
    async with database.tenant("alpha") as connection:
        found = {(f.kind, f.subject): f for f in await facts.newest(connection)}
        week = "CLD-UKI-1004/Lena Ortiz/2026-W41"
        told = await facts.history(connection, FactKind.TIMESHEET, week)
        entries = await audit.of_subject(connection, "facts:import")
    assert len(found) == 4
    assert found[FactKind.TIMESHEET, week].value == {"status": "approved"}
    assert found[FactKind.BILLING_HOLD, "CLD-UKI-1004"].value == {"held": False}
    assert [f.value["status"] for f in told] == ["approved", "submitted"]
    assert [e["facts"] for e in entries] == [{"read": 6, "recorded": 5, "known": 0, "bad": 1}]


@pytest.mark.anyio
@pytest.mark.usefixtures("alpha")
async def test_the_same_file_twice_changes_nothing(database: Database) -> None:
    await import_facts(database, ANN, HEADER + GOOD, now=NOW)
    again = await import_facts(database, ANN, HEADER + GOOD, now=NOW)
    assert (again.recorded, again.known) == (0, 5)


@pytest.mark.anyio
@pytest.mark.usefixtures("alpha")
async def test_another_firm_sees_none_and_nobody_edits(database: Database) -> None:
    await import_facts(database, ANN, HEADER + GOOD, now=NOW)
    async with database.tenant("beta") as connection:
        assert await facts.newest(connection) == ()
    for statement in ("delete from outside_fact", "update outside_fact set value = '{}'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.tenant("alpha") as connection:
                await connection.execute(statement)
