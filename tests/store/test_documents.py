"""Documents in a real PostgreSQL: kept once, decided by people, searched, each tenant's own."""

from __future__ import annotations

import hashlib
import io
from email.message import EmailMessage

import msoffcrypto
import psycopg
import pytest

from domain.actor import Actor, Role
from domain.errors import DocumentEmpty, DocumentEncrypted, DocumentTooLarge, InvalidInput, NotFound, NotPermitted
from domain.terms import TermStatus
from sow import library
from sow.sandbox import page_image
from store import audit, documents
from store.database import Database
from tests.unit.sow.paper import pdf, word

SOW = """# STATEMENT OF WORK No. SOW-2026-014

This Statement of Work is entered into as of March 2, 2026 by and between Brightwater Ferries Ltd (the "Client") and
Northlight Consulting GmbH (the "Consultant").

## 1. Fees

The total contract value is EUR 84,000.00. Consultant shall invoice monthly.

## 2. Payment Terms

Client shall pay each invoice within thirty (30) days of receipt of the invoice. Travel expenses are reimbursed at cost.

## 3. Governing Law

This agreement is governed by the laws of Ireland.
"""


@pytest.fixture
def priya(owner: psycopg.Connection) -> Actor:
    owner.execute("insert into tenant values ('northlight', 'Northlight', 'EUR'), ('other', 'Other', 'EUR')")
    person = owner.execute(
        "insert into person (tenant, email, name, password_hash, roles) values "
        "('northlight', 'p@n.example', 'Priya Nair', 'x', '{project_manager}') returning id::text"
    ).fetchone()
    assert person
    return Actor("northlight", person[0], "Priya Nair", frozenset({Role.PROJECT_MANAGER}))


@pytest.mark.anyio
async def test_an_upload_is_kept_with_its_terms_clauses_and_audit_entry(database: Database, priya: Actor) -> None:
    row = await library.upload(database, priya, SOW.encode(), "../../sow 14.md", contract="C-7")
    assert (row.name, row.kind, row.contract, row.uploaded_by_name) == ("sow 14.md", "markdown", "C-7", "Priya Nair")
    async with database.tenant("northlight") as connection:
        terms = {term.field: term for term in await documents.terms(connection, row.id)}
        assert await documents.content(connection, row.id) == SOW.encode()
        body = await documents.body(connection, row.id)
        entries = await audit.of_subject(connection, f"document:{row.id}")
    assert terms["payment_terms_days"].value == 30
    assert terms["client"].value == "Brightwater Ferries Ltd"
    for term in terms.values():
        assert all(body[found.start : found.end] == found.quote for found in term.evidence)
    assert [entry["event"] for entry in entries] == ["document.uploaded"]
    assert "Brightwater" not in str(entries[0]["facts"])


@pytest.mark.anyio
async def test_the_same_bytes_are_answered_with_the_first_document(database: Database, priya: Actor) -> None:
    first = await library.upload(database, priya, SOW.encode(), "one.md")
    second = await library.upload(database, priya, SOW.encode(), "two.md", contract="C-9")
    assert (second.id, second.name, second.contract) == (first.id, "one.md", None)
    async with database.tenant("northlight") as connection:
        assert len(await documents.listing(connection)) == 1


@pytest.mark.anyio
async def test_a_persons_verdict_is_in_force_and_the_reading_stays(database: Database, priya: Actor) -> None:
    row = await library.upload(database, priya, SOW.encode(), "one.md", contract="C-7")
    async with database.tenant("northlight") as connection:
        terms = {term.field: term.id for term in await documents.terms(connection, row.id)}
    corrected = await library.decide_term(database, priya, terms["payment_terms_days"], "correct", "45", "side letter")
    assert (corrected.value, corrected.read_value, corrected.method) == (45, 30, "human")
    assert (corrected.status, corrected.decided_by) == (TermStatus.CORRECTED, priya.person)
    confirmed = await library.decide_term(database, priya, terms["payment_terms_days"], "confirm")
    assert (confirmed.value, confirmed.status) == (30, TermStatus.CONFIRMED)
    await library.decide_term(database, priya, terms["governing_law"], "reject", reason="of another agreement")
    async with database.tenant("northlight") as connection:
        held = await library.terms_in_force(connection, contract="C-7")
        entries = await audit.of_subject(connection, f"term:{terms['payment_terms_days']}")
    assert "governing_law" not in {term.field for term in held}
    assert [entry["event"] for entry in entries] == ["term.corrected", "term.confirmed"]


@pytest.mark.anyio
async def test_a_correction_must_be_in_normal_form_and_by_a_person(database: Database, priya: Actor) -> None:
    row = await library.upload(database, priya, SOW.encode(), "one.md")
    async with database.tenant("northlight") as connection:
        term = (await documents.terms(connection, row.id))[0]
    with pytest.raises(InvalidInput):
        await library.decide_term(database, priya, term.id, "correct", "")
    with pytest.raises(NotPermitted):
        await library.decide_term(database, priya.through_agent("run"), term.id, "confirm")
    for nothing in ("00000000-0000-0000-0000-000000000000", "'; drop table document"):
        with pytest.raises(NotFound):
            await library.decide_term(database, priya, nothing, "confirm")


@pytest.mark.anyio
async def test_another_tenant_sees_nothing_and_may_keep_the_same_bytes(database: Database, priya: Actor) -> None:
    row = await library.upload(database, priya, SOW.encode(), "one.md")
    async with database.tenant("other") as connection:
        assert await documents.listing(connection) == []
        assert await documents.terms(connection, row.id) == []
        assert await documents.search_clauses(connection, "payment") == []
        for read in (documents.get, documents.content, documents.body):
            with pytest.raises(NotFound):
                await read(connection, row.id)
    stranger = Actor("other", "someone", "Someone", frozenset())
    assert (await library.upload(database, stranger, SOW.encode(), "one.md")).id != row.id


@pytest.mark.anyio
async def test_clauses_are_found_by_what_they_are_about(database: Database, priya: Actor) -> None:
    row = await library.upload(database, priya, SOW.encode(), "one.md")
    async with database.tenant("northlight") as connection:
        found = await documents.search_clauses(connection, "payment terms")
        travel = await documents.search_clauses(connection, "expense reimbursement", documents=[row.id])
        assert await documents.search_clauses(connection, "indemnification") == []
        assert await documents.search_clauses(connection, "payment", documents=[]) == []
    assert (found[0].number, found[0].title, found[0].document_name) == ("2", "Payment Terms", "one.md")
    assert "Travel expenses" in travel[0].body
    assert SOW[found[0].start_at : found[0].end_at] == found[0].body


@pytest.mark.anyio
async def test_what_cannot_be_kept_leaves_nothing(database: Database, priya: Actor) -> None:
    with pytest.raises(DocumentEmpty):
        await library.upload(database, priya, b"", "empty.pdf")
    with pytest.raises(DocumentTooLarge):
        await library.upload(database, priya, SOW.encode(), "large.md", limit_bytes=10)
    async with database.tenant("northlight") as connection:
        assert await documents.listing(connection) == []


@pytest.mark.anyio
async def test_a_protected_pdf_is_kept_so_that_its_pages_can_be_shown(database: Database, priya: Actor) -> None:
    data = pdf(["Payment terms: net 30 days."], password="sesame")
    row = await library.upload(database, priya, data, "locked.pdf", password="sesame")
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    async with database.tenant("northlight") as connection:
        kept = await documents.content(connection, row.id)
    assert (await page_image(kept, 1))[:4] == b"\x89PNG"
    assert (await library.upload(database, priya, data, "again.pdf")).id == row.id


@pytest.mark.anyio
async def test_the_application_cannot_rewrite_what_was_read_or_decided(database: Database, priya: Actor) -> None:
    await library.upload(database, priya, SOW.encode(), "one.md")
    for statement in (
        "update document set content = ''",
        "update document_term set value = '1'",
        "delete from term_decision",
        "delete from document",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.tenant("northlight") as connection:
                await connection.execute(statement)


@pytest.mark.anyio
async def test_a_message_is_kept_with_its_attachments_and_what_could_not_be_read_is_said(
    database: Database, priya: Actor
) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "ann@buyer.example", "Order", "<1@buyer.example>"
    mail.set_content("Payment terms: net 45 days.")
    mail.add_attachment(
        pdf(["Governed by the laws of Ireland."]), maintype="application", subtype="pdf", filename="a.pdf"
    )
    mail.add_attachment(b"7z\xbc\xaf\x27\x1c", maintype="application", subtype="zip", filename="b.7z")
    row = await library.upload(database, priya, mail.as_bytes(), "order.eml", contract="C-7")
    assert (row.kind, row.attached_to) == ("email", None)
    assert next(w["message"] for w in row.warnings if w["code"] == "attachment_unread").startswith("b.7z: ")
    async with database.tenant("northlight") as connection:
        (attached,) = await documents.attached(connection, row.id)
        entries = await audit.of_subject(connection, f"document:{attached.id}")
        terms = [term.field for term in await documents.terms(connection, attached.id)]
    assert (attached.name, attached.kind, attached.contract, attached.attached_to) == ("a.pdf", "pdf", "C-7", row.id)
    assert entries[0]["facts"]["attached_to"] == row.id
    assert terms == ["governing_law"]


@pytest.mark.anyio
async def test_a_protected_word_file_is_kept_without_its_protection(database: Database, priya: Actor) -> None:
    plain, out = word(lambda document: document.add_paragraph("Payment terms: net 30 days.")), io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(plain)).encrypt("sesame", out)
    with pytest.raises(DocumentEncrypted):
        await library.upload(database, priya, out.getvalue(), "a.docx")
    row = await library.upload(database, priya, out.getvalue(), "a.docx", password="sesame")
    async with database.tenant("northlight") as connection:
        assert (await documents.content(connection, row.id)).startswith(b"PK")
