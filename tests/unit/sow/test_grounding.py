"""Grounding: whatever a document says and however it is set, every quote is the document's own text at its place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import DocumentError
from sow.document import Layout, Page
from sow.grounding import ground, line_boxes
from sow.reading import read_document
from sow.view import Candidate, view
from tests.unit.sow.paper import pdf

SENTENCES = st.sampled_from(
    [
        "Client shall pay each invoice within **thirty (30) days** of receipt of the invoice.",
        "The total contract value is EUR\u00a084,000.00 (the “Contract Value”).",
        "Invoices are payable net 45 days from the invoice\ndate.",
        "by and between **Brightwater Ferries Ltd** (the “Client”) and Northlight GmbH (the “Con-\nsultant”).",
        "Milestone 1 – Design: 20% of the fee\nMilestone 2 – Go-live: EUR 40.000,00\n",
        "| Role | Hourly rate |\n|---|---|\n| Engineer | 120.00 |\n| Archi\u200btect | 150.00 |\n",
        "effective as of the 2nd day of March, 2026",
        "All invoices must reference a purchase order. Purchase Order No. 4500-77.",
        "Travel expenses shall not exceed ten percent (10%) of the \ufb01xed fee.",
        "governed by the laws of Ireland",
        "By: /s/ Ada",
    ]
)
NOISE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)
DOCUMENTS = st.lists(st.one_of(SENTENCES, SENTENCES, NOISE), max_size=14).map("\n\n".join)


@settings(max_examples=150)
@given(DOCUMENTS.filter(lambda text: text.strip() and "\x00" not in text))
def test_every_quote_is_the_text_at_its_place(text: str) -> None:
    try:
        reading = read_document(text.encode(), "any.md")
    except DocumentError:  # noise may look like a binary format; then nothing is claimed
        return
    for term in reading.terms:
        assert term.evidence
        for evidence in term.evidence:
            assert evidence.quote
            assert evidence.quote == reading.text[evidence.start : evidence.end]
            page = reading.pages[evidence.page - 1]
            assert page.start <= evidence.start < page.end
    assert (
        "".join(reading.text[clause.start : clause.end] for clause in reading.clauses).split() == reading.text.split()
    )


def test_a_candidate_outside_the_text_is_discarded() -> None:
    layout = Layout("text", "net 30", (Page(1, 0, 6),))
    seen = view(layout)
    for start, end in ((-1, 3), (3, 3), (4, 2), (0, 7)):
        assert ground(Candidate("term", "P1Y", start, end, 0.9), seen, layout) is None
    assert ground(Candidate("term", "P1Y", 0, 6, 0.9), seen, layout) is not None


def test_a_quote_over_two_lines_of_a_pdf_has_a_box_for_each() -> None:
    reading = read_document(
        pdf(["Each invoice is payable within thirty (30) days of", "receipt of the invoice."]), "a.pdf"
    )
    (term,) = [term for term in reading.terms if term.field == "payment_terms_basis"]
    (evidence,) = term.evidence
    assert evidence.quote == reading.text[evidence.start : evidence.end]
    assert "\n" in evidence.quote
    first, second = evidence.boxes
    assert first[0] > 72
    assert abs(second[0] - 72) < 2
    assert 765 < first[1] < first[3] < 785
    assert second[3] < first[1]


def test_boxes_of_one_line_are_one() -> None:
    assert line_boxes(((0, 0, 5, 10), (6, 0, 9, 12))) == ((0, 0, 9, 12),)
    assert line_boxes(()) == ()


def test_the_second_page_is_told() -> None:
    reading = read_document(pdf(["Nothing here."], ["Governed by the laws of Ireland."]), "a.pdf")
    (term,) = reading.terms
    assert (term.field, term.evidence[0].page) == ("governing_law", 2)


def test_furniture_between_the_halves_of_a_sentence_does_not_hide_a_term() -> None:
    head, foot = "Northlight Consulting", "Confidential - page"
    pages = [
        [head, "Introduction.", "Client shall pay each invoice within", f"{foot} 1"],
        [head, "thirty (30) days of receipt of the invoice.", f"{foot} 2"],
        [head, "End.", f"{foot} 3"],
    ]
    reading = read_document(pdf(*pages), "a.pdf")
    assert [term.value for term in reading.terms if term.field == "payment_terms_days"] == [30]
