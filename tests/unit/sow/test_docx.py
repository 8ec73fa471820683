"""Word files as people leave them: tracked, commented, numbered by Word, in boxes, notes and nested tables."""

from __future__ import annotations

import io

import msoffcrypto
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm
from PIL import Image

from domain.errors import DocumentEncrypted, DocumentError
from sow.docx_numbers import written
from sow.images import unlocked
from sow.reading import read_document
from tests.unit.sow.paper import word


def change(kind: str, text: str, author: str = "Ann Lee"):
    tag = "w:delText" if kind == "del" else "w:t"
    return parse_xml(
        f'<w:{kind} {nsdecls("w")} w:id="1" w:author="{author}" w:date="2026-03-02T10:00:00Z">'
        f'<w:r><{tag} xml:space="preserve">{text}</{tag}></w:r></w:{kind}>'
    )


def read(build):
    return read_document(word(build), "a.docx")


def messages(reading, code: str) -> list[str]:
    return [warning.message for warning in reading.warnings if warning.code == code]


def test_a_term_that_rests_on_a_tracked_change_is_told_with_both_wordings() -> None:
    def build(document):
        paragraph = document.add_paragraph("Client shall pay each invoice within ")
        paragraph._p.append(change("del", "thirty (30)"))
        paragraph._p.append(change("ins", "sixty (60)"))
        paragraph.add_run(" days of receipt of the invoice.")
        document.add_paragraph("Governed by the laws of Ireland.")

    reading = read(build)
    assert "within sixty (60) days of receipt" in reading.text
    assert "thirty" not in reading.text
    assert [term.value for term in reading.terms if term.field == "payment_terms_days"] == [60]
    (said,) = {m for m in messages(reading, "tracked_change") if m.startswith("payment terms days")}
    assert "“thirty (30)” becomes “sixty (60)” (Ann Lee, 2026-03-02)" in said
    assert not any(message.startswith("governing") for message in messages(reading, "tracked_change"))
    assert messages(reading, "tracked_changes")[0].startswith("1 tracked change is only proposed")


def test_moves_and_deleted_rows_are_changes_too() -> None:
    def build(document):
        paragraph = document.add_paragraph("First. ")
        paragraph._p.append(change("moveFrom", "Here before. "))
        document.add_paragraph("Second. ")._p.append(change("moveTo", "Here before. "))
        table = document.add_table(rows=2, cols=2)
        for cell, text in zip(
            (c for row in table.rows for c in row.cells), ("Role", "Rate", "Old", "EUR 1"), strict=True
        ):
            cell.text = text
        mark = OxmlElement("w:del")
        mark.set(qn("w:author"), "Ann Lee")
        table.rows[1]._tr.get_or_add_trPr().append(mark)

    reading = read(build)
    assert reading.text.count("Here before.") == 1
    assert "EUR 1" not in reading.text
    (said,) = messages(reading, "tracked_changes")
    assert said.startswith("3 tracked changes")
    assert "“Old | EUR 1” is deleted" in said


def test_comments_are_told_and_are_no_text() -> None:
    def build(document):
        run = document.add_paragraph().add_run("Net 30 days.")
        document.add_comment([run], text="Make this net 90 days.", author="Bob", initials="B")

    reading = read(build)
    assert "90" not in reading.text
    assert messages(reading, "comment") == ["1 comment by Bob, no part of the text: “Make this net 90 days.”"]


def test_numbers_that_word_writes_are_text() -> None:
    def build(document):
        for text, style in (
            ("Scope", "List Number"),
            ("Fees", "List Number"),
            ("a point", "List Bullet"),
            ("", "List Number"),
            ("Law", "List Number"),
        ):
            document.add_paragraph(text, style=style)

    lines = [line for line in read(build).text.splitlines() if line]
    assert lines == ["1. Scope", "2. Fees", "• a point", "3. Law"]


def test_levels_count_below_each_other() -> None:
    def build(document):
        numbering = document.part.numbering_part.element
        levels = "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for level, form, text in ((0, "decimal", "%1."), (1, "decimal", "%1.%2"), (2, "lowerLetter", "(%3)"))
        )
        numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
        numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
        for text, level in (
            ("Fees", 0),
            ("Rates", 1),
            ("Expenses", 1),
            ("travel", 2),
            ("meals", 2),
            ("Term", 0),
            ("End", 1),
        ):
            properties = document.add_paragraph(text)._p.get_or_add_pPr()
            properties.append(
                parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>')
            )

    lines = [line for line in read(build).text.splitlines() if line]
    assert lines == ["1. Fees", "1.1 Rates", "1.2 Expenses", "(a) travel", "(b) meals", "2. Term", "2.1 End"]


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (4, "lowerRoman", "iv"),
        (1999, "upperRoman", "MCMXCIX"),
        (28, "upperLetter", "BB"),
        (7, "decimalZero", "07"),
        (3, "?", "3"),
    ],
)
def test_forms_of_numbers(number: int, form: str, text: str) -> None:
    assert written(number, form) == text


def test_text_boxes_notes_headers_and_fields_are_read_once() -> None:
    box = (
        f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><w:txbxContent><w:p><w:r><w:t>PO 4711</w:t></w:r></w:p>"
        "</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>PO 4711</w:t></w:r></w:p>"
        "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )

    def build(document):
        document.sections[0].header.paragraphs[0].text = "Order No. 12"
        document.sections[0].footer.paragraphs[0].text = "Confidential"
        paragraph = document.add_paragraph("Body ")
        paragraph._p.append(parse_xml(box))
        paragraph._p.append(parse_xml(f"<w:hyperlink {nsdecls('w')}><w:r><w:t>linked</w:t></w:r></w:hyperlink>"))
        paragraph._p.append(
            parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent><w:r><w:t> filled in</w:t></w:r></w:sdtContent></w:sdt>")
        )

    text = read(build).text
    assert text.startswith("Order No. 12\n\nBody linked filled in\n\nPO 4711\n\n")
    assert text.count("4711") == 1
    assert text.rstrip().endswith("Confidential")


@pytest.mark.parametrize(("centimetres", "told"), [(4, 0), (15, 1)])
def test_a_picture_that_may_be_a_page_of_text_is_told(centimetres: int, told: int) -> None:
    """A logo is not; whether there is text on the other, only a person sees."""

    def build(document):
        picture = io.BytesIO()
        Image.new("RGB", (60, 60)).save(picture, "PNG")
        document.add_paragraph("The fee is EUR 5,000.")
        document.add_picture(picture, width=Cm(centimetres))

    assert len(messages(read(build), "large_picture")) == told


def test_hidden_by_style_is_hidden() -> None:
    def build(document):
        style = document.styles.add_style("Ghost", 1)
        style.font.hidden = True
        document.add_paragraph("Net 5 days.", style="Ghost")
        document.add_paragraph("Net 30 days.")

    reading = read(build)
    assert "Net 5" not in reading.text
    assert "Net 5 days." in messages(reading, "hidden_text")[0]


def test_merged_and_nested_tables() -> None:
    def build(document):
        table = document.add_table(rows=3, cols=3)
        for cell, text in zip(
            (c for row in table.rows for c in row.cells),
            ("Role", "Level", "Rate per hour", "Analyst", "Junior", "EUR 80.00", "", "Senior", "EUR 95.00"),
            strict=True,
        ):
            cell.text = text
        table.cell(1, 0).merge(table.cell(2, 0))
        inner = table.cell(2, 1).add_table(rows=1, cols=2)
        inner.cell(0, 0).text, inner.cell(0, 1).text = "in", "ner"

    reading = read(build)
    rows = [[cell.text for cell in row] for row in reading.tables[0].rows]
    assert rows == [
        ["Role", "Level", "Rate per hour"],
        ["Analyst", "Junior", "EUR 80.00"],
        ["Analyst", "Senior", "EUR 95.00"],
    ]
    assert [[cell.text for cell in row] for row in reading.tables[1].rows] == [["in", "ner"]]
    for cell in (cell for table in reading.tables for row in table.rows for cell in row):
        assert " ".join(reading.text[cell.start : cell.end].split()) == cell.text


def protected(data: bytes, password: str) -> bytes:
    out = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()


def test_a_password_opens_a_word_file_and_a_wrong_one_is_told() -> None:
    plain = word(lambda document: document.add_paragraph("Payment terms: net 30 days."))
    data = protected(plain, "sesame")
    with pytest.raises(DocumentEncrypted):
        read_document(data, "a.docx")
    with pytest.raises(DocumentEncrypted, match="wrong"):
        read_document(data, "a.docx", password="guess")
    assert [t.value for t in read_document(data, "a.docx", password="sesame").terms] == [30]
    assert read_document(unlocked(data, "sesame"), "a.docx").document.kind == "docx"
    with pytest.raises(DocumentError):
        read_document(data[: len(data) // 2], "a.docx", password="sesame")


def test_how_a_document_begins_does_not_depend_on_a_long_page_header() -> None:
    def build(document):
        document.add_heading("Statement of Work No. 7", 1)
        document.add_paragraph("Governed by the laws of Ireland.")
        document.sections[0].header.paragraphs[0].text = "Confidential. " * 200

    reading = read(build)
    assert reading.text.lstrip("# ").startswith("Statement of Work No. 7")
    assert "Confidential." in reading.text
    assert [term.value for term in reading.terms if term.field == "document_number"] == ["7"]
