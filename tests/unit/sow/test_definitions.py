"""Defined terms, cross-references and precedence: what one part of a document says about another."""

from __future__ import annotations

import pytest

from domain.terms import TermStatus
from sow.reading import read_document
from tests.unit.sow.paper import read, terms, values

DEFINED = [
    (
        "“Payment Period” means thirty (30) days. Invoices are paid within the Payment Period.",
        "payment_terms_days",
        [30],
    ),
    (
        "The sum of EUR 84,000 (the “Ceiling”) is set. The fees shall not exceed the Ceiling.",
        "not_to_exceed",
        ["84000.00"],
    ),
    ("“Longstop Date” means 31 May 2027. This SOW continues until the Longstop Date.", "end_date", ["2027-05-31"]),
    (
        "“Payment Period” means a time to be agreed. Invoices are paid within the Payment Period.",
        "payment_terms_days",
        [],
    ),
    ("“Quiet Period” means thirty (30) days. Nobody calls during the Quiet Period.", "payment_terms_days", []),
]


@pytest.mark.parametrize(("text", "field", "expected"), DEFINED)
def test_a_defined_term_stands_for_its_meaning(text: str, field: str, expected: list) -> None:
    assert values(text, field) == expected


def test_the_evidence_of_a_defined_value_is_its_definition_and_its_use() -> None:
    (term,) = terms(
        "“Payment Period” means thirty (30) days. Invoices are paid within the Payment Period.", "payment_terms_days"
    )
    assert "thirty (30) days" in term.evidence[0].quote
    assert "within the Payment Period" in term.evidence[-1].quote


BODY = (
    "# Statement of Work\n\n1. Total fee. The total contract value is EUR 84,000.\n\n"
    + "2. Filler clause. Words.\n\n" * 8
)
SCHEDULE = "\n\nSchedule A\n\nThe total contract value is EUR 85,000.\n"
SCHEDULES_WIN = "3. If a schedule and the body of this SOW conflict, the schedules shall prevail.\n\n"
BODY_WINS = "3. In a conflict with a schedule, the body of this SOW shall prevail.\n\n"


@pytest.mark.parametrize(
    ("said", "value", "status"),
    [
        ("", "84000.00", TermStatus.CONFLICT),
        (SCHEDULES_WIN, "85000.00", TermStatus.PROPOSED),
        (BODY_WINS, "84000.00", TermStatus.PROPOSED),
        (SCHEDULES_WIN + BODY_WINS, "84000.00", TermStatus.CONFLICT),
    ],
)
def test_a_part_prevails_only_where_the_text_says_so(said: str, value: str, status: TermStatus) -> None:
    (term,) = terms(BODY + said + SCHEDULE, "total_value")
    assert (term.value, term.status) == (value, status)
    assert len({term.value, *term.alternatives}) == 2


def missing(text: str) -> list[str]:
    return [warning.message for warning in read(text).warnings if warning.code == "reference_missing"]


def test_a_price_schedule_that_is_not_in_the_file_is_told() -> None:
    (told,) = missing("The fees are set out in Schedule B. The rates are those of Schedule B.")
    assert told.startswith("Schedule B ")


@pytest.mark.parametrize(
    "text",
    [
        "The fees are set out in Schedule B.\n\nSchedule B\n\nEUR 900 per day\n",
        "The fees are set out in Schedule B of the Master Agreement.",
        "The seating plan is in Schedule B.",
    ],
)
def test_no_schedule_is_missed_that_is_here_or_elsewhere(text: str) -> None:
    assert missing(text) == []


def test_confidences_as_stated_are_for_measuring_alone() -> None:
    text = b"The total contract value is EUR 84,000."
    stated = read_document(text, "a.txt", calibration=None).terms
    given = read_document(text, "a.txt").terms
    assert [term.value for term in stated] == [term.value for term in given]
    assert [term.confidence for term in stated] != [term.confidence for term in given]
