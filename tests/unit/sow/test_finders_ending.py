"""Finders of endings and of dates: what ends a contract, when it begins, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.unit.sow.paper import terms, values

CONVENIENCE = [
    ("This Agreement may be terminated by either party giving the other three months' notice in writing.", [90]),
    ("A party wishing to terminate the Agreement gives notice to the other at least 45 days before.", [45]),
    ("The Client may cancel this SOW without cause on ten (10) calendar days written notice.", [10]),
    (
        "7.1 The Client may cure a breach. 7.2 The Client may terminate this SOW for any reason on 20 days' notice.",
        [20],
    ),
    ("Either party may terminate this Agreement without giving any reason on 21 days' written notice.", [21]),
    (
        "The Client may end nothing early; either party may terminate this alliance at any time on 40 days' notice.",
        [40],
    ),
    (
        "This SOW shall be terminable (a) by the Client (i) at once for breach or (ii) upon sixty (60) days' written "
        "notice to the Provider or (b) by the Provider on its own terms.",
        [60],
    ),
    (
        "This SOW shall be terminable by the Client at any time and in its discretion in the event of a claim; by either "
        "party upon 25 days' written notice to the other; or by the Provider in the event of a sale.",
        [25],
    ),
    (
        "Where the Client wishes to terminate this SOW before its end, it shall provide the Provider with at least "
        "50 days prior written notice of its wish, and this SOW ends following the expiration of that 50-day period.",
        [50],
    ),
    ("This SOW may be terminated at any time by written notice of either party to the other.", [0]),
    ("The Client may terminate this SOW by notice at any time as follows: (a) for breach; (b) for insolvency.", []),
    ("Invoices are due (a) on receipt or (b) upon thirty (30) days' written notice to the Client.", []),
    ("This SOW may be terminated (a) by the Client upon ten (10) days' written notice if a fee is late.", []),
    ("Should the Provider sell its business, this SOW may be terminated at any time by notice of the Client.", []),
    ("If the Client fails to pay, the Provider may terminate this Agreement on 10 days' notice.", []),
    ("Either party may terminate this Agreement upon expiration of the term by 30 days' notice.", []),
    ("The Provider may cancel a training day on five days' notice.", []),
]


@pytest.mark.parametrize(("text", "days"), CONVENIENCE)
def test_notice_to_terminate_without_cause(text: str, days: list) -> None:
    assert values(text, "termination_convenience_days") == days


RENEWAL = [
    (
        "The term renews automatically for further periods of twelve (12) months unless a party gives notice of "
        "non-renewal sixty (60) days before the end of the period.",
        [60],
    ),
    (
        "This SOW shall be automatically renewed for one additional six month period. Such notice of non-renewal must "
        "be given one month prior to expiration.",
        [30],
    ),
    ("The term renews automatically each year. Either party may cure a breach within 30 days of notice.", []),
]


@pytest.mark.parametrize(("text", "days"), RENEWAL)
def test_notice_against_renewal_is_not_the_length_of_the_renewal(text: str, days: list) -> None:
    assert values(text, "renewal_notice_days") == days


LAW = [
    ("This SOW is governed by and construed in accordance with English law.", ["England"]),
    ("The law of the Republic of Estonia applies to this SOW.", ["Republic of Estonia"]),
    ("This SOW is governed by the laws and decisions of the State of Utah.", ["State of Utah"]),
    (
        "This SOW was made in the State of Maine and shall be governed by the laws of that State.",
        ["State of Maine"],
    ),
    ("This SOW is governed by the laws of the United States and the State of Idaho.", ["State of Idaho"]),
    ("The Provider complies with the laws of Finland on data protection.", []),
    ("Approval is subject to applicable laws.", []),
]


@pytest.mark.parametrize(("text", "places"), LAW)
def test_governing_law(text: str, places: list) -> None:
    assert values(text, "governing_law") == places


EFFECTIVE = [
    ("This Master Services Agreement is dated as of the 5th day of May, 2025.", ["2025-05-05"]),
    ("This SOW falls under the Master Services Agreement dated as of the 5th day of May, 2025.", []),
    ('1.4 "Effective Date" shall mean June 3, 2025.', ["2025-06-03"]),
    ("Effective Date: 6/3/25", ["2025-06-03"]),
    ("# CONSULTING AGREEMENT\n\nMay 14, 2025\n\nThe parties agree.", ["2025-05-14"]),
    ("Source: filing of 5/14/2025\n\nThe parties agree.", []),
]


@pytest.mark.parametrize(("text", "dates"), EFFECTIVE)
def test_effective_date(text: str, dates: list) -> None:
    assert values(text, "effective_date") == dates


def test_a_contract_that_states_no_date_holds_from_the_last_signature() -> None:
    text = "The parties agree on the services below. " * 20
    text += "\n\nBy: /s/ Ada Berg\nDate: March 3, 2026\n\nBy: /s/ Tom Vale\nDate: March 9, 2026\n"
    (term,) = terms(text, "effective_date")
    assert term.value == "2026-03-09"
    stated = "This SOW takes effect on April 1, 2026. " + text
    assert values(stated, "effective_date") == ["2026-04-01"]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        (
            "The term begins today and will continue until the earlier of (i) May 31, 2027 and completion.",
            ["2027-05-31"],
        ),
        ("The services conclude on May 31, 2027.", ["2027-05-31"]),
        ("The office is being painted until May 31, 2027.", []),
    ],
)
def test_end_date(text: str, dates: list) -> None:
    assert values(text, "end_date") == dates


def test_items_of_a_clause_are_judged_by_themselves() -> None:
    text = "The Client may terminate this SOW (a) on 30 days' notice without cause or (b) if a breach lasts 10 days."
    assert values(text, "termination_convenience_days") == [30]
    cause = "The Client may, without cause being needed, act (a) on 30 days' written notice; ending is for breach only."
    assert values(cause, "termination_convenience_days") == []


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("The Client may terminate this SOW at any time for any reason by written notice.", [0]),
        ("The Client may terminate this SOW immediately if the Provider breaches it.", []),
        ("The Client may terminate this SOW at any time for convenience upon [___] days' notice.", []),
    ],
)
def test_a_right_to_end_at_once_needs_no_days_of_notice(text: str, days: list) -> None:
    assert values(text, "termination_convenience_days") == days
