"""What counts as a person's own word: whole words of one message, and no part of another number."""

from __future__ import annotations

from typing import Any

import pytest

from agent.stating import not_stated, spoken

ASKED = "Show unbilled time of CLD-UKI-1001 for 2026-10 over EUR 40,000.00, please"
ADDRESS = {"street": "12 Quay St", "postal_code": "60311", "city": "Frankfurt am Main", "country": "DE"}


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("set the PO number of CLD-UKI-1001 to PO-88213", "PO-88213"),
        ("the po is po 88213.", "PO-88213"),
        ("it's PO-88213!", "88213"),
        ("po88213", "88213"),
        ("PO-Nr.: 4500 118-7", "4500118-7"),
        ("po number 4711 for eur 500", "4711"),
        ("use the order number (SAP) 45/118, please", "45/118"),
    ],
)
def test_a_number_is_stated_however_it_is_set_apart(said: str, number: str) -> None:
    assert not_stated({"po_number": number, "project": "CLD-UKI-1001"}, ("hello", said)) == []


@pytest.mark.parametrize(
    "number",
    ["nbil", "unbilled", "1001", "uki-1001", "2026", "10", "2026-10", "40", "40,000.00", "000", "101", "PO-666"],
)
def test_what_was_cut_out_of_other_words_was_not_stated(number: str) -> None:
    assert not_stated({"po_number": number, "project": "x"}, (ASKED,)) == ["po_number"]


def test_no_part_of_a_longer_name_and_not_across_messages() -> None:
    for said in (("contract S-1001",), ("PO-4711-1001",), ("1001-B",), ("10", "01"), ("cld uki 1001",)):
        assert not_stated({"po_number": "1001", "project": "CLD-UKI-1001"}, said) == ["po_number"], said


@pytest.mark.parametrize(
    ("arguments", "said", "missing"),
    [
        ({"tax_code": "GB678008374"}, "VAT is GB 678 0083 74", []),
        ({"tax_code": "678008374"}, "VAT-ID 678008374", []),
        ({"tax_code": "78008374"}, "VAT is 678008374", ["tax_code"]),
        ({"invoice_address": ADDRESS}, "12 Quay St., D-60311 Frankfurt am Main, Germany", []),
        ({"invoice_address": ADDRESS}, "12 Quay St., D-60311 Frankfurt", ["invoice_address"]),
        ({"po_number": None, "rule": "po.missing"}, "fix it", []),
    ],
)
def test_identifiers_and_addresses(arguments: dict[str, Any], said: str, missing: list[str]) -> None:
    assert not_stated(arguments, (said,)) == missing


def test_words_of_the_person_are_whole_ones() -> None:
    assert spoken(("Is Fenwick Ports plc ready?",), "fenwick ports")
    assert not spoken(("Is Fenwick Ports plc ready?",), "wick ports")
