"""How contracts of many countries and trades word the same terms, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.unit.sow.paper import terms, values

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
    ("change_order_required", "Neither party is obliged to act until a Change Note has been signed by both.", [True]),
    ("change_order_required", "If the scope changes, we will agree the additional fee in writing beforehand.", [True]),
    ("change_order_required", "Changes: Change order signed by both sides", [True]),
    ("change_order_required", "The Supplier shall notify changes of its address in writing.", []),
    ("acceptance_days", "The Buyer accepts or rejects deliverables within 8 Working Days. Payment follows.", [8]),
    ("acceptance_days", "Tell us within two weeks if a report is wrong; after that we treat it as approved.", [14]),
    (
        "termination_convenience_days",
        "The Client may terminate this Schedule of Work at any time on not less than one hundred and eighty (180) "
        "days' written notice.",
        [180],
    ),
    ("termination_convenience_days", "Notice period: one month", [30]),
    ("expenses", "Travel is passed along at net.", ["reimbursed"]),
    ("expenses", "The price for the additional services includes all expenses.", ["included"]),
    ("expenses", "The Supplier runs the booking system of 12 hotels and is paid against receipts of theirs.", []),
    ("expense_cap", "Flights and hotel are on top, but never more than EUR 3,600 in total.", ["3600.00"]),
    ("expense_cap", "Expenses (max) | 10,050.00\nAnalyst | 7", ["10050.00"]),
    ("not_to_exceed", "The maximum total amount to be paid under this contract is EUR 364 800.", ["364800.00"]),
    ("not_to_exceed", "Travel (ODC) | NTE | $6,500\nTOTAL NTE | | $232,185.00", ["232185.00"]),
    ("total_value", "The total price of the Contract is increased from £310,000 to £406,500.", ["406500.00"]),
    ("total_value", "EUR 2,150 for each station, so EUR 30,100 in all for the 14.", ["30100.00"]),
    ("po_required", "PO Required? No", [False]),
    ("po_required", "Our PO number must appear on each invoice.", [True]),
    ("signed", "Signed for the Client: R. A. Benbow, Chair of Trustees", [True]),
    ("signed", "SIGNED at RUSTENBURG on this the 16th day of February 2026.", [True]),
    ("signed", "Signature: Printed Name: Title:", []),
    ("payment_terms_days", "Our invoices are payable upon presentation.", [0]),
    ("payment_terms_days", "The deposit is due on receipt of the equipment.", []),
    ("late_interest", "Delayed payments shall attract interest @ 12% p.a.", ["12%/year"]),
    (
        "late_interest",
        "Interest on late payment is at the rate applied by the European Central Bank plus eight percentage points.",
        ["ecb+8%/year"],
    ),
    ("governing_law", "Illinois law applies.", ["Illinois"]),
    ("governing_law", "Swedish law, in case we ever need it.", []),
    ("governing_law", "Last.\nSwedish law, in case we ever need it.", ["Sweden"]),
    ("governing_law", "Applicable law applies.", []),
    ("master_agreement", "SCHEDULE 4 under the Master Services Agreement between us.", ["Master Services Agreement"]),
    ("effective_date", "TERM\nJan 1, 2026 to Dec 31, 2026", ["2026-01-01"]),
    ("auto_renewal", "Jan 1, 2026 to Dec 31, 2026. Does not auto-renew.", [False]),
    ("client", "Prepared for        Prepared by\nAlder Foods, Inc.   Moss Labs LLC\n", ["Alder Foods, Inc."]),
    ("provider", "Here is what Ekholm Water AB will do for Fjordline Aqua AS this year.", ["Ekholm Water AB"]),
    ("client", "Here is what Ekholm Water AB will do for Fjordline Aqua AS this year.", ["Fjordline Aqua AS"]),
    ("client", "Recipient of the Services: Orrin Networks plc", ["Orrin Networks plc"]),
    ("provider", "Client: Alder plc\nSeller: Moss Digital Limited", ["Moss Digital Limited"]),
    ("billing_type", "The tasks are ordered on a times-and-means basis.", ["time_and_materials"]),
    ("billing_type", "The Agency earns no commission on media.", []),
    ("billing_type", "Our fee for the audit will be $27,500.", ["fixed_fee"]),
    ("billing_type", "The monthly fee is $2,000 per month.", ["retainer"]),
    ("invoice_frequency", "The Architect issues an account at the end of each calendar month.", ["monthly"]),
    ("invoice_frequency", "The Client shall pay within 30 days of the end of the month of the invoice.", []),
    ("invoice_frequency", "Fee: £73,450\n40% at kickoff; 60% on delivery of the report.", ["per_milestone"]),
    ("invoice_delivery", "Invoices shall be uploaded to the WestPay Vendor Portal.", ["WestPay Vendor Portal"]),
    ("invoice_delivery", "Invoices are due. Send POs to billing@tandem.example.com.", []),
    (
        "rate_escalation",
        "The rates are reviewed yearly by the Average Weekly Earnings index.",
        ["Average Weekly Earnings index"],
    ),
    ("term", "The duration of the tasks shall not exceed 10 months.", ["P10M"]),
    ("client", "First Party (Employer): Desert Catering LLC, Dubai", ["Desert Catering LLC"]),
    ("end_date", "This Agreement begins on July 1, 2026 and ends on June 30, 2028.", ["2028-06-30"]),
    ("retainage", "40% after the report\n25% after certification\n5% retention, released later", ["5%"]),
    ("payment_terms_days", "The Client pays invoices within three weeks of receipt.", [21]),
    ("invoice_delivery", "Invoices go to accounts@ifo.example.ie.", ["accounts@ifo.example.ie"]),
    ("invoice_frequency", "You will receive a statement each month for the fees.", ["monthly"]),
    ("expenses", "Costs of business trips are refunded on the basis of receipts.", ["reimbursed"]),
    ("taxes", "The remuneration is PLN 145, increased by VAT.", ["exclusive"]),
    ("document_number", "COOPERATION AGREEMENT\nNo. 2026/B2B/41\n\nText.", ["2026/B2B/41"]),
    ("acceptance_days", "The Client has 10 business days to comment on a draft report.", [10]),
    ("advance", "We require a retainer of $10,000, which will be applied to our last bill.", ["10000.00"]),
]


@pytest.mark.parametrize(("field", "text", "expected"), FIELDS)
def test_field(field: str, text: str, expected: list) -> None:
    assert values(text, field) == expected


def test_rates_by_place_are_told_per_what_the_heading_says() -> None:
    found = values(
        "Rate Card (all rates in USD per person per hour)\n\nRole | Onshore | Offshore\nTester | 71 | 24\nDeveloper | - | 26\n",
        "rates",
    )
    assert [(item["role"], item["amount"], item["per"]) for item in found] == [
        ("Tester", "71.00", "hour"),
        ("Tester", "24.00", "hour"),
        ("Developer", "26.00", "hour"),
    ]
    assert values("Our plans\n\nRole | Onshore | Offshore\nTester | 71 | 24\n", "rates") == []


def test_a_rate_that_is_told_both_ways_is_one_with_its_role() -> None:
    found = values("The hourly rate for a Senior Engineer is EUR 95.00 per hour.", "rates")
    assert [(item["role"], item["amount"]) for item in found] == [("Senior Engineer", "95.00")]


def test_rates_for_roles_in_one_sentence() -> None:
    found = values("The hourly rates are $485 for partners, $310 for associates and $165 for paralegals.", "rates")
    assert [(item["role"], item["amount"]) for item in found if item["role"]] == [
        ("partners", "485.00"),
        ("associates", "310.00"),
        ("paralegals", "165.00"),
    ]


def test_rates_in_one_line_after_their_unit() -> None:
    found = values("We charge the following daily rates: Partner S$3,600; Manager S$2,200; Analyst S$1,250.", "rates")
    assert [(item["role"], item["amount"], item["per"]) for item in found] == [
        ("Partner", "3600.00", "day"),
        ("Manager", "2200.00", "day"),
        ("Analyst", "1250.00", "day"),
    ]


def test_a_cell_goes_on_in_the_line_below_it() -> None:
    text = "Item           Particular\nFee            £73,450 (in words\n               below)\nLong Stop Date 31 March 2027\n"
    text += "Consultant     MOSS CONSULTING LLP (registered\n               number 9)\nRetention      5%\n"
    assert values(text, "provider") == ["MOSS CONSULTING LLP"]


def test_a_list_of_prices_is_no_schedule_of_milestones() -> None:
    text = "CLIN | Description | Unit | Qty | Unit Price | Amount\n0001 | Architect | HR | 4 | $100.00 | $400.00\n"
    assert values(text, "milestones") == []
    assert [(item["amount"], item["per"]) for item in values(text, "rates")] == [("100.00", "hour")]


def test_one_signature_beside_a_blank_one_is_for_a_person() -> None:
    (found,) = terms("/s/ Ann Lee\n\nAgreed:\nSignature: ______________\nTitle: __________", "signed")
    assert (found.value, found.status, found.alternatives) == (True, "conflict", (False,))


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
