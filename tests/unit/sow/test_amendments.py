"""Amendments: what is one and what is none, whom it amends, and each effect for and against."""

from __future__ import annotations

import pytest

from domain.amendments import Effect
from sow.difference import plus
from tests.unit.sow.paper import read, values

HEAD = """# Amendment No. 2 to Statement of Work No. SOW-2026-003

This Amendment is entered into as of 4 May 2026 by and between Brightwater Ferries Ltd (the "Client") and Northlight
Consulting GmbH (the "Provider") and amends Statement of Work No. SOW-2026-003 dated 2 February 2026 (the "SOW").

"""
TAIL = "\n\nExcept as changed by this Amendment, the SOW remains in full force.\n"


def effects(text: str) -> tuple[Effect, ...]:
    found = read(HEAD + text + TAIL).amendment
    assert found is not None
    return found.effects


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        (HEAD, "amendment", "2"),
        ("# Third Amendment to the Consulting Services Agreement dated 3 May 2024\n\nText.", "amendment", "3"),
        ("CHANGE ORDER 4\n\nStatement of Work No. 12 dated 1 June 2026 is changed as follows.", "change order", "4"),
        ("Addendum to Work Order WO-77\n\nThe parties agree:", "addendum", ""),
        ("Parties\n\nThis Amendment amends the Services Agreement dated 3 May 2024.", "amendment", ""),
    ],
)
def test_a_document_that_says_so_is_an_amendment(text: str, kind: str, number: str) -> None:
    found = read(text).amendment
    assert found is not None
    assert (found.kind, found.number) == (kind, number)


@pytest.mark.parametrize(
    "text",
    [
        "# Statement of Work 12\n\nAny amendment to this SOW must be in writing and signed.",
        "# Services Agreement\n\n1. Fees\n\n2. Change Orders\n\nA change order is signed by both parties.",
        "# Amended and Restated Agreement\n\nThis agreement is made on 3 May 2024.",
        "# Agreement\n\n## Amendment\n\nThis agreement may be amended in writing only.",
    ],
)
def test_a_document_that_only_speaks_of_amendments_is_none(text: str) -> None:
    assert read(text).amendment is None


def test_what_is_amended_is_read_with_number_and_date_and_verbatim() -> None:
    reading = read(HEAD + TAIL)
    assert reading.amendment is not None
    found = reading.amendment.references[-1]
    assert (found.number, found.dated) == ("SOW-2026-003", "2026-02-02")
    assert reading.text[found.evidence.start : found.evidence.end] == found.evidence.quote


def test_a_replaced_clause_governs_the_terms_of_its_new_text() -> None:
    (found,) = effects(
        '1. Payment. Section 4.2 of the SOW is deleted in its entirety and replaced with the following: "Client shall '
        'pay each invoice within forty-five (45) days of receipt."\n\n2. The rest stays as it is.'
    )
    assert (found.operation, found.clause, found.by) == ("replaces", "4.2", "1")
    text = HEAD + '1. Payment. Section 4.2 of the SOW is replaced by "Invoices are payable within 45 days of receipt."'
    assert values(text, "payment_terms_days") == [45]


@pytest.mark.parametrize(
    ("text", "operation", "clause"),
    [
        ("1. Clause 9 is hereby deleted.", "deletes", "9"),
        ("1. The parties delete Section 7.3.", "deletes", "7.3"),
        ("1. A new Section 12.4 is added to the SOW: The Provider reports monthly.", "adds", "12.4"),
        ("1. Article 5 shall be amended and restated as follows: The Provider reports monthly.", "replaces", "5"),
    ],
)
def test_clauses(text: str, operation: str, clause: str) -> None:
    (found,) = effects(text)
    assert (found.operation, found.clause) == (operation, clause)


@pytest.mark.parametrize(
    ("text", "field", "value", "before", "delta"),
    [
        (
            "1. The total contract value is increased by EUR 20,000.00 from EUR 84,000.00 to EUR 104,000.00.",
            *("total_value", "104000.00", "84000.00", "20000.00"),
        ),
        ("1. The fee cap is reduced by EUR 5,000.", "not_to_exceed", None, None, "-5000.00"),
        ("1. The end date of the SOW is extended to 31 December 2026.", "end_date", "2026-12-31", None, None),
        ("1. The term of the SOW is extended by two (2) months.", "end_date", None, None, "P2M"),
        (
            "1. The end date is changed from 30 June 2026 to 31 August 2026.",
            *("end_date", "2026-08-31", "2026-06-30", None),
        ),
        ("1. The payment terms are changed from 30 days to 45 days.", "payment_terms_days", 45, 30, None),
        ("1. All hourly rates are increased by 3%.", "rates", None, None, "3%"),
    ],
)
def test_stated_changes(text: str, field: str, value: object, before: object, delta: str | None) -> None:
    (found,) = effects(text)
    assert (found.field, found.value, found.before, found.delta) == (field, value, before, delta)


def test_a_rate_changes_in_its_role() -> None:
    (found,) = effects("1. The hourly rate for Senior Engineer is increased from EUR 110.00 to EUR 118.00 per hour.")
    assert found.entry == "Senior Engineer"
    assert found.value == {"role": "Senior Engineer", "amount": "118.00", "per": "hour"}


@pytest.mark.parametrize(
    "text",
    [
        "1. The payment terms are not changed by this Amendment.",
        "1. The liability cap is increased to EUR 1,000,000.",
        "1. The fees may be increased by 3% each year.",
        "1. Nothing in this Amendment changes the end date of 31 May 2026.",
    ],
)
def test_what_changes_no_term(text: str) -> None:
    assert effects(text) == ()


def test_a_difference_is_no_total() -> None:
    assert values(HEAD + "1. The total contract value is increased by EUR 20,000.00." + TAIL, "total_value") == []


def test_an_effect_of_its_own_date() -> None:
    (found,) = effects("1. With effect from 1 June 2026 the fee cap is raised to EUR 90,000.")
    assert (found.value, found.since) == ("90000.00", "2026-06-01")


@pytest.mark.parametrize(
    ("field", "value", "delta", "after"),
    [
        ("total_value", "84000.00", "20000.00", ("104000.00",)),
        ("total_value", "84000.00", "-90000.00", ()),
        ("total_value", None, "20000.00", ()),
        ("end_date", "2026-05-15", "P2M", ("2026-07-15",)),
        ("end_date", "2026-04-30", "P1M", ("2026-05-30", "2026-05-31")),
        ("end_date", "2027-12-31", "P2M", ("2028-02-29",)),
        ("end_date", "2026-05-15", "P2W", ("2026-05-29",)),
        (
            "rates",
            {"role": "A", "amount": "101.00", "per": "hour"},
            "3%",
            ({"role": "A", "amount": "104.03", "per": "hour"},),
        ),
    ],
)
def test_differences(field: str, value: object, delta: str, after: tuple[object, ...]) -> None:
    assert plus(field, value, delta) == after
