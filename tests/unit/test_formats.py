"""How values look on a page."""

from __future__ import annotations

import csv
from types import SimpleNamespace

import pytest

from api import formats
from api.formats import line
from api.render import environment
from api.tables import as_csv
from domain.actions import Step

DIGEST = "4274165c1efec7559e86fe98514fd5d3b71e31f189c0000000000000000000aa"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (["unbilled_time", "sow_terms"], "unbilled_time, sow_terms"),
        ({"in": 0, "out": 12, "url": ""}, "in 0, out 12"),
        (DIGEST, "4274165c1efe…"),
        (["built-in rules", {"ok": True}], "built-in rules, ok yes"),
    ],
)
def test_a_fact_on_one_line(content: object, said: str) -> None:
    assert line(content) == said


@pytest.mark.parametrize(
    "text", ["=1+1", "-1", "@a", "\t1", "\n=1", " =1", "\u200b=1", "\ufeff=1", "\uff1d1", "\u00a0\uff0b1"]
)
def test_no_spreadsheet_takes_a_text_or_a_title_for_a_formula(text: str) -> None:
    (titles, values) = list(csv.reader(as_csv([text, "a"], [[text, " 1 = 1"]]).decode("utf-8-sig").splitlines(True)))
    assert titles == [f"'{text}", "a"]
    assert values == [f"'{text}", " 1 = 1"]


def test_a_digest_in_full_where_it_is_asked_for() -> None:
    assert line([DIGEST], short=False) == DIGEST


def test_what_repeats_is_shown_once() -> None:
    shown = environment().from_string('{% for q in quotes | once("0.page", "0.quote") %}{{ q[1] }}{% endfor %}')
    quote = SimpleNamespace(page=3, quote="within 30 days")
    assert (
        shown.render(
            quotes=[(quote, "a"), ({"page": 3, "quote": "within 30 days"}, "b"), ({"page": 4, "quote": ""}, "c")]
        )
        == "ac"
    )


@pytest.mark.parametrize(
    ("step", "said"), [(Step("approver"), "one approver"), (Step("finance_lead", 2), "two finance leads")]
)
def test_who_is_asked_in_words(step: Step, said: str) -> None:
    assert step.asked == said


def test_a_report_is_said_as_a_sentence_part() -> None:
    order = {
        "amount": "420000.00",
        "capped": False,
        "currency": "EUR",
        "number": "45",
        "required": True,
        "status": None,
    }
    assert formats.reported(order).striptags() == "EUR 420,000.00, not capped, number 45, required"
    assert formats.reported({"status": "accepted", "on": "2026-11-03"}).striptags() == "accepted, on 3 Nov 2026"
    assert formats.reported({"document": "d"}) == formats.DASH
