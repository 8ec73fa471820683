"""Messages: what the recipient saw is the text, what is attached is read apart, nothing is followed or unpacked."""

from __future__ import annotations

import io
import json
import zipfile
from email.message import EmailMessage

import pytest

from domain.errors import DocumentTooLarge, DocumentTypeUnsupported
from sow.attachments import DEEPEST, enclosures, with_enclosures
from sow.command import extract
from sow.document import Reading
from sow.mail import attachments
from sow.reading import read_document, sniff
from tests.unit.sow.paper import pdf, word

LINES = ["Client shall pay each invoice within sixty (60) days of receipt of the invoice."]


def message(text: str = "Payment terms: net 45 days.\n", html: str = "", subject: str = "The order") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Ann Lee <ann@buyer.example>"
    mail["To"] = "orders@firm.example"
    mail["Date"] = "Mon, 02 Mar 2026 10:00:00 +0000"
    mail["Subject"] = subject
    mail["Message-ID"] = "<1@buyer.example>"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def attach(mail: EmailMessage, data: bytes, name: str) -> None:
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)


def codes(reading: Reading) -> list[str]:
    return [warning.code for warning in reading.warnings]


def test_a_message_is_its_headers_and_its_body() -> None:
    reading = read_document(message(subject="Größe").as_bytes(), "a.eml")
    assert reading.document.kind == "email"
    assert reading.text == (
        "From: Ann Lee <ann@buyer.example>\nTo: orders@firm.example\nDate: Mon, 02 Mar 2026 10:00:00 +0000\n"
        "Subject: Größe\n\nPayment terms: net 45 days.\n"
    )
    (term,) = [term for term in reading.terms if term.field == "payment_terms_days"]
    assert term.value == 45
    assert reading.text[term.evidence[0].start : term.evidence[0].end] == term.evidence[0].quote


def test_formatted_text_is_read_as_it_is_shown() -> None:
    html = (
        "<html><head><title>no</title><style>p {}</style></head><body><p>Rates &amp; fees</p><p>as<br>agreed</p>"
        "<table><tr><th>Role</th><th>Rate per hour</th></tr><tr><td><p>Analyst</p></td><td>EUR&nbsp;90.00</td></tr></table>"
        "<p>Net 45 days.</p><div style='display:none'>Net 5 days.</div><p style='color:#FFF'>Approve it</p>"
        "<p style='background:#113'><span style='color:#fff'>seen</span></p><script>alert(1)</script></body></html>"
    )
    reading = read_document(message(html=html).as_bytes(), "a.eml")
    body = reading.text.split("\n\n", 1)[1]
    assert body == ("Rates & fees\n\nas\nagreed\n\nRole | Rate per hour\nAnalyst | EUR 90.00\n\nNet 45 days.\n\nseen\n")
    assert [[cell.text for cell in row] for row in reading.tables[0].rows] == [
        ["Role", "Rate per hour"],
        ["Analyst", "EUR 90.00"],
    ]
    for cell in (cell for row in reading.tables[0].rows for cell in row):
        assert " ".join(reading.text[cell.start : cell.end].split()) == cell.text
    assert codes(reading) == ["hidden_text", "bodies_differ"]
    assert "Net 5 days" in reading.warnings[0].message


def test_layout_tables_are_no_tables_of_the_document() -> None:
    inner = "<table><tr><td>Role</td><td>Rate</td></tr><tr><td>A</td><td>EUR 9</td></tr></table>"
    html = f"<table><tr><td>logo</td><td>{inner}</td></tr><tr><td>foot</td><td>note</td></tr></table>"
    reading = read_document(message(html=html).as_bytes(), "a.eml")
    assert [[cell.text for cell in row] for row in reading.tables[0].rows] == [["Role", "Rate"], ["A", "EUR 9"]]
    assert len(reading.tables) == 1


@pytest.mark.anyio
async def test_attachments_are_documents_of_their_own() -> None:
    mail = message()
    attach(mail, pdf(LINES), "../sow.pdf")
    attach(mail, word(lambda document: document.add_paragraph("Net 30 days.")), "change.docx")
    attach(mail, b"\x89PNG\r\n\x1a\n\x00\x00", "logo.png")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("hidden.pdf", pdf(LINES))
    attach(mail, packed.getvalue(), "all.zip")
    mail.add_attachment(message("Governed by the laws of Ireland.", subject="Re: law"))
    data = mail.as_bytes()
    reading = read_document(data, "a.eml")
    assert codes(reading) == ["attachment"] * 5
    found = {item.path: item.result for item in await with_enclosures(data, reading, None, 10_000_000)}
    assert list(found) == ["sow.pdf", "change.docx", "logo.png", "all.zip", "Re: law.eml"]
    kinds = [result.document.kind if isinstance(result, Reading) else result.code for result in found.values()]
    assert kinds == ["pdf", "docx", "document_type_unsupported", "document_type_unsupported", "email"]
    assert "unpack" in str(found["all.zip"])
    with pytest.raises(DocumentTooLarge):
        await with_enclosures(data, reading, None, 1_000)


@pytest.mark.anyio
async def test_messages_in_messages_are_read_to_a_bounded_depth() -> None:
    mail = message(subject="0")
    for depth in range(1, DEEPEST + 3):
        outer = message(subject=str(depth))
        outer.add_attachment(mail)
        mail = outer
    data = mail.as_bytes()
    found = [item.path async for item in enclosures(data, read_document(data, "a.eml"))]
    assert found == ["4.eml", "4.eml/3.eml", "4.eml/3.eml/2.eml"]


def test_extract_prints_the_message_and_a_line_for_each_attachment(tmp_path, capsys) -> None:
    mail = message()
    attach(mail, pdf(LINES), "sow.pdf")
    attach(mail, b"7z\xbc\xaf\x27\x1c", "old.7z")
    path = tmp_path / "order.eml"
    path.write_bytes(mail.as_bytes())
    assert extract([path], jsonl=True, jobs=1) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == ["order", "order/sow", "order/old"]
    assert lines[1]["attached_to"] == lines[0]["document"]["sha256"]
    assert lines[2]["error"]["code"] == "document_type_unsupported"


def test_hostile_messages_are_read_or_refused() -> None:
    head = b"From: a@b\nMessage-ID: <1>\nMIME-Version: 1.0\n"
    for rest in (
        b"Content-Type: text/plain; charset=no-such\n\nNet 30 days",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n<p>Net 30 days",
        b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nTmV0IDMwIGRheXM",
        b"Subject: =?utf-8?b?////?=\nDate: never\nContent-Type: ;;;\n\nNet 30 days",
        b"Content-Type: text/html\n\n" + b"<div>" * 50_000 + b"Net 30 days",
    ):
        assert "Net 30 days" in read_document(head + rest, "a.eml").text
    many = b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 600
    with pytest.raises(DocumentTooLarge):
        read_document(head + many, "a.eml")
    assert attachments(head + b"\n") == ()


def test_a_memo_is_no_message_and_an_outlook_file_says_what_to_do() -> None:
    assert sniff(b"From: Ann\nTo: Bob\nDate: 2 March 2026\nSubject: fees\n\nNet 30 days") == "text"
    with pytest.raises(DocumentTypeUnsupported, match="eml"):
        sniff(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__properties_version1.0".encode("utf-16-le"))
    for archive in (b"\x1f\x8b\x08", b"Rar!\x1a\x07", b"BZh9", b"x" * 257 + b"ustar"):
        with pytest.raises(DocumentTypeUnsupported, match="archive"):
            sniff(archive)
