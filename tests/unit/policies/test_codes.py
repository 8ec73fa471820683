"""Project codes: ranked by reasons, numbered by rule, closed projects never proposed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.codes import Candidate, CodeCase, Precedent, Standing, rank
from policies.numbering import numbering, parts
from tools.engagement import country_of, practice_of

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
    bare = replace(PLATFORM, references=frozenset())
    held = replace(bare, status="on_hold", billing=frozenset({"fixed_fee"}), currency="USD")
    proposal = next(p for p in rank(CASE, [held], []) if p.kind == "existing")
    assert set(proposal.against) == {
        "The project is on hold",
        "The project is billed otherwise: fixed fee",
        "The project is billed in USD",
    }
    assert proposal.score < next(p for p in rank(CASE, [bare], []) if p.kind == "existing").score


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


OPENED = st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))
CANDIDATES = st.lists(
    st.builds(
        lambda number, customer, status, opened, subject, refs: replace(
            PLATFORM,
            code=f"CLD-UKI-{number}",
            project_id=str(number),
            customer_id=customer,
            status=status,
            opened=opened,
            subject=subject,
            references=frozenset(refs),
        ),
        st.integers(1001, 1040),
        st.sampled_from(["7", "8", None]),
        st.sampled_from(["open", "on_hold", "done", "cancelled"]),
        OPENED,
        st.floats(0, 1),
        st.sets(st.sampled_from(["SOW0412", "4500718832", "SOW0300"])),
    ),
    max_size=12,
    unique_by=lambda candidate: candidate.code,
)
PRECEDENTS = st.lists(
    st.builds(
        lambda number, similarity: Precedent(f"CLD-UKI-{number}", "CLD", "UKI", "Halden", similarity),
        st.integers(1001, 1040),
        st.floats(0, 1),
    ),
    max_size=6,
)
STANDING = st.none() | st.builds(
    lambda number: Standing(f"CLD-UKI-{number}", "existing", "CLD", "UKI", "Ann", datetime(2026, 11, 1, tzinfo=UTC)),
    st.integers(1001, 1040),
)


@given(
    customer=st.sampled_from([("7", "Halden"), (None, "New Co"), (None, "")]),
    on=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    kind=st.sampled_from(["document", "time", "expense"]),
    candidates=CANDIDATES,
    precedents=PRECEDENTS,
    standing=STANDING,
)
def test_closed_foreign_and_not_yet_open_codes_are_never_proposed(
    customer: tuple[str | None, str],
    on: date,
    kind: str,
    candidates: list[Candidate],
    precedents: list[Precedent],
    standing: Standing | None,
) -> None:
    case = replace(CASE, customer_id=customer[0], customer_name=customer[1], on=on, kind=kind)
    known = {candidate.code: candidate for candidate in candidates}
    proposals = rank(case, candidates, precedents, standing=standing)
    assert len({proposal.code for proposal in proposals}) == len(proposals)
    for proposal in proposals:
        assert 0 <= proposal.confidence <= 1
        found = known.get(proposal.code)
        if found is None:
            assert proposal.kind == "new" or proposal.binding
            continue
        assert found.status not in ("done", "cancelled")
        assert found.opened is None or found.opened <= on
        assert found.customer_id == "7" if customer[0] else not customer[1]
    assert sum(proposal.confidence for proposal in proposals) <= 1.01


@given(candidates=CANDIDATES, precedents=PRECEDENTS)
def test_the_order_of_what_is_known_does_not_matter(candidates: list[Candidate], precedents: list[Precedent]) -> None:
    assert rank(CASE, candidates, precedents) == rank(CASE, candidates[::-1], precedents[::-1])


@pytest.mark.parametrize(
    ("text", "country", "practice"),
    [
        ("between Tarn Mills plc, 9 Weir Road, Hebden Bridge, United Kingdom (the Client) and us, Ireland", "GB", None),
        (
            "between Tarn Mills plc, 1 Quay, Belfast, Northern Ireland (the Client)\nPractice | Data and Analytics",
            "GB",
            "DAT",
        ),
        ("Client: Tarn Mills plc, Bergstraße 4, Graz, Österreich\nService line: Advisory", "AT", "ADV"),
        (
            "Tarn Mills plc, Graz, Austria\nTarn Mills plc, Bern, Schweiz\nFrom: Advisory\nTo: Cloud Engineering",
            None,
            None,
        ),
        ("Client: Tarn Mills plc\nAdvisory and Cloud Engineering work", None, None),
    ],
)
def test_what_a_document_says_of_country_and_practice_itself(
    text: str, country: str | None, practice: str | None
) -> None:
    found = practice_of(text)
    assert (country_of("Tarn Mills plc", text), found and found.key) == (country, practice)


def test_a_document_s_own_word_on_its_practice_goes_before_its_nearness() -> None:
    near = {"CLD": 0.4, "DAT": 0.41, "ADV": 0.1}
    first = rank(CodeCase("1", "Tarn Mills", "UKI", near, practice="CLD"), (), ())[0]
    assert (first.code, "says that it is work of Cloud Engineering" in " ".join(first.reasons)) == (
        "CLD-UKI-1001",
        True,
    )
