"""Finders of money topics: for each, what it must find and what it must leave alone."""

from __future__ import annotations

import pytest

from tests.unit.sow.paper import terms, values

PAYMENT = [
    ("Client shall pay each invoice within thirty (30) days of receipt of the invoice.", [30], ["receipt_of_invoice"]),
    ("Invoices are payable net 45 days from the invoice date.", [45], ["invoice_date"]),
    ("Payment terms: Net 14", [14], []),
    ("Fees shall be paid within five (5) days after the end of each month.", [5], ["month_end"]),
    ("The Client may terminate if an invoice remains unpaid within ten (10) days of written notice.", [], []),
    ("Client shall notify Provider of a disputed invoice within fifteen (15) days.", [], []),
    ("Provider shall submit its invoice within ten (10) days after completion.", [], []),
]


@pytest.mark.parametrize(("text", "days", "basis"), PAYMENT)
def test_payment_terms(text: str, days: list, basis: list) -> None:
    assert values(text, "payment_terms_days") == days
    assert values(text, "payment_terms_basis") == basis


FIELDS = [
    ("late_interest", "Late payments bear interest at one and one-half percent (1.5%) per month.", ["1.5%/month"]),
    ("late_interest", "Overdue amounts accrue interest at 8% per annum.", ["8%/year"]),
    ("late_interest", "Prices may rise by 3% per year.", []),
    (
        "invoice_dispute_days",
        "Client shall notify Provider in writing of a disputed invoice within ten (10) days.",
        [10],
    ),
    ("invoice_dispute_days", "The parties shall mediate any dispute within thirty (30) days of notice.", []),
    ("taxes", "All fees are exclusive of VAT and other taxes.", ["exclusive"]),
    ("taxes", "Fees include all applicable sales taxes.", ["inclusive"]),
    ("taxes", "Each party pays its own income taxes.", []),
    ("total_value", "The total contract value is EUR 84,000.00.", ["84000.00"]),
    ("total_value", 'The fee is Eighty-Four Thousand Euros (EUR 84,000) (the "Contract Value").', ["84000.00"]),
    ("total_value", "Total liability shall not exceed EUR 84,000.00.", []),
    ("total_value", "The total fee for Phase 1 is $____.", []),
    ("not_to_exceed", "Fees shall not exceed a total of USD 120,000 without written approval.", ["120000.00"]),
    ("not_to_exceed", "Provider's liability shall not exceed USD 120,000 in fees.", []),
    ("not_to_exceed", "Travel expenses shall not exceed USD 5,000.", []),
    ("advance", "A deposit of 20% is payable at the start.", ["20%"]),
    ("advance", "Provider shall deposit the keys with the Client.", []),
    ("retainage", "Client shall retain 10% of each invoice until completion.", ["10%"]),
    ("retainage", "Client may withhold 30% tax.", []),
    ("currency", "All amounts are in Swiss francs.", ["CHF"]),
    ("currency", "The fee is €500 per day.", ["EUR"]),
    ("currency", "Insurance with coverage of $1,000,000 per occurrence.", []),
    ("expense_cap", "Travel expenses shall not exceed ten percent (10%) of the fees.", ["10%"]),
    ("expense_cap", "Expenses need approval.", []),
    (
        "expenses",
        "Client shall reimburse reasonable travel expenses with prior written approval.",
        ["reimbursed", "pre_approved"],
    ),
    ("expenses", "All travel expenses are included in the rates.", ["included"]),
    ("expenses", "Expenses will not be reimbursed.", ["not_reimbursed"]),
    ("expenses", "Client shall reimburse legal fees and expenses of any litigation.", []),
    ("rate_escalation", "The rates may be increased once a year by no more than 3%.", ["3%/year"]),
    ("rate_escalation", "Fees are adjusted annually for changes in the Consumer Price Index.", ["CPI"]),
    ("rate_escalation", "The scope may be increased by agreement.", []),
]


@pytest.mark.parametrize(("field", "text", "expected"), FIELDS)
def test_field(field: str, text: str, expected: list) -> None:
    assert sorted(values(text, field)) == sorted(expected)


def test_rates_in_prose_lists_and_tables() -> None:
    prose = values("Consultant is paid EUR 950 per day and a monthly fee of EUR 2,000.", "rates")
    assert prose == [
        {"role": None, "amount": "950.00", "per": "day"},
        {"role": None, "amount": "2000.00", "per": "month"},
    ]
    listed = values("Hourly rates:\n\n- Senior Architect: US $225\n- Analyst: US $150\n- QA/Tester: US $135\n", "rates")
    assert [rate["role"] for rate in listed] == ["Senior Architect", "Analyst", "QA/Tester"]
    assert {rate["per"] for rate in listed} == {"hour"}
    table = "| Role | Level | Daily rate (EUR) |\n|---|---|---|\n| Engineer | L3 | 900 |\n| Architect | L5 | 1,200 |\n"
    assert values(table, "rates") == [
        {"role": "Engineer", "amount": "900.00", "per": "day"},
        {"role": "Architect", "amount": "1200.00", "per": "day"},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Insurance of at least $1,000,000 per occurrence is kept.",
        "Meals are reimbursed up to $60 per day.",
        "| Role | Name |\n|---|---|\n| Engineer | Ada |\n",
    ],
)
def test_amounts_that_are_no_rates(text: str) -> None:
    assert values(text, "rates") == []


def test_milestones_in_lists_and_tables() -> None:
    listed = values(
        "1. Milestone 1 - Design: EUR 20,000 due 1 March 2026\n2. Milestone 2 - Go-live: 40% of the fee\n", "milestones"
    )
    assert [(m["amount"], m["due"]) for m in listed] == [("20000.00", "2026-03-01"), ("40%", None)]
    table = (
        "| Milestone | Due date | Amount (EUR) |\n|---|---|---|\n| Discovery complete | 2026-03-31 | 21,000.00 |\n"
        "| Go-live | 2026-06-30 | 63,000.00 |\n| Total | | 84,000.00 |\n"
    )
    assert values(table, "milestones") == [
        {"name": "Discovery complete", "due": "2026-03-31", "amount": "21000.00"},
        {"name": "Go-live", "due": "2026-06-30", "amount": "63000.00"},
    ]


def test_milestones_are_not_told_of_a_rate_table() -> None:
    assert (
        values(
            "| Role | Rate per day |\n|---|---|\n| Phase 1 lead | 900.00 |\n| Phase 2 lead | 950.00 |\n", "milestones"
        )
        == []
    )


def test_two_different_totals_are_a_conflict_that_a_person_sees() -> None:
    (term,) = terms("The total contract value is EUR 84,000.\n\nThe total contract price is EUR 85,000.", "total_value")
    assert term.status == "conflict"
    assert {term.value, *term.alternatives} == {"84000.00", "85000.00"}
    assert len(term.evidence) == 2
