"""Terms in force with amendments, without a database: from when, in which order, and what the texts do not settle."""

from __future__ import annotations

from datetime import date

import pytest

from domain.terms import TermStatus
from sow.families import families
from sow.held import Change, InForce
from sow.inforce import in_force
from tests.store.test_amendments import AMENDMENT, NOVEMBER, SOW, only, values
from tests.unit.sow.paper import filed, places

ROOT = SOW.format(number="014", client="Brightwater Ferries Ltd")


def amendment(text: str, number: int = 1, day: str = "4 May 2026") -> str:
    return AMENDMENT.format(number=number, day=day, text=text)


def held(*amendments: str, on: date = NOVEMBER, root: str = ROOT) -> InForce:
    """What holds of the statement of work with these amendments."""
    texts = {"root": root, **{f"a{n}": text for n, text in enumerate(amendments, 1)}}
    (family,) = families([filed(id_, text) for id_, text in texts.items()])
    return in_force(family, on, {id_: places(text) for id_, text in texts.items()})


def test_terms_hold_from_the_day_that_the_amendment_says() -> None:
    text = amendment("1. With effect from 1 July 2026 the payment terms are changed from 30 days to 45 days.")
    for on, days in ((date(2026, 4, 1), 30), (date(2026, 6, 30), 30), (date(2026, 7, 1), 45)):
        found = held(text, on=on)
        assert values(found, "payment_terms_days") == [days]
    change: Change = only(found, "payment_terms_days")
    assert (change.before, change.after, change.since, change.document) == (30, 45, "2026-07-01", "a1")
    assert (change.by, change.clause, change.why) == ("1", "2.1", "")
    assert "changed from 30 days to 45 days" in change.evidence[0].quote
    assert held(text, on=date(2026, 4, 1)).pending == (("a1", change.name, "2026-05-04"),)


def test_amendments_apply_one_after_the_other() -> None:
    second = amendment("1. The total contract value is increased by EUR 6,000.00.", 2, "9 June 2026")
    first = amendment("1. The total contract value is increased by EUR 20,000.00.")
    found = held(second, first)
    assert values(found, "total_value") == ["110000.00"]
    assert [(change.before, change.after) for change in found.changes] == [
        ("84000.00", "104000.00"),
        ("104000.00", "110000.00"),
    ]
    assert values(held(second, first, on=date(2026, 6, 1)), "total_value") == ["104000.00"]


@pytest.mark.parametrize(
    ("text", "field", "why"),
    [
        ("1. The fee cap is increased by EUR 20,000.00.", "not_to_exceed", "what held before is not certain"),
        ("1. The end date of the SOW is extended by two months.", "end_date", "two days"),
        (
            "1. The total contract value is increased by EUR 20,000.00 to EUR 114,000.00.",
            *("total_value", "does not lead to the stated value"),
        ),
        (
            "1. The total contract value is increased from EUR 90,000.00 to EUR 104,000.00.",
            *("total_value", "another amendment may be missing"),
        ),
        (
            '1. Clause 2.2 is replaced by: "Late payments bear the statutory interest."',
            *("late_interest", "the new text does not state it"),
        ),
    ],
)
def test_what_the_texts_do_not_settle_is_a_conflict(text: str, field: str, why: str) -> None:
    found = held(amendment(text), root=ROOT.replace("31 December", "30 November"))
    assert why in only(found, field).why
    terms = [one.term for one in found.held if one.term.field == field]
    assert all(term.status is TermStatus.CONFLICT for term in terms)


def test_a_deleted_clause_takes_its_terms_along() -> None:
    found = held(amendment("1. Clause 2.2 of the SOW is hereby deleted."))
    assert values(found, "late_interest") == []
    assert (only(found, "late_interest").after, only(found, "late_interest").clause) == (None, "2.2")
    assert values(found, "payment_terms_days") == [30]


def test_an_amendments_own_date_number_and_law_stay_its_own() -> None:
    found = held(amendment("1. The hourly rate for Senior Engineer is increased to EUR 118.00 per hour."))
    assert values(found, "effective_date") == ["2026-03-02"]
    assert values(found, "document_number") == ["SOW-2026-014"]
    assert values(found, "governing_law") == ["Ireland"]
