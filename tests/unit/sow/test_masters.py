"""Master agreements, without a database: what a text says on precedence, what is named, and whose word stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.terms import TermStatus
from sow.families import Family, LinkState
from sow.held import InForce
from sow.inforce import in_force
from sow.inherited import Side, inherit
from sow.masters import Named, masters, named
from tests.store.test_masters import MASTER, MASTER_WINS, THIRTY, WORK, WORK_WINS
from tests.unit.sow.paper import filed, read

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, tzinfo=UTC)
SOW = "# STATEMENT OF WORK No. 12\n\n"
MSA = "# Master Services Agreement\n\n"


def held(work: str, master: str) -> InForce:
    """The terms of a statement of work under a confirmed master."""
    sides = [
        Side(family, in_force(family, TODAY, {})) for family in (Family(filed("w", work)), Family(filed("m", master)))
    ]
    return inherit(sides[0], sides[1], NOW)


@pytest.mark.parametrize(
    ("text", "ranks"),
    [
        (SOW + WORK_WINS, [("work", False)]),
        (
            SOW + "If this SOW conflicts with the Agreement, the terms of the Agreement shall control.",
            [("master", False)],
        ),
        (SOW + "In case of inconsistency between this SOW and the MSA, the latter prevails.", [("master", False)]),
        (MSA + MASTER_WINS, [("own", True)]),
        (MSA + "If a SOW conflicts with this Agreement, the SOW takes precedence.", [("work", False)]),
        (
            MSA + "The order of precedence in a conflict is:\n\n(a) the Statement of Work;\n\n(b) this Agreement;\n",
            [("work", False)],
        ),
        (SOW + "If the schedules and the body of this SOW conflict, the body of this SOW prevails.", []),
        (SOW + "This SOW is governed by the laws of Ireland, like the Agreement.", []),
        (SOW + "Nothing in this SOW prevails over the Agreement where the two conflict.", []),
        (SOW + "In a conflict of interest under this SOW or the Agreement the Client decides who prevails.", []),
        (
            SOW + "Order of Precedence\n\nThe order of precedence of the Master Agreement applies, not that of a SOW.",
            [],
        ),
        (MSA + "In ascending order of precedence: the Statement of Work, this Agreement.", []),
    ],
)
def test_what_a_text_says_on_precedence(text: str, ranks: list[tuple[str, bool]]) -> None:
    found = read(text)
    assert [(rank.winner, rank.exception) for rank in found.bearing.ranks] == ranks
    for rank in found.bearing.ranks:
        assert found.text[rank.evidence.start : rank.evidence.end] == rank.evidence.quote


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Master Services Agreement dated March 3, 2020", Named("Master Services Agreement", "", "2020-03-03")),
        (
            "Master Services Agreement (No. MSA-7) dated 3 March 2020",
            Named("Master Services Agreement", "MSA-7", "2020-03-03"),
        ),
        (
            "Framework Agreement for Consulting of 1 July 2025",
            Named("Framework Agreement for Consulting", "", "2025-07-01"),
        ),
        ("Master Services Agreement between A Ltd and B GmbH", Named("Master Services Agreement", "", "")),
        ("that certain Framework Agreement, reference number FA-9", Named("Framework Agreement", "FA-9", "")),
        ("MSA-2024-7", Named("", "MSA-2024-7", "")),
    ],
)
def test_what_is_named(said: str, expected: Named) -> None:
    assert named(said) == expected


@pytest.mark.parametrize(
    ("work", "master", "why"),
    [
        ("", "", ""),
        (WORK_WINS, "", ""),
        ("", MASTER_WINS, "exception"),
        ("", MASTER_WINS.replace(" unless the Statement of Work expressly refers to this clause", ""), "prevails"),
        (WORK_WINS, MASTER_WINS, "contradict"),
        ("\nIn case of conflict between this SOW and the Agreement, the Agreement controls.\n", "", "prevails"),
    ],
)
def test_whose_word_stands(work: str, master: str, why: str) -> None:
    found = held(WORK.format(more=THIRTY + work), MASTER.format(more=master))
    (term,) = [one.term for one in found.held if one.term.field == "payment_terms_days"]
    assert found.under is not None
    (difference,) = found.under.differences
    assert [one.term.value for one in (*difference.mine, *difference.theirs)] == [30, 45]
    assert term.value == 30
    assert (why in difference.why) if why else not difference.why
    assert (term.status is TermStatus.CONFLICT) is bool(why)
    assert term.alternatives == ((45,) if why else ())
    assert {one.evidence.document for one in difference.said} == {
        id_ for id_, text in (("w", work), ("m", master)) if text
    }


def test_a_document_that_was_read_before_words_on_precedence_were_kept_is_a_persons_to_look_at() -> None:
    mine, above = filed("w", WORK.format(more=THIRTY)), replace(filed("m", MASTER.format(more="")), bearing=None)
    sides = [Side(family, in_force(family, TODAY, {})) for family in (Family(mine), Family(above))]
    under = inherit(sides[0], sides[1], NOW).under
    assert under is not None
    assert "was read before" in under.differences[0].why


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Services are charged at the rates set out in the Master Services Agreement.", True),
        ("The rate card in Exhibit B of the MSA applies.", True),
        ("Fees follow the hourly rates agreed under the Framework Agreement.", True),
        ("The rates of the MSA do not apply.", False),
        ("The rates are 10% above those of the MSA.", False),
        ("Interest accrues at the interest rate stated in the MSA.", False),
        ("The rates are set out in this Agreement.", False),
        ("Rates are listed below. The MSA applies otherwise.", False),
    ],
)
def test_who_leaves_the_rates_to_the_master(text: str, left: bool) -> None:
    found = read(SOW + text)
    assert bool(found.bearing.rates) is left
    for place in found.bearing.rates:
        assert found.text[place.start : place.end] == place.quote


LEFT = "\n## 3. Rates\n\nWork is charged at the rates set out in the Master Services Agreement.\n"


def test_rates_come_from_the_master_where_the_document_leaves_them_to_it() -> None:
    found = held(WORK.format(more=LEFT), MASTER.format(more=""))
    (rate,) = [one for one in found.held if one.term.field == "rates"]
    assert (rate.term.value["amount"], rate.master, rate.why) == ("95.00", "paper.md", "")
    assert rate.term.evidence[1].document == "w"
    assert "rates set out in the Master Services Agreement" in rate.term.evidence[1].quote


def test_rates_of_its_own_and_rates_nobody_left_to_it_are_not_the_masters() -> None:
    own = held(WORK.format(more=LEFT + "\nA Tester costs EUR 70.00 per hour.\n"), MASTER.format(more=""))
    assert [one.term.value["amount"] for one in own.held if one.term.field == "rates"] == ["70.00"]
    none = held(WORK.format(more=""), MASTER.format(more=""))
    assert [one for one in none.held if one.term.field == "rates"] == []


def test_rates_in_another_currency_are_a_persons_to_look_at() -> None:
    found = held(WORK.format(more=LEFT).replace("EUR", "USD"), MASTER.format(more=""))
    (rate,) = [one for one in found.held if one.term.field == "rates"]
    assert (rate.term.status, rate.why) == (
        TermStatus.CONFLICT,
        "The master agreement's rates are in EUR, this document's amounts in USD.",
    )


def test_an_agreement_named_at_once_without_number_and_date_is_linked() -> None:
    work = '# SCHEDULE 4\n\nunder the Master Services Agreement between Brightwater Ferries Ltd (the "Client") and '
    work += 'Northlight Consulting GmbH (the "Provider")\n\nThe total contract value is EUR 84,000.00.\n'
    link = masters([filed("w", work, "schedule.md"), filed("m", MASTER.format(more=""), "scan 17.md")])["w"]
    assert (link.state, link.target) == (LinkState.PROPOSED, "m")


def test_a_master_that_ended_is_told() -> None:
    found = held(WORK.format(more=""), MASTER.format(more="\nThis Agreement ends on 31 December 2025.\n")).under
    assert found is not None
    assert found.note == "It states that it ended on 2025-12-31."


@pytest.mark.parametrize(
    ("other", "name"),
    [
        (MASTER.format(more="").replace("MSA-2025-03", "MSA-2019-01"), "msa.md"),  # another number
        (MASTER.format(more="").replace("Brightwater Ferries", "Halden Rail").replace("MSA-2025-03", "X-1"), "msa.md"),
        (WORK.format(more="").replace("SOW-2026-021", "SOW-2026-022"), "another SOW.md"),  # under the same master
        ("# Confidentiality Agreement\n\nBetween Brightwater Ferries Ltd and Northlight Consulting GmbH.\n", "nda.md"),
    ],
)
def test_what_is_not_the_master(other: str, name: str) -> None:
    link = masters([filed("w", WORK.format(more=""), "work.md"), filed("m", other, name)])["w"]
    assert (link.state, link.target) == (LinkState.ALONE, None)


def test_without_number_and_date_the_parties_and_its_title_propose_it() -> None:
    work = WORK.format(more="").replace(" No. MSA-2025-03\ndated 3 March 2025", "")
    papers = [filed("w", work.replace("is entered", "for services is made and is entered"), "work.md")]
    link = masters([*papers, filed("m", MASTER.format(more=""), "scan 17.md")])["w"]
    assert (link.state, link.target) == (LinkState.PROPOSED, "m")
