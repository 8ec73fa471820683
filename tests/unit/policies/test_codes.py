"""Project codes: ranked by reasons, numbered by rule, closed projects never proposed."""

from __future__ import annotations

from dataclasses import replace

from policies.codes import Candidate, CodeCase, Precedent, rank
from policies.numbering import numbering, parts

CASE = CodeCase(
    customer_id="7",
    customer_name="Halden Rail Group plc",
    region="UKI",
    practices={"CLD": 0.6, "DAT": 0.4, "ADV": 0.2},
    billing=frozenset({"time_and_materials"}),
    currency="EUR",
    references=frozenset({"SOW0412", "4500718832"}),
)
PLATFORM = Candidate(
    code="CLD-UKI-1001",
    name="Cloud landing zone",
    project_id="1",
    customer_id="7",
    practice="CLD",
    region="UKI",
    status="open",
    billing=frozenset({"time_and_materials"}),
    currency="EUR",
    subject=0.5,
    references=frozenset({"4500718832"}),
)
OTHER = replace(
    PLATFORM, code="CLD-UKI-1002", project_id="2", references=frozenset({"SOW0300"}), other_number="SOW0300"
)


def test_the_contract_s_own_reference_decides() -> None:
    first, *_ = rank(CASE, [OTHER, PLATFORM], [])
    assert (first.code, first.kind, first.project_id) == ("CLD-UKI-1001", "existing", "1")
    assert first.reasons[0] == "Its contract carries the same reference: 4500718832"
    assert "Same customer: Halden Rail Group plc" in first.reasons


def test_numbers_that_no_contract_carries_begin_a_project() -> None:
    first, second, *_ = rank(CASE, [OTHER], [])
    assert (first.code, first.kind) == ("CLD-UKI-1003", "new")
    assert "No contract in the ERP carries 4500718832, SOW0412" in first.reasons
    assert second.against == ("Its contract belongs to another statement of work: SOW0300",)


def test_a_closed_project_is_never_proposed_but_named() -> None:
    for status in ("done", "cancelled"):
        proposals = rank(CASE, [replace(PLATFORM, status=status)], [])
        assert {proposal.kind for proposal in proposals} == {"new"}
        assert "CLD-UKI-1001 carries the same reference, but is closed" in proposals[0].reasons
        assert proposals[0].code == "CLD-UKI-1002"


def test_another_customer_s_project_is_not_proposed() -> None:
    proposals = rank(CASE, [replace(PLATFORM, customer_id="8")], [])
    assert all(proposal.kind == "new" for proposal in proposals)


def test_an_unknown_customer_gets_candidates_of_all_regions_and_a_warning() -> None:
    proposals = rank(replace(CASE, customer_id=None, customer_name="New Co", region=None), [], [])
    assert {proposal.region for proposal in proposals} == {"UKI", "DACH"}
    assert any("New Co" in text for text in proposals[0].against)


def test_a_precedent_lifts_its_practice() -> None:
    even = replace(CASE, practices={"CLD": 0.5, "DAT": 0.5, "ADV": 0.5})
    precedent = Precedent("DAT-UKI-1009", "DAT", "UKI", "Brightwater", 0.8)
    first, *_ = rank(even, [], [precedent])
    assert first.practice == "DAT"
    assert any("was chosen for similar work before: DAT-UKI-1009" in text for text in first.reasons)
    assert rank(even, [], [replace(precedent, similarity=0.2)])[0].practice != "DAT"


def test_on_hold_and_another_billing_speak_against() -> None:
    held = replace(PLATFORM, status="on_hold", billing=frozenset({"fixed_fee"}), currency="USD")
    proposal = next(p for p in rank(CASE, [held], []) if p.kind == "existing")
    assert set(proposal.against) == {
        "The project is on hold",
        "The project is billed otherwise: fixed fee",
        "The project is billed in USD",
    }
    assert proposal.score < next(p for p in rank(CASE, [PLATFORM], []) if p.kind == "existing").score


def test_one_number_above_all_that_were_ever_used() -> None:
    rule = numbering()
    assert rule.next_number([]) == 1001
    assert rule.next_number(["CLD-UKI-1004", "DAT-DACH-1031", "old 77", ""]) == 1032
    assert rule.next_number(["CLD-UKI-1004", "CLD-UKI-9001"]) == 1005
    assert rule.code("CLD", "UKI", 1005) == "CLD-UKI-1005"


def test_parts_of_a_code() -> None:
    assert parts("CLD-UKI-1004") == ("CLD", "UKI")
    assert parts("UKI-1004") == (None, None)
    assert parts(None) == (None, None)
