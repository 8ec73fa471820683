"""How contracts of many countries and trades word the same terms, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.unit.sow.paper import values

FIELDS = [
    ("currency", "Contract value: Rs. 42,50,000/- only.", ["INR"]),
    ("total_value", "Contract value: Rs. 42,50,000/- only.", ["4250000.00"]),
    ("currency", "A fixed fee of R385 000,00 excluding VAT is payable.", ["ZAR"]),
    ("currency", "Ontario law applies. The fee is $1,200.", ["CAD"]),
    ("currency", "Ontario law applies. The fee is US$1,200.", ["USD"]),
    ("rates", "Total ceiling price: $701,673.60. The Contractor exceeds it per hour.", []),
    ("taxes", "Prices are in EUR, VAT not included.", ["exclusive"]),
    ("taxes", "The fee is £36,000 plus VAT.", ["exclusive"]),
    ("taxes", "The Client may request a plus-size tax report.", []),
    ("not_to_exceed", "Maximum contract value: £420,000", ["420000.00"]),
    ("total_value", "Maximum contract value: £420,000", []),
    ("not_to_exceed", "Reimbursable expenses | At cost, capped at AUD 9,000", []),
    ("expenses", "Canada will not pay any travel or living expenses.", ["not_reimbursed"]),
    ("expenses", "[Option A: Expenses are reimbursed at cost.]", []),
    ("governing_law", "This SOW is governed by the laws of the State of [______].", []),
    ("governing_law", "This SOW is subject to Spanish law.", ["Spain"]),
    ("governing_law", "Counsel is admitted to practise Spanish law.", []),
    (
        "termination_convenience_days",
        "The Buyer may end this Order at any time by giving 14 days' written notice.",
        [14],
    ),
    ("termination_convenience_days", "The Order will end 14 days after the notice of acceptance.", []),
    ("payment_terms_days", "Invoices are payable at 45 days end of month.", [45]),
    ("payment_terms_days", "Maturity of invoices is 45 days from the date of issue.", [45]),
    ("change_order_required", "No variation of this agreement is valid unless in writing.", []),
    ("auto_renewal", "The contract may not be tacitly renewed.", [False]),
    ("effective_date", "Start date: Monday 7 April 2025", ["2025-04-07"]),
    ("effective_date", "Commencement Date: 06/01/2025\n\nFee: £1,200 plus VAT", ["2025-01-06"]),
    ("effective_date", "Effective date: 06/01/2025\n\nFee: $1,200", ["2025-06-01"]),
    ("document_number", "Pursuant to Executive Order No. 13526, records are kept.", []),
    ("po_number", "Order number 4500098123 must be stated on every invoice.", ["4500098123"]),
    ("po_required", "Invoices shall bear the work order number.", []),
    ("advance", "We require a retainer of $10,000, which will be applied to our last bill.", ["10000.00"]),
]


@pytest.mark.parametrize(("field", "text", "expected"), FIELDS)
def test_field(field: str, text: str, expected: list) -> None:
    assert values(text, field) == expected


def test_shares_that_make_a_whole_are_milestones_and_others_are_none() -> None:
    found = values(
        "Invoices: 30 % on order, 40 % on delivery of the design, 30 % after final acceptance.", "milestones"
    )
    assert [(item["name"], item["amount"]) for item in found] == [
        ("order", "30%"),
        ("delivery of the design", "40%"),
        ("final acceptance", "30%"),
    ]
    assert values("A discount of 30 % on order and 20 % on delivery of spare parts.", "milestones") == []


def test_a_table_set_apart_by_spaces_is_one() -> None:
    text = "Position            Days     Rate CHF/day\nArchitecture          20     1'680\nTesting               25     1'280\n"
    assert [(rate["role"], rate["amount"], rate["per"]) for rate in values(text, "rates")] == [
        ("Architecture", "1680.00", "day"),
        ("Testing", "1280.00", "day"),
    ]


def test_parties_of_forms_and_letters() -> None:
    form = "ORDER\n\nAgency: Ministry of Harbours and Fisheries\nProvider: Kowhai Strategy Limited\n"
    assert values(form, "client") == ["Ministry of Harbours and Fisheries"]
    letter = (
        "Thank you for appointing Marlowe & Finch LLP (“we”) to advise Teasel Homes Limited (“you”). Our fees are "
        "charged by time, and we will invoice you monthly."
    )
    assert (values(letter, "client"), values(letter, "provider")) == (["Teasel Homes Limited"], ["Marlowe & Finch LLP"])
    assert values("Client: Weekly Status Review\nProvider: Project Manager\n", "client") == []
