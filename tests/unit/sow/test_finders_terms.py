"""Finders of the other topics: for each, what it must find and what it must leave alone."""

from __future__ import annotations

import pytest

from tests.unit.sow.paper import terms, values

PREAMBLE = (
    "This Statement of Work is entered into as of March 2, 2026 by and between **Brightwater Ferries Ltd**, a company "
    "having its office in Dublin (the “**{one}**”), and Northlight Consulting GmbH, a German company (“{two}”)."
)


@pytest.mark.parametrize(
    ("one", "two"), [("Client", "Consultant"), ("Customer", "Provider"), ("Company", "Contractor")]
)
def test_parties_by_alias(one: str, two: str) -> None:
    text = PREAMBLE.format(one=one, two=two)
    assert values(text, "client") == ["Brightwater Ferries Ltd"]
    assert values(text, "provider") == ["Northlight Consulting GmbH"]


def test_parties_by_what_they_do() -> None:
    text = PREAMBLE.format(one="BFL", two="NLC") + " BFL shall pay NLC for the services that NLC shall perform."
    assert values(text, "client") == ["Brightwater Ferries Ltd"]
    assert values(text, "provider") == ["Northlight Consulting GmbH"]


def test_parties_by_label() -> None:
    text = "Client: Brightwater Ferries Ltd\nService Provider: Northlight Consulting GmbH\n"
    assert values(text, "client") + values(text, "provider") == [
        "Brightwater Ferries Ltd",
        "Northlight Consulting GmbH",
    ]


@pytest.mark.parametrize(
    "text",
    [
        'A dispute between the parties (the "Dispute") is settled amicably.',
        "Client: ____________",
        "The Client shall pay the Consultant.",
    ],
)
def test_no_parties_are_invented(text: str) -> None:
    assert values(text, "client") + values(text, "provider") == []


FIELDS = [
    ("document_number", "Statement of Work No. SOW-2026-014", ["SOW-2026-014"]),
    ("document_number", "Contract Reference Number: WO-ACME-7\n\nText.", ["WO-ACME-7"]),
    ("document_number", "Statement of work number: to be assigned", []),
    ("po_number", "Purchase Order Number: 4500012345", ["4500012345"]),
    ("po_number", "P.O. Box 12345, Dublin", []),
    ("po_required", "All invoices must reference a valid purchase order number.", [True]),
    ("po_required", "No purchase order is required.", [False]),
    ("po_required", "The Client may issue purchase orders.", []),
    ("effective_date", "This agreement is effective as of 1 April 2026.", ["2026-04-01"]),
    ("effective_date", "Start date: 01.04.2026", ["2026-04-01"]),
    ("effective_date", "under the Master Services Agreement dated March 3, 2020", []),
    ("effective_date", "Effective date: [to be inserted]", []),
    ("end_date", 'This SOW shall continue until March 31, 2027 (the "Expiration Date").', ["2027-03-31"]),
    ("end_date", "The office is closed until March 31, 2027.", []),
    ("term", "The initial term of this Agreement is two (2) years.", ["P2Y"]),
    ("term", "The confidentiality obligations survive for a term of five (5) years.", []),
    ("auto_renewal", "The term shall automatically renew for successive one-year periods.", [True]),
    ("auto_renewal", "This agreement does not automatically renew.", [False]),
    ("auto_renewal", "Insurance is renewed by the Consultant.", []),
    (
        "governing_law",
        "This agreement is governed by the laws of the State of New York, without regard to conflicts.",
        ["State of New York"],
    ),
    ("governing_law", "Governing Law: Germany", ["Germany"]),
    ("governing_law", "Consultant shall comply with all laws of any country.", []),
    (
        "termination_convenience_days",
        "Either party may terminate for convenience upon thirty (30) days' written notice.",
        [30],
    ),
    (
        "termination_convenience_days",
        "Either party may terminate for material breach not cured within ten (10) days of notice.",
        [],
    ),
    (
        "acceptance_days",
        "Client shall have ten (10) business days after delivery of a Deliverable to accept or reject it.",
        [10],
    ),
    ("acceptance_days", "Client pays within ten (10) days after delivery of the accepted Deliverable.", []),
    (
        "change_order_required",
        "Any change to the scope requires a written change order signed by both parties.",
        [True],
    ),
    ("change_order_required", "This agreement may be amended only in writing.", []),
    ("billing_type", "Services are provided on a time and materials basis.", ["time_and_materials"]),
    ("billing_type", "The work is done for a fixed fee.", ["fixed_fee"]),
    ("billing_type", "The work is done well.", []),
    ("invoice_frequency", "Consultant shall invoice monthly in arrears.", ["monthly"]),
    ("invoice_frequency", "Consultant shall report monthly.", []),
    ("invoice_delivery", "Invoices shall be sent to accounts@brightwater.example.", ["accounts@brightwater.example"]),
    ("invoice_delivery", "Notices shall be sent to the office.", []),
    ("signed", "By: /s/ Ada Lindqvist", [True]),
    ("signed", "By: ______________\nName:\n", [False]),
    ("signed", "Signed copies are kept.", []),
]


@pytest.mark.parametrize(("field", "text", "expected"), FIELDS)
def test_field(field: str, text: str, expected: list) -> None:
    assert values(text, field) == expected


def test_renewal_notice() -> None:
    text = (
        "The term shall automatically renew for one year unless either party gives sixty (60) days' prior written "
        "notice of non-renewal before it expires."
    )
    assert values(text, "renewal_notice_days") == [60]


def test_the_master_agreement_and_its_date() -> None:
    text = "# Work Order\n\n" + "Introductory words that are long enough to be no title. " * 3
    text += "This Work Order is issued under the Master Services Agreement dated March 3, 2020 between the parties."
    assert values(text, "master_agreement") == ["Master Services Agreement dated March 3, 2020"]


def test_a_stated_date_outweighs_one_that_is_only_mentioned() -> None:
    text = PREAMBLE.format(one="Client", two="Consultant") + "\n\nThe Effective Date is March 9, 2026.\n"
    (term,) = terms(text, "effective_date")
    assert term.value == "2026-03-09"
    assert term.alternatives == ("2026-03-02",)
