"""Who the parties are: preambles with and without aliases, title pages, letters, signature blocks."""

from __future__ import annotations

import pytest

from tests.unit.sow.paper import terms, values


def named(text: str) -> set[str]:
    found = [term for field in ("client", "provider") for term in terms(text, field)]
    return {name for term in found for name in (term.value, *term.alternatives)}


INTRODUCED = [
    ("This Agreement is made between Orrin Mills Ltd and Tarn Data GmbH.", {"Orrin Mills Ltd", "Tarn Data GmbH"}),
    (
        "# FRAMEWORK CONTRACT\n\nBETWEEN\n\nORRIN MILLS LTD\n\nAND\n\nTARN DATA GMBH\n\nDated 3 May 2025\n",
        {"ORRIN MILLS LTD", "TARN DATA GMBH"},
    ),
    (
        "This SOW is between Orrin Mills, Inc., a Utah corporation, referred to herein as “OM”, and Tarn Data LLC, a "
        "limited company (hereinafter “Tarn”).\n\nRECITALS\n\nWHEREAS Orrin Mills (“the Mill”) weaves cloth.",
        {"Orrin Mills, Inc.", "Tarn Data LLC"},
    ),
    (
        "This SOW is by and among Orrin Mills, Inc., a Utah corporation (the “Company”), and Tarn Data LLC, Tarn Loom LLC, "
        "a Maine company, and Tarn Wool Ltd (collectively, the “Tarn Parties”).",
        {"Orrin Mills, Inc.", "Tarn Data LLC", "Tarn Loom LLC", "Tarn Wool Ltd"},
    ),
    (
        "This SOW is between Orrin Mills Ltd (the “Client”) and Tarn Data LLC, a subsidiary of Loom Wool, Inc. (“Tarn”).",
        {"Orrin Mills Ltd", "Tarn Data LLC"},
    ),
    (
        "This SOW is between Orrin Mills, L.P. (called “OM”, or “Party”) and Tarn Data Inc. (called “TD”, or “Party”).",
        {"Orrin Mills, L.P.", "Tarn Data Inc."},
    ),
    (
        "COOPERATION\n\nParty A: Orrin (Dublin) Mills Co., Ltd. Address: 4 Mill Lane\nParty B: Tarn Data Co., Ltd.\n",
        {"Orrin (Dublin) Mills Co., Ltd.", "Tarn Data Co., Ltd."},
    ),
    ("Party A: shall pay. Party B: shall work.", set()),
    ("The difference between Phase One and Phase Two is small.", set()),
    ("What is the difference between Orrin Mills Ltd and Tarn Data GmbH?", set()),
    ("This SOW is between the parties named in Schedule A.", set()),
]


@pytest.mark.parametrize(("text", "names"), INTRODUCED)
def test_names_are_those_that_are_introduced(text: str, names: set) -> None:
    assert named(text) == names


def test_roles_follow_what_the_parties_do_under_their_own_names() -> None:
    text = "This SOW is between Orrin Mills Ltd and Tarn Data GmbH. Orrin shall pay Tarn. Tarn shall perform the work."
    assert values(text, "client") == ["Orrin Mills Ltd"]
    assert values(text, "provider") == ["Tarn Data GmbH"]


def test_names_whose_roles_nothing_tells_are_less_sure() -> None:
    (unsure,) = terms("This Agreement is made between Orrin Mills Ltd and Tarn Data GmbH.", "client")
    text = "This Agreement is made between Orrin Mills Ltd (the “Client”) and Tarn Data GmbH (the “Provider”)."
    (sure,) = terms(text, "client")
    assert unsure.confidence < sure.confidence


def test_a_letter_names_its_parties_where_they_sign() -> None:
    text = "Tarn Data Limited\n\nDear Ms Orrin,\n\nour invoices are payable within 14 days; you pay a monthly fee.\n\n"
    text += "For Orrin Mills DAC\nSignature: /s/ A. Orrin\n\nFor Tarn Data Limited\nSignature: /s/ B. Tarn\n"
    assert values(text, "client") == ["Orrin Mills DAC"]
    assert values(text, "provider") == ["Tarn Data Limited"]


def test_a_label_may_use_the_name_that_the_preamble_defines() -> None:
    text = "This SOW is between Orrin Mills Ltd (“Orrin”) and Tarn Data GmbH (“Tarn”).\n\nClient: Orrin\n"
    assert values(text, "client") == ["Orrin Mills Ltd"]


def test_who_signs_is_named_without_the_title_of_who_signed_before() -> None:
    text = "The work is done monthly.\n" * 4 + "For Orrin Mills DAC\nSignature: /s/ A. Orrin\n\n"
    text += "Managing Director TARN DATA LIMITED\nBy: /s/ B. Tarn\n"
    assert named(text) == {"Orrin Mills DAC", "TARN DATA LIMITED"}


def test_whoever_else_signs_is_the_other_party() -> None:
    text = "This SOW is between Orrin Mills Ltd (the “Client”) and the supplier named below. " + "Work goes on. " * 20
    text += "\n\nOrrin Mills Limited\nBy: /s/ A. Orrin\n\nTarn Data GmbH\nBy: /s/ B. Tarn\n"
    assert named(text) == {"Orrin Mills Ltd", "Tarn Data GmbH"}
