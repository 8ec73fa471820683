"""Arguments are checked and made canonical before anyone signs them; what is read back is compared by meaning."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from actions.arguments import MOST_TASKS
from actions.catalogue import known
from actions.comparing import changes, differences, normalised
from domain.actions import Image, Intent
from domain.errors import InvalidInput
from domain.money import Money

INVOICE = {
    "project_id": "3",
    "period": "2026-10",
    "time_entry_ids": ["10", "9", "10"],
    "amount": "1200.00",
    "currency": "EUR",
}
PROJECT = {
    "name": "Data platform",
    "code": "DAT-UKI-1007",
    "customer_id": "4",
    "tasks": [
        {"name": "Build", "hours": "80", "price": "150.00", "currency": "EUR"},
        {"name": "Design", "hours": "10", "price": "160.00", "currency": "EUR"},
        {"name": "Steering"},
    ],
}


def made(action_type: str, arguments: dict[str, Any], **more: Any) -> Intent:
    return normalised(Intent(action_type, arguments, "x", **more))


def test_the_amount_follows_from_the_arguments_not_from_what_is_claimed() -> None:
    little = Money(Decimal(1), "EUR")
    assert made("invoice.create_draft", INVOICE, amount=little).amount == Money(Decimal("1200.00"), "EUR")
    assert made("project.create", PROJECT, amount=little).amount == Money(Decimal("13600.00"), "EUR")
    po = {"contract_id": "1", "po_number": "x"}
    assert made("contract.set_po_number", po, amount=little).amount is None


@pytest.mark.parametrize(
    ("said", "worth"),
    [
        ({}, "1.00"),
        ({"tasks": [{"name": "Design", "amount": "4000000.00"}]}, "4000000.00"),
        ({"tasks": [{"name": "Design", "amount": "1.00", "hours": "100", "price": "99.00"}]}, "9900.00"),
        ({"tasks": [{"name": "Design", "hours": "1", "price": "5.00", "currency": "USD"}]}, None),
    ],
)
def test_an_engagement_is_worth_its_tasks_where_its_lines_say_less(said: dict[str, Any], worth: str | None) -> None:
    lines = [{"name": "Design", "quantity": "1", "price": "1.00"}]
    new = {"customer_id": "4", "contract_title": "SOW 7", "currency": "EUR", "lines": lines, "code": "C", "name": "N"}
    amount = made("engagement.set_up", {**new, **said}).amount
    assert amount == (None if worth is None else Money(Decimal(worth), "EUR"))


def test_arguments_become_canonical() -> None:
    assert made("invoice.create_draft", INVOICE).arguments["time_entry_ids"] == ["9", "10"]
    spaced = {"customer_id": "1", "tax_identifier": {"type": "eu_vat", "code": "DE 136 695 976"}}
    identity = made("customer.set_billing_identity", spaced).arguments
    assert identity["tax_identifier"] == {"type": "eu_vat", "code": "DE136695976"}
    assert identity["invoice_address"] is None
    other = {"customer_id": "1", "tax_identifier": {"type": "zz_local", "code": "ab-12 3"}}
    assert made("customer.set_billing_identity", other).arguments["tax_identifier"]["code"] == "AB123"


@pytest.mark.parametrize(
    ("action_type", "wrong"),
    [
        ("invoice.create_draft", {"amount": "0"}),
        ("invoice.create_draft", {"amount": "NaN"}),
        ("invoice.create_draft", {"amount": "-5"}),
        ("invoice.create_draft", {"time_entry_ids": []}),
        ("invoice.create_draft", {"time_entry_ids": ["1" * 65]}),
        ("invoice.create_draft", {"period": "2026-13"}),
        ("invoice.create_draft", {"currency": "euro"}),
        ("invoice.create_draft", {"posted": True}),
        ("project.create", {"tasks": [{"name": ""}]}),
        ("project.create", {"tasks": [{"name": "One of many"}] * (MOST_TASKS + 1)}),
        ("project.create", {"billing": "barter"}),
        ("project.create", {"code": " "}),
        ("project.create", {"code": "CLD-UKI\u202e-1004"}),
        ("project.create", {"name": "a\x00b"}),
        ("project.create", {"name": "a\nb"}),
        ("project.create", {"name": "a\u2028b"}),
        ("project.create", {"code": "CLD-UKI-1004\u3164"}),
        ("project.create", {"customer_id": "4\ufe0f"}),
    ],
)
def test_what_cannot_be_an_argument(action_type: str, wrong: dict[str, Any]) -> None:
    good = INVOICE if action_type == "invoice.create_draft" else PROJECT
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        made(action_type, {**good, **wrong})


def test_of_many_problems_a_few_are_told() -> None:
    with pytest.raises(InvalidInput) as refused:
        made("project.create", {**PROJECT, "tasks": [{"name": ""}] * MOST_TASKS})
    assert refused.value.detail.endswith(f"and {MOST_TASKS - 5} more")


def test_a_text_that_cannot_be_stored_is_refused_and_an_address_has_lines() -> None:
    with pytest.raises(InvalidInput, match="stored"):
        normalised(Intent("contract.set_po_number", {"contract_id": "1", "po_number": "1"}, "x\x00"))
    address = {"street": "1 Quay\nFloor 2", "postal_code": "D01", "city": "Dublin", "country": "IE"}
    arguments = made("customer.set_billing_identity", {"customer_id": "1", "invoice_address": address}).arguments
    assert arguments["invoice_address"] == address


def test_nobody_reads_a_proposal_in_another_order_than_it_is_written() -> None:
    asked = {"contract_id": "1", "po_number": "PO-1"}
    told = normalised(
        Intent(
            "contract.set_po_number", asked, "Set\u202e 1-OP\u200b", ("because\u2066 of\nthis",), customer="A\u3164c"
        )
    )
    assert (told.summary, told.reasons, told.customer) == ("Set 1-OP", ("because of this",), "Ac")


@pytest.mark.parametrize("kind", ["util_re", "util_clean", "luhn_", "..", "eu_vat_x", "eu.vat_stdnum"])
def test_a_kind_of_tax_identifier_that_is_none_has_no_check(kind: str) -> None:
    arguments = {"customer_id": "1", "tax_identifier": {"type": kind, "code": "12"}}
    assert made("customer.set_billing_identity", arguments).arguments["tax_identifier"]["code"] == "12"


def test_a_tax_identifier_that_fails_its_check_is_refused() -> None:
    broken = {"customer_id": "1", "tax_identifier": {"type": "eu_vat", "code": "DE136695970"}}
    with pytest.raises(InvalidInput, match="tax_identifier"):
        made("customer.set_billing_identity", broken)


def test_reading_back_compares_meaning() -> None:
    arguments = made("project.create", PROJECT).arguments
    tasks = [
        {"name": "Steering", "hours": None, "price": None, "currency": "EUR"},
        {"name": "Design", "hours": "10.0", "price": "160", "currency": "EUR"},
        {"name": "Build", "hours": "80", "price": "150.0000", "currency": "EUR"},
    ]
    there = {**arguments, "contract_id": "5", "tasks": tasks}
    assert differences("project.create", arguments, Image(there)) == ()
    for wrong in (
        {"tasks": tasks[:2]},
        {"tasks": [*tasks[:2], {**tasks[2], "price": "15"}]},
        {"tasks": [tasks[0], tasks[1], tasks[1]]},
        {"tasks": None},
        {"code": "DAT-UKI-1008"},
        {"customer_id": None},
    ):
        (found,) = differences("project.create", arguments, Image({**there, **wrong}))
        assert found.field == next(iter(wrong))
    assert len(differences("project.create", arguments, Image({}))) == 5


def test_a_po_number_is_text_not_a_number() -> None:
    arguments = made("contract.set_po_number", {"contract_id": "1", "po_number": "0047"}).arguments
    assert differences("contract.set_po_number", arguments, Image({"po_number": "47"}))
    assert [c.after for c in changes("contract.set_po_number", arguments, Image({"po_number": "47"}))] == ["0047"]


def test_the_erps_state_can_forbid() -> None:
    assert known("project.create").obstacle(Image({"code_taken": True}))
    assert known("invoice.create_draft").obstacle(Image({"already_invoiced": ["9"]})).endswith("entries 9.")
    assert not known("invoice.create_draft").obstacle(Image({"already_invoiced": []}))
