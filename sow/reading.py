"""The way in: a document's bytes to its text, clauses and terms. Runs where it is called; see `sow.sandbox`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from domain.errors import DocumentEmpty, DocumentTypeUnsupported
from domain.terms import Term
from domain.terms import Warning as Notice
from sow.amendments import amendment, as_amended
from sow.bearing import bearing
from sow.blanks import blanks
from sow.calibration import SHIPPED, Calibration, calibrated
from sow.clauses import clauses
from sow.document import Info, Layout, Reading
from sow.docx import read_docx
from sow.finders import candidates
from sow.furniture import furniture
from sow.grounding import ground
from sow.language import FOREIGN, foreign, language
from sow.mail import is_archive, is_mail, read_mail
from sow.markdown import read_text, wide
from sow.office import OLE, decrypted, is_encrypted, is_outlook, packed
from sow.pdf import read_pdf
from sow.precedence import precedence
from sow.recognised import Recognised
from sow.reconcile import Grounded, reconcile
from sow.references import missing
from sow.suspicion import suspicions
from sow.view import View, view
from store.uncollected import uncollected

BESIDE = 2  # characters: a change that near a quote changes what it says
MOST_SURE = 0.9  # of what was recognised on a picture: a digit is easily another one
PDF_MARKS = (b"endobj", b"startxref")  # one whose first bytes are damaged is no text
PDF_WITHIN = 1024  # a PDF header may stand that far into the file (ISO 32000-1, implementation note 13)


@uncollected()  # a document's words and boxes are many, and go when nobody refers to them
def read_document(
    data: bytes,
    name: str,
    *,
    password: str | None = None,
    recognised: tuple[Recognised, ...] = (),
    calibration: Calibration | None = SHIPPED,
) -> Reading:
    """Read one document. Its kind is told from its content, never from its name.

    `recognised` is what was read on pages of a PDF that are pictures. Without a `calibration` the confidences are
    those that finders state, for who measures them.

    Raises DocumentEmpty, DocumentEncrypted, DocumentTypeUnsupported, DocumentTooLarge or DocumentError.
    """
    layout = read_layout(data, password=password, recognised=recognised)
    edges = furniture(layout)
    seen = view(layout, edges)
    code = language(layout.text)
    info = Info(name, hashlib.sha256(data).hexdigest(), len(layout.pages), layout.kind, code)
    strange = foreign(layout.text, code)
    terms = reconcile(_grounded(seen, layout), precedence(seen).rank)
    terms = calibrated(terms, calibration) if calibration else terms
    terms = tuple(_believed(terms, layout, FOREIGN if strange else 1.0))
    parts = clauses(layout)
    told = (*suspicions(seen, layout, edges), *blanks(seen, layout), *missing(seen, layout, parts))
    changes = amendment(seen, layout, parts, terms)
    stated, pending = as_amended(terms, changes), _proposed(terms, layout)
    warnings = (*layout.warnings, *strange, *told, *pending)
    said = bearing(seen, layout)
    return Reading(info, layout.text, layout.pages, parts, layout.tables, stated, warnings, changes, said)


def read_layout(data: bytes, *, password: str | None = None, recognised: tuple[Recognised, ...] = ()) -> Layout:
    """The text of one document with its pages, boxes and tables. Raises as `read_document` does."""
    if not data.strip():
        raise DocumentEmpty
    kind = sniff(data)
    if kind == "pdf":
        return read_pdf(data, password, recognised)
    if kind == "protected":
        return read_docx(decrypted(data, password))
    return read_docx(data) if kind == "docx" else read_mail(data) if kind == "email" else read_text(data)


def sniff(data: bytes) -> str:
    """`pdf`, `docx`, `protected` (Office under a password), `email` or `text`. Raises DocumentTypeUnsupported."""
    if data.startswith(b"PK\x03\x04") and b"word/document" in data:
        return "docx"
    if is_archive(data):
        raise DocumentTypeUnsupported(packed(data))
    if data.startswith(OLE):
        return _office(data)
    if b"%PDF-" in data[:PDF_WITHIN] or all(mark in data for mark in PDF_MARKS):
        return "pdf"
    if b"\x00" in data[:4096] and data[:2] not in {b"\xff\xfe", b"\xfe\xff"} and not wide(data):
        raise DocumentTypeUnsupported
    return "email" if is_mail(data) else "text"


def _office(data: bytes) -> str:
    if is_encrypted(data):
        return "protected"
    if is_outlook(data):
        raise DocumentTypeUnsupported("This is an Outlook message (.msg); save it as .eml and upload that.")
    raise DocumentTypeUnsupported("This is an Office 97-2003 file; save it as DOCX or PDF.")


def _proposed(terms: tuple[Term, ...], layout: Layout) -> Iterator[Notice]:
    """A warning for each term whose words are not agreed yet: a change that someone only proposed touches them."""
    for term in terms:
        quotes = [(found.start - BESIDE, found.end + BESIDE, found.page) for found in term.evidence]
        for change in layout.pending:
            page = next((page for start, end, page in quotes if change.start <= end and start <= change.end), None)
            if page is not None:
                said = f"{term.field.replace('_', ' ')} rests on a change that is only proposed: {change.told()}."
                yield Notice("tracked_change", said, page)


def _believed(terms: tuple[Term, ...], layout: Layout, belief: float) -> Iterator[Term]:
    """Each term believed as far as its language and the recognition of its pages allow."""
    sureness = {page: min(MOST_SURE, sure) for page, sure in layout.recognised}
    for term in terms:
        sure = belief * min((sureness.get(found.page, 1.0) for found in term.evidence), default=1.0)
        yield replace(term, confidence=round(term.confidence * sure, 2))


def _grounded(seen: View, layout: Layout) -> Iterator[Grounded]:
    for candidate in candidates(seen):
        evidence = ground(candidate, seen, layout)
        if evidence is not None:
            yield Grounded(candidate.field, candidate.value, candidate.confidence, evidence)
