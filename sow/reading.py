"""The way in: a document's bytes to its text, clauses and terms. Runs where it is called; see `sow.sandbox`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from domain.errors import DocumentEmpty, DocumentEncrypted, DocumentTypeUnsupported
from sow.amendments import amendment, as_amended
from sow.blanks import blanks
from sow.clauses import clauses
from sow.document import Info, Layout, Reading
from sow.docx import read_docx
from sow.finders import candidates
from sow.furniture import furniture
from sow.grounding import ground
from sow.language import language
from sow.markdown import read_text
from sow.pdf import read_pdf
from sow.reconcile import Grounded, reconcile
from sow.suspicion import suspicions
from sow.view import View, view

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office before 2007, and the envelope of encrypted Office files since
PDF_WITHIN = 1024  # a PDF header may stand that far into the file (ISO 32000-1, implementation note 13)


def read_document(data: bytes, name: str, *, password: str | None = None) -> Reading:
    """Read one document. Its kind is told from its content, never from its name.

    Raises DocumentEmpty, DocumentEncrypted, DocumentTypeUnsupported, DocumentTooLarge or DocumentError.
    """
    layout = read_layout(data, password=password)
    seen = view(layout, furniture(layout))
    info = Info(name, hashlib.sha256(data).hexdigest(), len(layout.pages), layout.kind, language(layout.text))
    terms = reconcile(_grounded(seen, layout))
    warnings = (*layout.warnings, *suspicions(layout), *blanks(seen, layout))
    parts = clauses(layout)
    changes = amendment(seen, layout, parts, terms)
    stated = as_amended(terms, changes)
    return Reading(info, layout.text, layout.pages, parts, layout.tables, stated, warnings, changes)


def read_layout(data: bytes, *, password: str | None = None) -> Layout:
    """The text of one document with its pages, boxes and tables. Raises as `read_document` does."""
    if not data.strip():
        raise DocumentEmpty
    kind = sniff(data)
    if kind == "pdf":
        return read_pdf(data, password)
    return read_docx(data) if kind == "docx" else read_text(data)


def sniff(data: bytes) -> str:
    """`pdf`, `docx` or `text`. Raises DocumentEncrypted or DocumentTypeUnsupported for what else Office writes."""
    if b"%PDF-" in data[:PDF_WITHIN]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        if b"word/document" in data:
            return "docx"
        raise DocumentTypeUnsupported("This is a ZIP file, but not a DOCX.")
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise DocumentEncrypted
        raise DocumentTypeUnsupported("This is an Office 97-2003 file; save it as DOCX or PDF.")
    if b"\x00" in data[:4096] and data[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        raise DocumentTypeUnsupported
    return "text"


def _grounded(seen: View, layout: Layout) -> Iterator[Grounded]:
    for candidate in candidates(seen):
        evidence = ground(candidate, seen, layout)
        if evidence is not None:
            yield Grounded(candidate.field, candidate.value, candidate.confidence, evidence)
