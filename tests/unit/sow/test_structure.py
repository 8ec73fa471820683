"""Clauses, tables and form fields: the parts of a document that terms and search stand on."""

from __future__ import annotations

import io
import json

from reportlab.lib.colors import black
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from sow.command import extract, text
from sow.flat import flatten
from sow.pdf_hyphens import BROKEN, settled
from sow.reading import read_document
from tests.unit.sow.paper import pdf, read


def test_clauses_by_numbers_headings_and_schedules() -> None:
    found = read(
        "# Statement of Work\n\nWords.\n\n1. Services\nThe services.\n\n2.1 **Payment Terms.** Net 30 days.\n\n"
        "ARTICLE III – FEES\n\nThe fees.\n\nSchedule A\nRates.\n"
    ).clauses
    assert [(clause.number, clause.title) for clause in found] == [
        ("", "Statement of Work"),
        ("1", "Services"),
        ("2.1", "Payment Terms"),
        ("III", "FEES"),
        ("A", ""),
    ]


def test_a_text_without_line_breaks_is_cut_at_inline_numbers() -> None:
    body = "Agreement. " + " ".join(f"{n}.1 Title{'x' * n}. The parties agree on this and that." for n in range(1, 6))
    found = [(clause.number, clause.title) for clause in read(body).clauses]
    assert found[1:3] == [("1.1", "Titlex"), ("2.1", "Titlexx")]
    assert len(found) == 6


def test_a_long_clause_is_cut_for_search_and_nothing_is_lost() -> None:
    body = "1. Services\n" + "The Consultant shall do many things. " * 400
    reading = read(body)
    assert len(reading.clauses) > 4
    assert max(clause.end - clause.start for clause in reading.clauses) <= 2_400
    assert "".join(reading.text[c.start : c.end] for c in reading.clauses) == body


def test_a_pdf_table_is_read_by_where_its_cells_stand() -> None:
    rows = [("Role", "Rate per hour"), ("Senior Engineer", "EUR 150.00"), ("Analyst", "EUR 95.50")]

    def draw(canvas):
        for row, (role, rate) in enumerate(rows):
            canvas.drawString(72, 500 - 18 * row, role)
            canvas.drawString(320, 500 - 18 * row, rate)

    reading = read_document(pdf(["Schedule of rates."], draw=draw), "a.pdf")
    assert [tuple(cell.text for cell in row) for row in reading.tables[0].rows] == rows
    rates = [term for term in reading.terms if term.field == "rates"]
    assert [term.value for term in rates] == [
        {"role": "Senior Engineer", "amount": "150.00", "per": "hour"},
        {"role": "Analyst", "amount": "95.50", "per": "hour"},
    ]
    assert all(term.evidence[0].boxes for term in rates)


def test_filled_form_fields_are_read_with_their_place() -> None:
    def draw(canvas):
        canvas.acroForm.textfield(
            name="PO Number",
            tooltip="Purchase Order Number",
            value="4500012345",
            x=72,
            y=500,
            width=200,
            height=20,
            textColor=black,
        )

    reading = read_document(pdf(["Form."], draw=draw), "form.pdf")
    (term,) = [term for term in reading.terms if term.field == "po_number"]
    assert term.value == "4500012345"
    assert term.evidence[0].boxes


def test_what_is_left_blank_is_told() -> None:
    warnings = read("The fee is [to be inserted] and the start date is ________.\n").warnings
    assert [warning.code for warning in warnings] == ["blank"]
    assert read("Signature: ____________ Date: ____________\n").warnings == ()


def test_extract_prints_a_line_a_document_and_goes_on_after_a_failure(tmp_path, capsys) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.pdf"
    good.write_text("Payment terms: net 30 days.\n")
    bad.write_bytes(b"%PDF-1.4 broken")
    assert extract([bad, good, tmp_path / "none"], jsonl=True, jobs=2) == 1
    first, second, third = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (first["id"], first["error"]["code"]) == ("bad", "document_unreadable")
    assert third["error"]["code"] == "not_found"
    assert second["id"] == "good"
    assert second["document"]["kind"] == "text"
    (term, *_) = second["terms"]
    (evidence,) = term["evidence"]
    assert (term["field"], term["value"], term["status"], term["method"]) == (
        "payment_terms_days",
        30,
        "proposed",
        "rules",
    )
    assert text(good)[evidence["start"] : evidence["end"]] == evidence["quote"]
    assert set(evidence) == {"page", "quote", "start", "end", "boxes"}


def test_extract_for_people_marks_conflicts(tmp_path, capsys) -> None:
    path = tmp_path / "two.md"
    path.write_text("The total contract value is EUR 84,000.\n\nThe total contract price is EUR 85,000.\n")
    assert extract([path], jsonl=False, jobs=1) == 0
    assert "? total_value" in capsys.readouterr().out


def _drawn(*pages: list[tuple[float, float, str]]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for page in pages:
        for x, y, words in page:
            canvas.drawString(x, y, words)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _grid(top: float, rows: list[tuple[str, str]]) -> list[tuple[float, float, str]]:
    return [(x, top - 18 * n, text) for n, row in enumerate(rows) for x, text in zip((72, 320), row, strict=True)]


def test_a_table_goes_on_on_the_next_page_with_and_without_its_header() -> None:
    head = ("Role", "Rate per hour")
    first, second = [("Senior Engineer", "EUR 150.00"), ("Analyst", "EUR 95.50")], [("Tester", "EUR 70.00")]
    for repeated in ([], [head]):
        reading = read_document(_drawn(_grid(160, [head, *first]), _grid(780, [*repeated, *second])), "a.pdf")
        (table,) = reading.tables
        assert [tuple(cell.text for cell in row) for row in table.rows] == [head, *first, *second]
        rates = [term.value["role"] for term in reading.terms if term.field == "rates"]
        assert rates == ["Senior Engineer", "Analyst", "Tester"]


def test_a_table_of_other_columns_on_the_next_page_is_another_table() -> None:
    other = [(150, 780, "Milestone"), (250, 780, "Due"), (450, 780, "Amount")]
    more = [(150, 762, "Design"), (250, 762, "2026-05-01"), (450, 762, "EUR 9,000.00")]
    first = _grid(160, [("Role", "Rate per hour"), ("Analyst", "EUR 95.50")])
    reading = read_document(_drawn(first, other + more), "a.pdf")
    assert [len(table.rows) for table in reading.tables] == [2, 2]


def test_words_broken_at_line_ends_are_whole_to_the_finders_and_keep_their_place() -> None:
    text = f"pay{BROKEN}ment of non{BROKEN}refundable fees; payment and up{BROKEN}front"
    joined = settled(text)
    assert joined == "pay\u00adment of non-refundable fees; payment and up-front"
    assert len(joined) == len(text)
    assert flatten(joined).text.startswith("payment of non-refundable")
